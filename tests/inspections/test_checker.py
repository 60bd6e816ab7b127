"""The checker finds each broken rule, one by one, in a schedule that is otherwise sound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from eldercare.inspections.scheduling.checker import RULES, check
from eldercare.inspections.scheduling.model import (
    Busy,
    Conflict,
    Member,
    Problem,
    Schedule,
    Span,
    Unplaced,
    Visit,
)

from .problems import ALWAYS, MONDAY, day, inspector, problem, task

TEAM = (Member("a", 1), Member("b", 1))
SOUND = Schedule((Visit("t", MONDAY, TEAM),), (), "greedy", (), {})


def base() -> Problem:
    return problem([task("t")], [inspector("a"), inspector("b", lead=False), inspector("c", lead=False)], days=12)


def visit(**changes: object) -> Schedule:
    return replace(SOUND, visits=(replace(SOUND.visits[0], **changes),))


def person(name: str, **changes: object) -> Callable[[Problem], Problem]:
    def changed(case: Problem) -> Problem:
        people = tuple(replace(who, **changes) if who.id == name else who for who in case.inspectors)
        return replace(case, inspectors=people)

    return changed


def same(case: Problem) -> Problem:
    return case


CASES: list[tuple[str, Callable[[Problem], Problem], Schedule]] = [
    ("unknown_task", same, replace(SOUND, unplaced=(Unplaced("nobody", "conflict"),))),
    ("unknown_inspector", same, visit(members=(Member("a", 1), Member("z", 1)))),
    ("one_visit_per_task", same, replace(SOUND, visits=(*SOUND.visits, Visit("t", day(1), TEAM)))),
    ("task_unaccounted", same, replace(SOUND, visits=())),
    ("task_unaccounted", same, replace(SOUND, unplaced=(Unplaced("t", "conflict"),))),
    ("team_size", same, visit(members=TEAM[:1])),
    ("team_size", same, visit(members=(*TEAM, Member("c", 1)))),
    ("distinct_members", same, visit(members=(Member("a", 1), Member("a", 1)))),
    ("lead", same, visit(members=(Member("b", 1), Member("c", 1)))),
    ("qualified", person("b", qualifications=()), SOUND),
    ("conflict", lambda case: replace(case, conflicts=(Conflict("b", "home-t", "owner", ALWAYS),)), SOUND),
    ("working_day", same, visit(day=day(5))),
    ("period", lambda case: replace(case, first=day(1)), SOUND),
    ("window", lambda case: replace(case, tasks=(replace(case.tasks[0], earliest=day(1)),)), SOUND),
    ("window", lambda case: replace(case, tasks=(replace(case.tasks[0], latest=day(-1)),)), SOUND),
    ("area", person("b", area="/y/"), SOUND),
    ("leave", person("b", leaves=(Span(day(-1), MONDAY),)), SOUND),
    ("capacity", person("b", busy=(Busy(MONDAY, (2,)),)), SOUND),
    ("slot_twice", person("b", busy=(Busy(MONDAY, (1,)),), daily_capacity=2), SOUND),
]


def test_a_sound_schedule_passes() -> None:
    assert check(base(), SOUND) == []


@pytest.mark.parametrize(("rule", "change", "made"), CASES)
def test_a_broken_rule_is_found(rule: str, change: Callable[[Problem], Problem], made: Schedule) -> None:
    assert rule in {breach.rule for breach in check(change(base()), made)}


def test_every_rule_has_its_case() -> None:
    assert {rule for rule, _, _ in CASES} == set(RULES)


def test_a_conflict_that_has_ended_does_not_count() -> None:
    case = replace(base(), conflicts=(Conflict("b", "home-t", "worked_there", Span(day(-9), day(-1))),))
    assert check(case, SOUND) == []
