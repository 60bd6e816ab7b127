"""What the base layout asks for: who reads, where they can go, their preferences."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from flask import Flask, current_app, request, url_for
from sqlalchemy import select

from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import current_actor, session
from eldercare.core.models import InstallationMark
from eldercare.notices import queries as notices
from eldercare.work import nav

DEMO_MARK = "demo"


def shell_actor() -> Actor | None:
    """The signed-in person, or None."""
    actor = current_actor()
    return actor if actor is not None and actor.kind == "user" else None


def nav_links() -> list[nav.Link]:
    actor = shell_actor()
    if actor is None:
        return nav.links(nav.PUBLIC, Actor.public())
    staff = nav.links(nav.STAFF, actor)
    return staff if len(staff) > 1 else [*staff, *nav.links(nav.PUBLIC, actor)]


def footer_links() -> list[nav.Link]:
    return nav.links(nav.FOOTER, shell_actor() or Actor.public())


def home_url() -> str:
    """The reader's start page."""
    return nav.WORK.path if shell_actor() else nav.SEARCH.path


def unread_notices() -> int | None:
    """How many messages wait; None for who has none to read."""
    actor = shell_actor()
    return notices.unread_count() if actor and actor.can("notices.read") else None


def demo_loaded() -> bool:
    """Is this the demonstration data? Remembered once true: the mark is never taken away."""
    app = current_app
    if app.extensions.get("demo_loaded"):
        return True
    if request.endpoint is None or current_actor() is None or not session().is_active:
        return False
    found = session().scalar(select(InstallationMark.name).where(InstallationMark.name == DEMO_MARK)) is not None
    if found and not app.testing:
        app.extensions["demo_loaded"] = True
    return found


def local_path(address: str | None) -> str | None:
    """The path and query of an address of ours, None for any other."""
    if not address or any(ord(sign) < 32 for sign in address):
        return None
    parts = urlsplit(address)
    if parts.scheme not in ("", "http", "https") or (parts.netloc and parts.netloc != request.host):
        return None
    path = parts.path
    if not path.startswith("/") or path.startswith("//") or "\\" in path:
        return None
    return f"{path}?{parts.query}" if parts.query else path


def preference_url(**values: str) -> str:
    """The link that changes a preference and comes back to this page."""
    back = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return url_for("work.preferences", **{"next": back, **values})  # type: ignore[arg-type]


def sign_in_url() -> str:
    return url_for("security.login") if "security.login" in current_app.view_functions else "/sign-in"


def sign_out_url() -> str:
    return url_for("security.logout") if "security.logout" in current_app.view_functions else "/sign-out"


def sign_out_by_post() -> bool:
    """Does signing out take a form (POST)? The library may be set either way."""
    rules = current_app.url_map.iter_rules("security.logout") if "security.logout" in current_app.view_functions else ()
    return any("POST" in (rule.methods or ()) for rule in rules)


def referrer_here() -> str | None:
    """The page before, when it is one of ours and not this one."""
    path = local_path(request.referrer)
    return path if path and path.partition("?")[0] != request.path else None


def page_instant() -> datetime:
    return clock.now()


def init_app(app: Flask) -> None:
    for function in (
        shell_actor, nav_links, footer_links, home_url, unread_notices, demo_loaded, preference_url, sign_in_url,
        sign_out_url, sign_out_by_post, referrer_here, page_instant,
    ):  # fmt: skip
        app.jinja_env.globals[function.__name__] = function
