"""The scheduler against brute force on small cases, and its promises on hand-made ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations, product

import pytest
from hypothesis import HealthCheck, given, settings

from eldercare.inspections.scheduling import reasons
from eldercare.inspections.scheduling.checker import check
from eldercare.inspections.scheduling.days import area_loads, assign_days
from eldercare.inspections.scheduling.eligible import Eligibility
from eldercare.inspections.scheduling.model import Busy, Conflict, Inspector, Problem, Schedule, Span, Task
from eldercare.inspections.scheduling.plan import schedule
from eldercare.inspections.scheduling.teams import assign_teams

from .problems import ALWAYS, MONDAY, big_problem, day, inspector, problem, small_problems, task

SLOW = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def may_visit(case: Problem, who: Inspector, task: Task, on: date) -> bool:
    """The hard rules for one person, one task, one day, written a third time and as plainly as possible."""
    taken = sum(len(busy.slots) for busy in who.busy if busy.day == on)
    return (
        on in case.days
        and task.earliest <= on <= task.latest
        and task.region_path.startswith(who.area)
        and all(any(q.kind == kind and q.span.covers(on) for q in who.qualifications) for kind in task.needs)
        and not any(leave.covers(on) for leave in who.leaves)
        and taken < who.daily_capacity
        and not any(
            c.inspector_id == who.id and c.institution_id == task.institution_id and c.span.covers(on)
            for c in case.conflicts
        )
    )


def teams_for(case: Problem, task: Task, on: date) -> list[tuple[str, ...]]:
    able = [who for who in case.inspectors if may_visit(case, who, task, on)]
    return [
        tuple(who.id for who in team) for team in combinations(able, case.team_size) if any(who.is_lead for who in team)
    ]


def places_left(case: Problem, who: Inspector, on: date) -> int:
    return who.daily_capacity - sum(len(busy.slots) for busy in who.busy if busy.day == on)


def team_price(case: Problem, days: dict[int, date], choice: dict[int, tuple[str, ...]]) -> int | None:
    """Cost of the second step for given teams, None when somebody is asked for more than a day holds."""
    weights, people = case.weights, {who.id: who for who in case.inspectors}
    places, loads, total = Counter[tuple[str, date]](), Counter[str](), 0
    zones: dict[tuple[str, date], set[str]] = {}
    for t, on in days.items():
        if t not in choice:
            total += weights.unplaced * case.tasks[t].priority
            continue
        for name in choice[t]:
            places[name, on] += 1
            loads[name] += 1
            zones.setdefault((name, on), set()).add(case.tasks[t].zone)
            total += weights.away * (people[name].base != case.tasks[t].zone)
    if any(n > places_left(case, people[name], on) for (name, on), n in places.items()):
        return None
    total += weights.mixed_zones * sum(len(seen) - 1 for seen in zones.values())
    return total + weights.load * sum(n * n for n in loads.values())


def brute_teams(case: Problem, days: dict[int, date]) -> int:
    options = [[None, *teams_for(case, case.tasks[t], on)] for t, on in days.items()]
    prices = (
        team_price(case, days, {t: team for t, team in zip(days, picked, strict=True) if team})
        for picked in product(*options)
    )
    return min(price for price in prices if price is not None)


def brute_days(case: Problem) -> int:
    """The cheapest days by trying all of them against the areas' capacity."""
    eligible = Eligibility(case)
    loads = area_loads(eligible)
    options: list[list[int | None]] = [
        [None, *(d for d, on in enumerate(case.days) if teams_for(case, task, on))] for task in case.tasks
    ]

    def price(picked: tuple[int | None, ...]) -> int | None:
        total = 0
        for job, d in zip(case.tasks, picked, strict=True):
            if d is None:
                total += case.weights.unplaced * job.priority
                continue
            late = (case.days[d] - job.ideal).days
            total += late * case.weights.late_day * job.priority if late > 0 else -late * case.weights.early_day
        for load in loads:
            for d in range(len(case.days)):
                n = sum(1 for t in load.tasks if picked[t] == d)
                if n > load.most[d]:
                    return None
                if load.comfortable is not None:
                    total += case.weights.crowded * max(0, n - load.comfortable[d])
        return total

    return min(cost for picked in product(*options) if (cost := price(picked)) is not None)


@SLOW
@given(small_problems())
def test_the_day_model_is_optimal(case: Problem) -> None:
    plan = assign_days(Eligibility(case), seconds=10)
    assert plan.answer.status == "optimal"
    assert plan.answer.value == brute_days(case)


@SLOW
@given(small_problems())
def test_the_team_model_is_optimal_for_its_days(case: Problem) -> None:
    eligible = Eligibility(case)
    day_of = assign_days(eligible, seconds=10).day_of
    teams = assign_teams(eligible, day_of, seconds=10)
    assert teams.answer.value == brute_teams(case, {t: case.days[d] for t, d in sorted(day_of.items())})


