"""What every request gets from the accounts: its actor, CSRF, the first password, the log of refusals."""

from __future__ import annotations

import re

from flask import Flask, g, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError, CSRFProtect

from eldercare.accounts import service, signin
from eldercare.accounts.models import User
from eldercare.audit import service as audit
from eldercare.core import access, errors
from eldercare.core import db as core_db
from eldercare.core.actor import Actor
from eldercare.core.db import commit, current_actor
from eldercare.core.i18n import N_

csrf = CSRFProtect()
ROLE = "role"
_BEARER = re.compile(r"^Bearer +([A-Za-z0-9_\-.~+/]+=*)$", re.IGNORECASE)


def request_actor() -> Actor:
    """Who asks: the bearer token's person (API only), the signed-in person in the chosen role, or the public."""
    header = request.headers.get("Authorization", "")
    if header and request.path.startswith("/api/"):
        return _actor_of_header(header)
    user = signed_in_user()
    if user is None:
        return Actor.public()
    return service.load_actor(user, role=cookie.get(ROLE))


def signed_in_user() -> User | None:
    """The account of the session cookie, when it still stands."""
    return current_user._get_current_object() if current_user.is_authenticated else None


def _actor_of_header(header: str) -> Actor:
    """A token that does not hold is refused, never taken for the public: its owner must learn of it."""
    found = _BEARER.match(header)
    use = signin.use_token(found.group(1)) if found else None
    if use is None:
        raise errors.SignInRequired(
            N_("This token is unknown, expired or revoked. Make a new one on your account page.")
        )
    if use.marked:
        commit()  # at once: a request that only reads commits nothing, and one that waits would hold the row
    g.by_token = True
    return use.actor


# --- CSRF ---------------------------------------------------------------------------------------------------------


def protect_forms(app: Flask) -> None:
    """Check the CSRF token of every change that a browser could be tricked into."""
    csrf.init_app(app)
    app.before_request(_check_csrf)


def _check_csrf() -> None:
    if request.method in ("GET", "HEAD", "OPTIONS", "TRACE") or request.endpoint is None:
        return
    actor = current_actor()
    is_visitor = actor is None or actor.kind == "public"
    if g.get("by_token") or (is_visitor and request.path.startswith("/api/")):
        return  # no cookie lends its power to this request
    rule = access.declared(_app(), request.endpoint, request.method)
    if is_visitor and not (rule and rule.is_public):
        return  # refused in a moment for want of a sign-in
    if request.endpoint == "security.logout" and is_visitor:
        return
    if not _app().config["WTF_CSRF_ENABLED"]:
        return
    try:
        csrf.protect()
    except CSRFError as error:
        raise errors.Forbidden(
            N_("This form has expired or did not come from our page. Reload the page and send it again.")
        ) from error


def _app() -> Flask:
    from flask import current_app

    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]


# --- first password -----------------------------------------------------------------------------------------------

_ALLOWED_BEFORE_CHANGE = {"security.change_password", "security.logout", "static"}


def ask_for_new_password() -> ResponseReturnValue | None:
    """A password that somebody else knows opens nothing but the page that changes it."""
    if g.get("by_token") or request.endpoint is None or request.endpoint in _ALLOWED_BEFORE_CHANGE:
        return None
    user = signed_in_user()
    if user is None or not user.must_change_password:
        return None
    rule = access.declared(_app(), request.endpoint, request.method)
    if rule is not None and rule.is_public:
        return None
    if request.path.startswith("/api/"):
        raise errors.Forbidden(N_("Change your first password on the web page before you use the API."))
    return redirect(url_for("security.change_password"), code=303)


# --- refusals -----------------------------------------------------------------------------------------------------


def note_refusal(error: errors.DomainError) -> None:
    """Write down who was refused what, in a transaction of its own: the business transaction is undone already."""
    actor = current_actor()
    if not isinstance(error, errors.Forbidden) or actor is None or actor.kind != "user":
        return
    core_db.session().info.pop("commit_deferred", None)
    audit.record_refusal(
        action=f"{request.endpoint or 'unknown'}.{request.method.lower()}", reason=error.msgid, path=request.path
    )
    commit()


def init_app(app: Flask) -> None:
    from eldercare.core import web

    web.start_requests(app, request_actor)
    protect_forms(app)
    app.before_request(ask_for_new_password)
    app.extensions.setdefault("refusal_watchers", []).append(note_refusal)


__all__ = ["ROLE", "csrf", "init_app", "request_actor", "signed_in_user"]
