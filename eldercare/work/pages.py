"""`/work`, the reader's preferences, and the style guide."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from eldercare.core import clock
from eldercare.core.errors import Problem
from eldercare.core.i18n import COOKIE, LOCALES, N_
from eldercare.core.look import LARGE_PRINT_COOKIE
from eldercare.core.web import Page, access, actor, public, render, signed_in
from eldercare.work import boards, shell

blueprint = Blueprint("work", __name__)
A_YEAR = 365 * 86400


@blueprint.get("/preferences")
@public
def preferences() -> BaseResponse:
    """Remember language and print size in cookies (nothing about the person) and go back to the page."""
    response = redirect(_without_lang(shell.local_path(request.args.get("next")) or "/"), code=303)
    lang, large = request.args.get("lang"), request.args.get("large_print")
    if lang in LOCALES:
        response.set_cookie(COOKIE, lang, max_age=A_YEAR, samesite="Lax", secure=request.is_secure)
    if large in ("0", "1"):
        response.set_cookie(LARGE_PRINT_COOKIE, large, max_age=A_YEAR, samesite="Lax", secure=request.is_secure)
    return response


def _without_lang(path: str) -> str:
    """`?lang=` in the address would overrule the choice just made."""
    base, _mark, query = path.partition("?")
    kept = [part for part in query.split("&") if part and not part.startswith("lang=")]
    return f"{base}?{'&'.join(kept)}" if kept else base


@blueprint.get("/work")
@signed_in
def index() -> Response:
    """The first page after sign-in: what the reader's role answers for, what waits, where to go."""
    return render("work/index.html", **boards.of(actor()))


@blueprint.get("/style")
@access("accounts.manage")
def style() -> Response:
    """Every piece of the look on one page, for whoever builds or checks pages."""
    problems = [
        Problem("name", N_("Please give a name.")),
        Problem("on", N_("The day lies in the future."), row=3),
    ]
    now = clock.now()
    instants = {"fresh": now - timedelta(hours=3), "old": now - timedelta(days=20), "now": now}
    return render("work/style.html", problems=problems, instants=instants, page=Page(range(20), 437, 7, 20))
