"""The calendar of working days."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from eldercare.core.db import session
from eldercare.inspections.calendars import WorkingCalendar, calendar_of
from eldercare.inspections.models import WorkingDay


def working_calendar(calendar: str, first: date, last: date) -> WorkingCalendar:
    rows = session().execute(
        select(WorkingDay.day, WorkingDay.is_working).where(
            WorkingDay.calendar == calendar, WorkingDay.day.between(first, last)
        )
    )
    return calendar_of((day, working) for day, working in rows)


def years_present(calendar: str, first: int, last: int) -> set[int]:
    """Which of the years from `first` to `last` the table holds."""
    rows = session().scalars(
        select(WorkingDay.day).where(
            WorkingDay.calendar == calendar, WorkingDay.day.in_([date(year, 1, 1) for year in range(first, last + 1)])
        )
    )
    return {day.year for day in rows}


def provisional_days(calendar: str, first: date, last: date) -> int:
    """Working days of the period whose year had no announced holidays yet."""
    statement = select(func.count()).where(
        WorkingDay.calendar == calendar,
        WorkingDay.day.between(first, last),
        WorkingDay.provisional,
        WorkingDay.is_working,
    )
    return session().scalar(statement) or 0
