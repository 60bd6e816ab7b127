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


def special_days(calendar: str, year: int) -> list[WorkingDay]:
    """Days of the year that are not what their weekday says, or carry a note."""
    weekday = func.extract("isodow", WorkingDay.day) < 6
    statement = select(WorkingDay).where(
        WorkingDay.calendar == calendar,
        WorkingDay.day.between(date(year, 1, 1), date(year, 12, 31)),
        (WorkingDay.is_working != weekday) | (WorkingDay.note != ""),
    )
    return list(session().scalars(statement.order_by(WorkingDay.day)))


def year_facts(calendar: str, year: int) -> dict[str, int]:
    """{working: working days, provisional: days not yet announced}"""
    inside = (WorkingDay.calendar == calendar) & WorkingDay.day.between(date(year, 1, 1), date(year, 12, 31))
    working = session().scalar(select(func.count()).where(inside, WorkingDay.is_working)) or 0
    provisional = session().scalar(select(func.count()).where(inside, WorkingDay.provisional)) or 0
    return {"working": working, "provisional": provisional}
