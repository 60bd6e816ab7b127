"""How values are written on pages: filters and helpers that every template has. Decides nothing, knows no slice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, request, url_for

from eldercare.core import clock, money, static_files
from eldercare.core.i18n import gettext as _
from eldercare.core.i18n import locale, ngettext

STATIC = Path(__file__).resolve().parent.parent / "static"
LARGE_PRINT_COOKIE = "large_print"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def yuan(fen: int | None) -> str:
    """Fen as money: 140200 -> '¥1,402.00'; a dash where there is no amount."""
    if fen is None:
        return "—"
    return f"-¥{money.yuan(-fen)}" if fen < 0 else f"¥{money.yuan(fen)}"


def number(value: float | None, digits: int = 0) -> str:
    """62000 -> '62,000'; a dash where there is none."""
    return "—" if value is None else f"{value:,.{digits}f}"


def percent(part: int | None, whole: int | None) -> str:
    """A share with one decimal, '58.9%'; a dash when the whole is empty."""
    if part is None or not whole:
        return "—"
    return f"{(part * 2000 + whole) // (2 * whole) / 10:.1f}%"


def day(value: date | datetime | None) -> str:
    """'2026-11-22', of an instant the day in China."""
    if value is None:
        return "—"
    return (clock.day_of(value) if isinstance(value, datetime) else value).isoformat()


def instant(value: datetime | None) -> str:
    """'2026-11-22 19:04', China time."""
    return "—" if value is None else value.astimezone(clock.ZONE).strftime("%Y-%m-%d %H:%M")


def month(value: date | None) -> str:
    """'2023年1月' or 'January 2023'."""
    if value is None:
        return "—"
    return value.strftime("%B %Y") if locale() == "en" else f"{value.year}年{value.month}月"


def age_days(value: date | datetime | None) -> int | None:
    """Whole days since; None when it never was."""
    if value is None:
        return None
    return (clock.today() - (clock.day_of(value) if isinstance(value, datetime) else value)).days


def ago(value: date | datetime | None) -> str:
    """'just now', '5 minutes ago', '3 days ago'; of a date only days are known."""
    if value is None:
        return _("never")
    if isinstance(value, datetime):
        seconds = max(0, int((clock.now() - value).total_seconds()))
        if seconds < _MINUTE:
            return _("just now")
        if seconds < _HOUR:
            return ngettext("%(num)s minute ago", "%(num)s minutes ago", seconds // _MINUTE)
        if seconds < _DAY:
            return ngettext("%(num)s hour ago", "%(num)s hours ago", seconds // _HOUR)
        days = seconds // _DAY
    else:
        days = age_days(value) or 0
        if days <= 0:
            return _("today")
    return ngettext("%(num)s day ago", "%(num)s days ago", days)


def problems_of(problems: Iterable[Any] | None, field: str) -> list[Any]:
    """The problems of one field, of a whole form's list."""
    return [problem for problem in problems or () if problem.field == field]


def form_value(form: Mapping[str, Any] | None, field: str, default: Any = "") -> Any:
    """What the user typed, after a refusal; else the default."""
    if form is None:
        return default
    value = form.get(field, default)
    return default if value is None else value


def page_url(**changes: Any) -> str:
    """This very page with some query values changed (paging, filters); None takes a value away."""
    values: dict[str, Any] = {**request.args.to_dict(flat=False), **(request.view_args or {}), **changes}
    values.pop("lang", None)
    kept = {key: value for key, value in values.items() if value is not None}
    return url_for(request.endpoint or "static", **kept)


@lru_cache(maxsize=64)
def _fingerprint(filename: str, modified: float) -> str:
    return hashlib.sha256((STATIC / filename).read_bytes()).hexdigest()[:10]


def asset(filename: str) -> str:
    """The address of a static file with its fingerprint, so that browsers may keep it for long."""
    mark = _fingerprint(filename, (STATIC / filename).stat().st_mtime)
    return url_for("static", filename=filename, v=mark)


def page_numbers(here: int, last: int) -> list[int | None]:
    """Pages worth a link: first, last and the neighbours; None is a gap. (7, 20) -> 1 … 6 7 8 … 20"""
    wanted = sorted({1, last, *range(max(1, here - 1), min(last, here + 1) + 1)})
    numbers: list[int | None] = []
    for number_ in wanted:
        before = numbers[-1] if numbers else 0
        if before is not None and number_ - before == 2:
            numbers.append(number_ - 1)
        elif before is not None and number_ - before > 2:
            numbers.append(None)
        numbers.append(number_)
    return numbers


def large_print() -> bool:
    return request.cookies.get(LARGE_PRINT_COOKIE) == "1"


class Macros:
    """The macros of one file as a global of every template: `ui.badge(...)`.

    A block that is rendered alone for htmx never runs the imports at the head of its template; a global is always
    there. Loaded at the first use, when every global the macros themselves need has been registered.
    """

    def __init__(self, app: Flask, template: str) -> None:
        self._app, self._template = app, template

    def __getattr__(self, name: str) -> Any:
        module = self._app.jinja_env.get_template(self._template).module
        macro = getattr(module, name)
        setattr(self, name, macro)
        return macro


def init_app(app: Flask) -> None:
    """Give templates the filters and helpers, and static files their compression."""
    static_files.init_app(app)
    for name in ("ui", "forms", "tables"):
        app.jinja_env.globals[name] = Macros(app, f"_macros/{name}.html")
    app.jinja_env.filters.update(
        yuan=yuan,
        number=number,
        day=day,
        instant=instant,
        month=month,
        ago=ago,
        age_days=age_days,
        translated=_,
    )
    app.jinja_env.globals.update(
        asset=asset,
        page_url=page_url,
        page_numbers=page_numbers,
        problems_of=problems_of,
        form_value=form_value,
        percent=percent,
        large_print=large_print,
        ui_locale=locale,
        today=clock.today,
    )
