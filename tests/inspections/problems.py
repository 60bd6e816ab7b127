"""Scheduling problems for tests: small random ones for Hypothesis and a big fixed one for measuring."""

from __future__ import annotations

import random
from datetime import date, timedelta

from hypothesis import strategies as st

from eldercare.inspections.scheduling.model import (
    Busy,
    Conflict,
    Inspector,
    Problem,
    Qualification,
    Span,
    Task,
    Weights,
)

MONDAY = date(2026, 3, 2)
ALWAYS = Span(date(2020, 1, 1))
AREAS = ("/x/", "/x/a/", "/x/b/")


def day(n: int) -> date:
    return MONDAY + timedelta(days=n)


def inspector(
    name: str,
    *,
    area: str = "/x/",
    base: str = "/x/a/",
    lead: bool = True,
    capacity: int = 1,
    qualified: Span = ALWAYS,
    kinds: tuple[str, ...] = ("inspection",),
    leaves: tuple[Span, ...] = (),
    busy: tuple[Busy, ...] = (),
) -> Inspector:
    return Inspector(
        name, area, base, lead, capacity, tuple(Qualification(kind, qualified) for kind in kinds), leaves, busy
    )


def task(
    name: str,
    *,
    institution: str = "",
    region: str = "/x/a/",
    needs: tuple[str, ...] = ("inspection",),
    earliest: date = MONDAY,
    ideal: date = MONDAY,
    latest: date = MONDAY + timedelta(days=11),
    priority: int = 1,
) -> Task:
    return Task(name, institution or f"home-{name}", region, region, needs, earliest, ideal, latest, priority)


def problem(
    tasks: list[Task],
    inspectors: list[Inspector],
    *,
    conflicts: list[Conflict] | None = None,
    days: int = 5,
    weights: Weights | None = None,
    team_size: int = 2,
) -> Problem:
    working = tuple(d for d in (day(n) for n in range(days)) if d.weekday() < 5)
    return Problem(
        MONDAY,
        day(days - 1),
        working,
        tuple(tasks),
        tuple(inspectors),
        tuple(conflicts or ()),
        team_size,
        weights or Weights(),
    )


@st.composite
def small_problems(draw: st.DrawFn) -> Problem:
    """Up to 4 tasks, 4 inspectors and 4 days with every kind of restriction in play."""
    days = draw(st.integers(1, 4))
    inspectors = []
    for n in range(draw(st.integers(0, 4))):
        leaves = draw(st.lists(st.integers(0, 3), max_size=1))
        first = draw(st.integers(-1, 2))
        capacity = draw(st.integers(1, 2))
        busy = draw(st.lists(st.integers(0, 3), max_size=1))
        inspectors.append(
            inspector(
                f"i{n}",
                area=draw(st.sampled_from(AREAS)),
                base=draw(st.sampled_from(AREAS[1:])),
                lead=draw(st.booleans()),
                capacity=capacity,
                qualified=Span(day(first), draw(st.sampled_from([None, day(first + 2)]))),
                leaves=tuple(Span(day(d), day(d)) for d in leaves),
                busy=tuple(Busy(day(d), (1,)) for d in busy),
            )
        )
    tasks = []
    for n in range(draw(st.integers(0, 4))):
        earliest = draw(st.integers(-2, 4))
        latest = earliest + draw(st.integers(0, 4))
        tasks.append(
            task(
                f"t{n}",
                region=draw(st.sampled_from(AREAS[1:])),
                earliest=day(earliest),
                ideal=day(draw(st.integers(earliest, latest))),
                latest=day(latest),
                priority=draw(st.integers(1, 2)),
            )
        )
    conflicts = [
        Conflict(f"i{i}", f"home-t{t}", "relative", ALWAYS)
        for i, t in draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=3))
    ]
    return problem(tasks, inspectors, conflicts=conflicts, days=days)


def big_problem(tasks: int = 400, working_days: int = 60, inspectors: int = 40, seed: int = 1) -> Problem:
    """A city's quarter: ten districts, leaves, conflicts, windows of three to eight weeks."""
    rng = random.Random(seed)
    days = tuple(d for d in (day(n) for n in range(2 * working_days)) if d.weekday() < 5)[:working_days]
    zones = [f"/x/{n}/" for n in range(10)]
    people = [
        inspector(
            f"i{n:02}",
            base=rng.choice(zones),
            lead=n % 3 == 0,
            capacity=rng.choice((1, 1, 2)),
            leaves=(Span(start := rng.choice(days), start + timedelta(days=rng.randint(1, 14))),),
        )
        for n in range(inspectors)
    ]
    jobs = []
    for n in range(tasks):
        first = rng.choice(days) - timedelta(days=10)
        last = min(first + timedelta(days=rng.randint(21, 56)), days[-1])
        ideal = min(last, first + timedelta(days=rng.randint(0, 30)))
        jobs.append(
            task(
                f"t{n:03}",
                region=rng.choice(zones),
                earliest=first,
                ideal=ideal,
                latest=last,
                priority=rng.choice((1, 1, 2, 3)),
            )
        )
    conflicts = [
        Conflict(f"i{rng.randrange(inspectors):02}", f"home-t{rng.randrange(tasks):03}", "inspected_last", ALWAYS)
        for _ in range(2 * tasks)
    ]
    return Problem(days[0], days[-1], days, tuple(jobs), tuple(people), tuple(conflicts))
