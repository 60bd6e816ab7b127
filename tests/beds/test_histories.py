"""Random histories: whatever is admitted, moved, discharged and corrected, the figures equal those counted otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eldercare.beds import queries, rules, service
from eldercare.beds.rules import EndReason, Interval
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.errors import Conflict, Invalid
from tests.factories import beds as factory

SYSTEM = Actor.system("tests")
START = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
BEDS, PEOPLE = 3, 4

steps = st.lists(
    st.tuples(
        st.sampled_from(["admit", "discharge", "move", "correct"]),
        st.integers(0, PEOPLE - 1),
        st.integers(0, BEDS - 1),
        st.integers(1, 60),  # hours that pass before the step
    ),
    min_size=1,
    max_size=14,
)


@dataclass
class Book:
    """The same history kept by hand, with lists: [bed, person, start, end, fact]."""

    lines: list[list[Any]] = field(default_factory=list)

    def clashes(
        self, bed: int, person: int, start: datetime, end: datetime | None, but: list[Any] | None = None
    ) -> bool:
        return any(
            line is not but
            and (line[0] == bed or line[1] == person)
            and (line[3] is None or start < line[3])
            and (end is None or line[2] < end)
            for line in self.lines
        )

    def running(self, person: int) -> list[Any] | None:
        return next((line for line in self.lines if line[1] == person and line[3] is None), None)


class Story:
    def __init__(self) -> None:
        self.home = factory.institution(uuid4())
        self.beds = factory.beds(self.home, BEDS, per_room=BEDS)
        self.people = [factory.elder(f"老人{number}") for number in range(PEOPLE)]
        self.book = Book()

    def admit(self, person: int, bed: int, now: datetime) -> None:
        expected = not self.book.clashes(bed, person, now, None)
        try:
            stay = service.admit(SYSTEM, bed_id=self.beds[bed].id, elder_id=self.people[person].id)
        except Conflict:
            assert not expected
            return
        assert expected
        self.book.lines.append([bed, person, now, None, stay.fact_id])

    def discharge(self, person: int, now: datetime) -> None:
        line = self.book.running(person)
        if line is not None:
            service.discharge(SYSTEM, stay_id=line[4], end_reason=EndReason.HOME)
            line[3] = now

    def move(self, person: int, bed: int, now: datetime) -> None:
        line = self.book.running(person)
        if line is None or line[0] == bed:
            return
        expected = not any(other[0] == bed and (other[3] is None or other[3] > now) for other in self.book.lines)
        try:
            moved = service.move(SYSTEM, stay_id=line[4], bed_id=self.beds[bed].id)
        except Conflict:
            assert not expected
            return
        assert expected
        line[3] = now
        self.book.lines.append([bed, person, now, None, moved.fact_id])

    def correct(self, person: int, hours: int) -> None:
        line = self.book.running(person)
        if line is None:
            return
        start = line[2] - timedelta(hours=hours)
        expected = not self.book.clashes(line[0], person, start, None, but=line)
        try:
            service.correct(SYSTEM, fact_id=line[4], start=start, end=None, reason="the paper book says so")
        except Conflict:
            assert not expected
            return
        assert expected
        line[2] = start

    def check(self, at: datetime) -> None:
        here = [line for line in self.book.lines if line[2] <= at and (line[3] is None or at < line[3])]
        counts = queries.counts_by_type(at, [self.home.id])["nursing"]
        assert (counts.occupied, counts.free) == (len(here), BEDS - len(here))
        shown: dict[UUID, Any] = {bed.id: bed.elder_id for bed in queries.board(self.home.id, at)}
        by_hand = {bed.id: None for bed in self.beds} | {
            self.beds[line[0]].id: self.people[line[1]].id for line in here
        }
        assert shown == by_hand

    def check_days(self, now: datetime) -> None:
        first, until = clock.day_of(START), clock.day_of(now)
        by_hand = rules.bed_days([Interval(line[2], line[3]) for line in self.book.lines], first, until)
        [row] = queries.bed_days(first, until, [self.home.id])
        assert row.occupied == by_hand


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_figures_equal_the_history(db_session: Any, story: list[tuple[str, int, int, int]]) -> None:
    with clock.freeze(START):
        told = Story()
    now, seen = START, [START]
    for verb, person, bed, hours in story:
        now += timedelta(hours=hours)
        with clock.freeze(now):
            if verb == "admit":
                told.admit(person, bed, now)
            elif verb == "discharge":
                told.discharge(person, now)
            elif verb == "move":
                told.move(person, bed, now)
            else:
                told.correct(person, hours)
            seen.append(now)
            for at in seen:
                told.check(at)
            told.check_days(now)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 900)), max_size=6),
    st.integers(0, 40),
    st.integers(1, 40),
)
def test_bed_days_by_interval_equal_bed_days_by_day(spans: list[tuple[int, int]], skip: int, length: int) -> None:
    """Summed over days one by one (who is there at 24:00) it is the same number."""
    intervals = [Interval(START + timedelta(hours=a), START + timedelta(hours=a + b)) for a, b in spans]
    first = clock.day_of(START) + timedelta(days=skip)
    until = first + timedelta(days=length)
    by_day = 0
    for number in range(length):
        end_of_day = clock.start_of(first + timedelta(days=number + 1))
        by_day += sum(one.start < end_of_day and (one.end is None or end_of_day <= one.end) for one in intervals)
    assert rules.bed_days(intervals, first, until) == by_day


def test_a_refusal_leaves_nothing_behind(db_session: Any) -> None:
    with clock.freeze(START):
        told = Story()
        told.admit(0, 0, START)
        with pytest.raises((Conflict, Invalid)):
            service.admit(SYSTEM, bed_id=told.beds[0].id, elder_id=told.people[1].id, planned_until=START)
        told.check(START)
