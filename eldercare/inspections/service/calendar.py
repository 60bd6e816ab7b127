"""Working days: seeded year by year from what was announced, then edited by hand."""

from __future__ import annotations

from datetime import date

from sqlalchemy.dialects.postgresql import insert

from eldercare.audit.service import record
from eldercare.core.actor import Actor
from eldercare.core.db import session
from eldercare.core.errors import Invalid
from eldercare.core.i18n import N_
from eldercare.inspections.calendars import CALENDARS, WorkingCalendar, seed_year
from eldercare.inspections.models import WorkingDay
from eldercare.inspections.queries import calendar as lookup

_YEARS = range(2004, 2101)


def ensure_calendar(calendar: str, first: date, last: date) -> WorkingCalendar:
    """The calendar of these days; years that are missing are seeded first. Days changed by hand stay."""
    if calendar not in CALENDARS:
        raise Invalid.one("calendar", N_("There is no calendar %(calendar)s."), calendar=calendar)
    if first.year not in _YEARS or last.year not in _YEARS:
        raise Invalid.one("from", N_("Choose days between 2004 and 2100."))
    present = lookup.years_present(calendar, first.year, last.year)
    for year in range(first.year, last.year + 1):
        if year not in present:
            _seed(calendar, year)
    return lookup.working_calendar(calendar, first, last)


def _seed(calendar: str, year: int) -> None:
    rows = [
        {"calendar": calendar, "day": s.day, "is_working": s.is_working, "provisional": s.provisional, "note": s.note}
        for s in seed_year(calendar, year)
    ]
    # Two people may open the same year at once: the second one's rows are the same.
    session().execute(insert(WorkingDay).values(rows).on_conflict_do_nothing())


def set_working_day(actor: Actor, *, calendar: str, day: date, is_working: bool, note: str) -> WorkingDay:
    """Change one day by hand, as when a year's holidays are announced. It holds for the whole country: administrators."""
    actor.require("accounts.manage")
    ensure_calendar(calendar, day, day)
    found = session().get_one(WorkingDay, (calendar, day), with_for_update=True)
    before = {"is_working": found.is_working, "provisional": found.provisional}
    found.is_working, found.provisional, found.note = is_working, False, note
    record(
        action="inspections.calendar.change",
        subject_type="working_day",
        subject_id=f"{calendar}:{day.isoformat()}",
        before=before,
        after={"is_working": is_working, "provisional": False},
    )
    return found
