"""Static files: compressed when the browser takes it, kept long when the address names the content."""

from __future__ import annotations

import gzip
from typing import Any

from eldercare.core import look

CSS = "css/components.css"


def test_compressed_for_who_takes_it(client: Any) -> None:
    plain = client.get(f"/static/{CSS}")
    small = client.get(f"/static/{CSS}", headers={"Accept-Encoding": "gzip"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == plain.data == (look.STATIC / CSS).read_bytes()
    assert int(small.headers["Content-Length"]) == len(small.data) < len(plain.data) / 2
    assert "Accept-Encoding" in small.headers["Vary"]
    assert plain.headers["ETag"] != small.headers["ETag"]


def test_kept_long_only_with_its_fingerprint(app: Any, client: Any) -> None:
    with app.test_request_context():
        address = look.asset(CSS)
    assert "immutable" in client.get(address).headers["Cache-Control"]
    assert "immutable" not in client.get(f"/static/{CSS}").headers.get("Cache-Control", "")


def test_not_modified_and_missing_stay_as_they_are(client: Any) -> None:
    etag = client.get(f"/static/{CSS}").headers["ETag"]
    assert client.get(f"/static/{CSS}", headers={"If-None-Match": etag}).status_code == 304
    assert client.get("/static/nowhere.css").status_code == 404
    assert client.get("/static/../core/config.py").status_code == 404


def test_a_public_page_stays_within_its_budget(app: Any, client: Any) -> None:
    """150 KB for everything a page of the public loads, as it goes over the line."""
    import re

    page = client.get("/preferences?next=/nowhere", follow_redirects=True)
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    assert files
    sizes = {file: len(client.get(file, headers={"Accept-Encoding": "gzip"}).data) for file in files}
    assert len(page.data) + sum(sizes.values()) < 60_000, sizes
