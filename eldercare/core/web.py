"""What pages and API routes share: rendering, paging, errors mapped once, the request's actor and id."""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import structlog
from flask import (
    Flask,
    Response,
    current_app,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from jinja2_fragments.flask import render_block
from psycopg import errors as refused
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from eldercare.core import errors
from eldercare.core.access import Access, access, declare, public, signed_in
from eldercare.core.actor import Actor
from eldercare.core.db import commit, current_actor, rollback, session, set_actor
from eldercare.core.forms import decode, load, messages_by_field
from eldercare.core.i18n import N_, gettext

__all__ = [
    "Access", "Page", "access", "api_page", "commit", "declare", "decode", "flash", "is_fragment", "load", "page_args",
    "public", "render", "see_other", "signed_in", "url_for", "whole_arg",
]  # fmt: skip

log = structlog.get_logger(__name__)
T = TypeVar("T")

STATUS: dict[type[errors.DomainError], int] = {
    errors.Invalid: 422,
    errors.NotFound: 404,
    errors.Forbidden: 403,
    errors.SignInRequired: 401,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.RateLimited: 429,
    errors.NoRuleInForce: 422,
}
TITLES = {
    400: N_("The request could not be understood"),
    401: N_("Please sign in"),
    403: N_("Not allowed"),
    404: N_("Not found"),
    405: N_("This address does not take this kind of request"),
    409: N_("The change is not possible now"),
    413: N_("Too large"),
    415: N_("This kind of content is not taken"),
    422: N_("Please check your input"),
    429: N_("Too many requests"),
    500: N_("Something went wrong on our side"),
}


# --- rendering ----------------------------------------------------------------------------------------------------


def is_fragment() -> bool:
    """The request comes from htmx and wants a part of the page."""
    return request.headers.get("HX-Request") == "true"


def render(template: str, *, block: str | None = None, status: int = 200, **context: Any) -> Response:
    """The page, or only its named block when htmx asks: one template, and it works without JavaScript."""
    if block is not None and is_fragment():
        html = render_block(template, block, **context)
    else:
        html = render_template(template, **context)
    response = make_response(html, status)
    response.headers.add("Vary", "HX-Request")
    return response


def see_other(endpoint: str, **values: Any) -> BaseResponse:
    """After a POST: 303 to a page of ours."""
    return redirect(url_for(endpoint, **values), code=303)


# --- paging -------------------------------------------------------------------------------------------------------

PER_PAGE = 20
MOST_PER_PAGE = 200


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list; `page` counts from 1."""

    items: Sequence[T]
    total: int
    page: int
    per_page: int

    @property
    def pages(self) -> int:
        return max(1, math.ceil(self.total / self.per_page))

    @property
    def first(self) -> int:
        return (self.page - 1) * self.per_page + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.page * self.per_page, self.total)


def page_args(per_page: int = PER_PAGE) -> tuple[int, int]:
    """`(page, per_page)` of the query string, kept within bounds."""
    page = request.args.get("page", 1, type=int) or 1
    size = request.args.get("per_page", per_page, type=int) or per_page
    return min(max(page, 1), 1_000_000), min(max(size, 1), MOST_PER_PAGE)


def whole_arg(name: str, least: int, most: int) -> int | None:
    """A whole number of the query string; None when it is absent, no number or out of bounds."""
    value = request.args.get(name, type=int)
    return value if value is not None and least <= value <= most else None


def api_page(page: Page[Any], items: list[Any]) -> dict[str, Any]:
    """The envelope of a list in the API."""
    return {"items": items, "total": page.total, "page": page.page, "per_page": page.per_page, "pages": page.pages}


# --- requests -----------------------------------------------------------------------------------------------------


def is_api() -> bool:
    return request.path.startswith("/api/")


_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{8,64}")


def _refuse_nul() -> None:
    """No text of ours holds U+0000 and the database takes none; forms and JSON are refused by their schemas."""
    if "\x00" in request.path or any("\x00" in part for pair in request.args.items(multi=True) for part in pair):
        raise BadRequest


def start_requests(app: Flask, load_actor: Callable[[], Actor]) -> None:
    """Give each request its id and its actor, and undo whatever an unfinished request left."""

    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)
        session().info.pop("after_commit", None)
        set_actor(load_actor().with_request(g.request_id))
        _refuse_nul()

    @app.after_request
    def name_request(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        return response


# --- errors, mapped once ------------------------------------------------------------------------------------------


def handle_errors(app: Flask) -> None:
    app.register_error_handler(errors.DomainError, _domain_error)
    app.register_error_handler(StaleDataError, lambda _error: _domain_error(errors.StaleVersion()))
    app.register_error_handler(DBAPIError, _database_refused)
    app.register_error_handler(OverflowError, _out_of_range)
    app.register_error_handler(HTTPException, _http_error)
    if not app.testing:
        app.register_error_handler(Exception, _unexpected)


def status_of(error: errors.DomainError) -> int:
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return 400


def _domain_error(error: errors.DomainError) -> ResponseReturnValue:
    rollback()
    for watch in current_app.extensions.get("refusal_watchers", []):
        watch(error)
    status = status_of(error)
    problems = error.problems if isinstance(error, errors.Invalid) else []
    if is_api():
        return _problem(status, error.code, error.message, messages_by_field(problems), error)
    if status == 401 and request.method == "GET" and not is_fragment():
        return redirect(url_for("security.login", next=request.full_path.rstrip("?")), code=303)
    return _error_page(status, error.message, messages_by_field(problems), error)


def _database_refused(error: DBAPIError) -> ResponseReturnValue:
    """What only the database could see: another request was first, or two waited for each other and one gave way."""
    if isinstance(error.orig, (refused.DeadlockDetected, refused.SerializationFailure, refused.LockNotAvailable)):
        log.warning("request.gave_way", path=request.path, reason=type(error.orig).__name__)
        return _domain_error(errors.Conflict(N_("Somebody is changing the same records. Please try again.")))
    if isinstance(error.orig, (refused.UniqueViolation, refused.ExclusionViolation)):
        log.warning("request.too_late", path=request.path, constraint=error.orig.diag.constraint_name)
        return _domain_error(
            errors.Conflict(N_("Somebody has just recorded the same. Reload the page and look again."))
        )
    if isinstance(error.orig, (refused.NumericValueOutOfRange, refused.DatetimeFieldOverflow)):
        return _out_of_range(error)
    if current_app.testing:
        raise error
    return _unexpected(error)


def _out_of_range(error: Exception) -> ResponseReturnValue:
    """A day next to the first or the last there is, or a number beyond every column; rare enough to need no field."""
    log.warning("request.out_of_range", path=request.path, reason=type(error).__name__)
    return _domain_error(errors.Invalid([], N_("A date or a number is out of range.")))


def _http_error(error: HTTPException) -> ResponseReturnValue:
    rollback()
    status = error.code or 500
    if isinstance(error, RequestEntityTooLarge):
        limit = current_app.config["MAX_CONTENT_LENGTH"] // (1024 * 1024)
        detail = gettext("The upload is larger than the limit of %(limit)s MB. Split it and try again.", limit=limit)
    else:
        detail = gettext(_HTTP_DETAILS.get(status, N_("The request could not be served.")))
    if status < 400:
        return error.get_response()
    if is_api():
        fields = _smorest_fields(error)
        response = _problem(status, f"http_{status}", detail, fields)
    else:
        response = make_response(_error_page(status, detail, {}))
    for name, value in getattr(error, "get_headers", lambda *_: [])(None):
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


_HTTP_DETAILS = {
    400: N_("The request is incomplete or malformed."),
    404: N_("There is no such page. Check the address, or start from the home page."),
    405: N_("This address does not take this kind of request."),
    415: N_("Send JSON with the content type application/json."),
    422: N_("Please check the fields named below."),
    429: N_("Too many requests. Please wait a moment."),
}


def _smorest_fields(error: HTTPException) -> dict[str, list[str]]:
    from eldercare.core.forms import problems_of

    messages = getattr(error, "data", None) or {}
    found = messages.get("messages", {})
    if isinstance(found, dict):  # {"json": {...}} | {"query": {...}}
        parts = [problems_of(part) for part in found.values()]
        return messages_by_field([problem for part in parts for problem in part])
    return {}


def _problem(
    status: int, code: str, detail: str, fields: dict[str, list[str]], error: errors.DomainError | None = None
) -> Response:
    """Problem details, RFC 9457."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": gettext(TITLES.get(status, N_("The request could not be served."))),
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": g.get("request_id"),
    }
    if fields:
        body["errors"] = fields
    if extra := getattr(error, "extra", None):
        body.update(extra)
    response = jsonify(body)
    response.status_code = status
    response.content_type = "application/problem+json"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="eldercare"'
    return response


def _error_page(
    status: int, detail: str, fields: dict[str, list[str]], error: errors.DomainError | None = None
) -> Response:
    title = gettext(TITLES.get(status, N_("The request could not be served.")))
    html = render_template(
        "errors/error.html", status=status, title=title, detail=detail, fields=fields, error=error,
        request_id=g.get("request_id"),
    )  # fmt: skip
    return make_response(html, status)


def _unexpected(error: Exception) -> ResponseReturnValue:
    """A fault of ours: logged whole, told without its inside."""
    rollback()
    log.error("request.failed", path=request.path, exc_info=error)
    detail = gettext(
        "Nothing was changed. Try again; if it happens again, tell us this number: %(id)s", id=g.get("request_id")
    )
    return _problem(500, "internal", detail, {}) if is_api() else _error_page(500, detail, {})


def actor() -> Actor:
    """The request's actor."""
    found = current_actor()
    return found if found is not None else Actor.public()
