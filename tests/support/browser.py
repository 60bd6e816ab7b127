"""Chromium for tests: the flags a root user in a container needs, a signed-in context, axe."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE = Path(__file__).parent / "vendor" / "axe-4.14.1.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_RUN = """
axe.run({runOnly: %s}).then(found => found.violations.map(one =>
  `${one.id}: ${one.nodes.length} x, first ${one.nodes[0].html.slice(0, 200)}`))
"""


def launch_arguments() -> dict[str, Any]:
    """How pytest-playwright starts the system's Chromium; without one the test fails and says what to install."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("Chromium is missing. On Debian:  apt install chromium fonts-noto-cjk")
    return {"executable_path": path, "args": FLAGS}


def signed_in_cookies(app: Flask, username: str, address: str) -> list[dict[str, str]]:
    """The session cookie of an account, as a browser context takes it."""
    from eldercare.accounts.queries import find_user_by_name
    from eldercare.core.actor import Actor
    from eldercare.core.db import acting_as

    with app.app_context(), acting_as(Actor.system("tests")):
        user = find_user_by_name(username)
        assert user is not None, username
        mark = user.fs_uniquifier
    client = app.test_client()
    with client.session_transaction() as kept:
        kept.update(_user_id=mark, _fresh=True, fs_cc="set")
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    return [{"name": cookie.key, "value": cookie.value, "url": address}]


def violations(page: Any) -> list[str]:
    """What axe finds on the page. Evaluated, not added as a script: the security policy would refuse that."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(_RUN % RULES)
    return found
