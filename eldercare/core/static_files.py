"""Static files on the way out: compressed once and kept, and long in the browser's cache when their address says which."""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request

_TYPES = ("text/css", "text/javascript", "application/javascript", "image/svg+xml")
_A_YEAR = 365 * 86400


@lru_cache(maxsize=64)
def _compressed(path: str, modified: float) -> bytes:
    return gzip.compress(Path(path).read_bytes(), 9, mtime=0)


def init_app(app: Flask) -> None:
    """Only files of ours, never pages: compressing a page that holds a secret beside the reader's own input leaks it."""

    @app.after_request
    def serve(response: Response) -> Response:
        if request.endpoint != "static" or response.status_code != 200:
            return response
        if "v" in request.args:
            response.headers["Cache-Control"] = f"public, max-age={_A_YEAR}, immutable"
        if response.mimetype in _TYPES:
            response.vary.add("Accept-Encoding")
            if request.accept_encodings["gzip"] and "Range" not in request.headers:
                _compress(app, response)
        return response


def _compress(app: Flask, response: Response) -> None:
    path = Path(str(app.static_folder)) / (request.view_args or {})["filename"]
    etag = response.get_etag()[0]
    response.direct_passthrough = False
    response.close()
    response.set_data(_compressed(str(path), path.stat().st_mtime))
    response.headers["Content-Encoding"] = "gzip"
    if etag:
        response.set_etag(f"{etag}-gzip")