def _free_team(case: Problem, made: Schedule, task: Task) -> bool:
    used = Counter((m.inspector_id, visit.day) for visit in made.visits for m in visit.members)
    people = {who.id: who for who in case.inspectors}
    return any(
        all(used[name, on] < places_left(case, people[name], on) for name in team)
        for on in case.days
        for team in teams_for(case, task, on)
    )


@SLOW
@given(small_problems())
@pytest.mark.parametrize("seconds", [0, 10])
def test_every_schedule_keeps_every_rule_and_leaves_nothing_possible(seconds: int, case: Problem) -> None:
    made = schedule(case, seconds=seconds)
    assert check(case, made) == []
    tasks = {task.id: task for task in case.tasks}
    for item in made.unplaced:
        possible_alone = any(teams_for(case, tasks[item.task_id], on) for on in case.days)
        assert possible_alone == (item.code == reasons.CAPACITY_FULL)
        assert not _free_team(case, made, tasks[item.task_id])


@SLOW
@given(small_problems())
def test_the_solver_never_loses_to_the_greedy_answer_and_repeats_itself(case: Problem) -> None:
    made = schedule(case, seconds=10)
    assert made.total <= schedule(case, seconds=0).total
    assert made == schedule(case, seconds=10)


def test_the_order_of_the_input_does_not_change_who_is_placed() -> None:
    people = [inspector("a"), inspector("b")]
    tasks = [task("t1", priority=1), task("t2", priority=3)]
    for order in (tasks, tasks[::-1]):
        made = schedule(problem(order, people, days=1))
        assert [visit.task_id for visit in made.visits] == ["t2"]


def _cases() -> Iterator[tuple[str, Problem]]:
    pair = [inspector("a"), inspector("b", lead=False)]
    yield reasons.WINDOW_OUTSIDE, problem([task("t", earliest=day(-9), ideal=day(-9), latest=day(-2))], pair)
    saturday = day(5)
    weekend = [task("t", earliest=saturday, ideal=saturday, latest=day(6))]
    yield reasons.NO_WORKING_DAY, problem(weekend, pair, days=12)
    yield reasons.NO_INSPECTORS, problem([task("t", region="/y/")], pair)
    yield reasons.NOT_QUALIFIED, problem([task("t", needs=("inspection", "rating"))], pair)
    expired = [inspector("a", qualified=Span(day(-9), day(-1))), inspector("b")]
    yield reasons.NOT_QUALIFIED, problem([task("t")], expired)
    yield reasons.NO_LEAD, problem([task("t")], [inspector("a", lead=False), inspector("b", lead=False)])
    yield reasons.CONFLICT, problem([task("t")], pair, conflicts=[Conflict("b", "home-t", "relative", ALWAYS)])
    away = [inspector("a"), inspector("b", leaves=(Span(MONDAY, day(30)),))]
    yield reasons.AWAY, problem([task("t")], away)
    booked = [inspector("a"), inspector("b", busy=(Busy(MONDAY, (1,)),))]
    yield reasons.AWAY, problem([task("t")], booked, days=1)


@pytest.mark.parametrize(("code", "case"), list(_cases()))
def test_an_unplaced_task_says_why(code: str, case: Problem) -> None:
    made = schedule(case)
    assert [(item.task_id, item.code) for item in made.unplaced] == [("t", code)]
    assert made.visits == ()


def test_a_full_calendar_is_named_with_its_days() -> None:
    made = schedule(problem([task("t1"), task("t2")], [inspector("a"), inspector("b")], days=1))
    assert [(item.code, item.facts["days"]) for item in made.unplaced] == [(reasons.CAPACITY_FULL, 1)]


def test_slots_of_published_plans_are_kept_free() -> None:
    people = [inspector("a", capacity=2, busy=(Busy(MONDAY, (1,)),)), inspector("b")]
    made = schedule(problem([task("t")], people, days=1))
    assert [(m.inspector_id, m.slot) for m in made.visits[0].members] == [("a", 2), ("b", 1)]


def test_work_is_shared_evenly() -> None:
    people = [inspector(name) for name in "abcd"]
    made = schedule(problem([task(f"t{n}", latest=day(13)) for n in range(8)], people, days=14))
    loads = Counter(m.inspector_id for visit in made.visits for m in visit.members)
    assert set(loads.values()) == {4}


def test_no_solver_time_still_gives_a_sound_schedule() -> None:
    case = big_problem(tasks=80, working_days=20, inspectors=12)
    made = schedule(case, seconds=0)
    assert made.solver == "greedy" and made.stages == ()
    assert made.visits and check(case, made) == []


def test_a_city_quarter_is_solved_to_a_proven_optimum() -> None:
    case = big_problem(tasks=120, working_days=30, inspectors=20)
    made = schedule(case, seconds=60)
    assert check(case, made) == []
    assert [(stage.status, stage.gap) for stage in made.stages] == [("optimal", 0.0), ("optimal", 0.0)]
    assert max(visit.day for visit in made.visits) - min(visit.day for visit in made.visits) > timedelta(days=14)
