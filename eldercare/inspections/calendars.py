"""Working days: a pure calendar, and the seeds from which the editable table `working_day` starts.

`cn` comes from the announced public holidays; the years not yet announced are weekdays only and marked provisional.
`us` is Monday to Friday without the federal holidays, which is assumed for state agencies.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar

from eldercare.core.errors import NoRuleInForce
from eldercare.core.i18n import N_

CALENDARS = ("cn", "us")
_ANNOUNCED = range(2004, max(day.year for day in chinese_calendar.holidays) + 1)
_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The working days between `first` and `last` (both included), ascending."""

    first: date
    last: date
    days: tuple[date, ...]

    def between(self, first: date, last: date) -> tuple[date, ...]:
        return self.days[bisect_left(self.days, first) : bisect_right(self.days, last)]

    def add(self, day: date, count: int) -> date:
        """The count-th working day after `day`. Raises NoRuleInForce beyond the calendar's end."""
        index = bisect_right(self.days, day) + count - 1
        if day < self.first - _ONE or index >= len(self.days):
            raise NoRuleInForce(N_("The calendar of working days does not reach from %(day)s."), day=day.isoformat())
        return self.days[index]


@dataclass(frozen=True, slots=True)
class SeedDay:
    day: date
    is_working: bool
    provisional: bool
    note: str


def seed_year(calendar: str, year: int) -> Iterator[SeedDay]:
    """Every day of the year as the source says."""
    day = date(year, 1, 1)
    holidays = _us_holidays(year) if calendar == "us" else {}
    while day.year == year:
        if calendar == "us":
            note = holidays.get(day, "")
            yield SeedDay(day, day.weekday() < 5 and not note, False, f"{note} (assumed)" if note else "")
        elif year in _ANNOUNCED:
            holiday, name = chinese_calendar.get_holiday_detail(day)
            yield SeedDay(day, chinese_calendar.is_workday(day), False, str(name or "") if holiday or name else "")
        else:
            yield SeedDay(day, day.weekday() < 5, True, "")
        day += _ONE


def _us_holidays(year: int) -> dict[date, str]:
    """Federal holidays (5 U.S.C. 6103), observed on the nearest weekday."""
    fixed = [(1, 1, "New Year's Day"), (7, 4, "Independence Day"), (11, 11, "Veterans Day"), (12, 25, "Christmas Day")]
    if year >= 2021:
        fixed.append((6, 19, "Juneteenth"))
    found = {_observed(date(year, month, day)): name for month, day, name in fixed}
    found[_observed(date(year + 1, 1, 1))] = "New Year's Day"
    moving = [
        (1, 3, 0, "Martin Luther King Jr. Day"), (2, 3, 0, "Washington's Birthday"), (9, 1, 0, "Labor Day"),
        (10, 2, 0, "Columbus Day"), (11, 4, 3, "Thanksgiving Day"),
    ]  # fmt: skip
    for month, nth, weekday, name in moving:
        found[_nth(year, month, nth, weekday)] = name
    last_of_may = date(year, 5, 31)
    found[last_of_may - timedelta(days=last_of_may.weekday())] = "Memorial Day"
    return found


def _observed(day: date) -> date:
    return day + {5: -_ONE, 6: _ONE}.get(day.weekday(), timedelta())


def _nth(year: int, month: int, nth: int, weekday: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def calendar_of(days: Iterable[tuple[date, bool]]) -> WorkingCalendar:
    """A calendar from (day, is working) in any order; empty input has no days."""
    rows = sorted(days)
    if not rows:
        return WorkingCalendar(date.max, date.min, ())
    return WorkingCalendar(rows[0][0], rows[-1][0], tuple(day for day, working in rows if working))
