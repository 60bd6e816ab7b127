"""Working days of a year, and changing one."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from eldercare.core import clock
from eldercare.core.errors import Invalid, Problem
from eldercare.core.i18n import N_, gettext
from eldercare.core.web import access, actor, commit, decode, flash, see_other, signed_in
from eldercare.inspections import schemas, service
from eldercare.inspections.calendars import CALENDARS
from eldercare.inspections.pages.base import blueprint, page, text_arg
from eldercare.inspections.queries.calendar import special_days, year_facts
from eldercare.inspections.texts import weekday_name

CALENDAR_NAMES = {"cn": N_("China"), "us": N_("United States")}


@blueprint.get("/calendar")
@signed_in
def calendar() -> Response:
    """The days of a year that are not what their weekday says."""
    chosen = text_arg("calendar")
    year = request.args.get("year", clock.today().year, type=int)
    return _page(chosen if chosen in CALENDARS else "cn", min(max(year, 2004), 2100))


def _page(chosen: str, year: int, form: Any = None, problems: list[Problem] | None = None) -> Response:
    service.ensure_calendar(chosen, date(year, 1, 1), date(year, 12, 31))
    commit()
    return page(
        "calendar",
        "calendar",
        chosen=chosen,
        year=year,
        names=CALENDAR_NAMES,
        days=special_days(chosen, year),
        weekday=weekday_name,
        facts=year_facts(chosen, year),
        may_change=actor().can("accounts.manage"),
        form=form,
        problems=problems,
        status=422 if problems else 200,
    )


@blueprint.post("/calendar")
@access("accounts.manage")
def change_day() -> BaseResponse:
    try:
        data = decode(schemas.WorkingDayIn())
        service.set_working_day(actor(), **data)
    except Invalid as error:
        return _page("cn", clock.today().year, request.form, error.problems)
    commit()
    flash(gettext("Stored."), "ok")
    return see_other("inspections.calendar", calendar=data["calendar"], year=data["day"].year)
