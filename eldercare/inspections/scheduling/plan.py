"""The whole way from a problem to a schedule: days, teams, repair, and the greedy answer to compare with."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable

from .days import area_loads, assign_days
from .eligible import Eligibility, day_cost, unplaced_cost
from .greedy import Board, fill, greedy
from .model import Member, Problem, Schedule, Stage, Visit
from .reasons import explain
from .teams import assign_teams

# How often visits that found no team go back for another day before the repair takes over.
_ROUNDS = 3


def schedule(problem: Problem, *, seconds: float = 60) -> Schedule:
    """A schedule within `seconds` of solving (0: greedy only). The cheaper of the solver's and the greedy one.

    The answer depends on the problem alone unless the clock stops the solver, which the stages then show.
    """
    eligible = Eligibility(problem)
    simple = _finish(eligible, greedy(eligible), "greedy", [])
    if seconds <= 0:
        return simple
    board, stages = _solve(eligible, seconds)
    solved = _finish(eligible, board, "highs", stages)
    if simple.total < solved.total:
        return Schedule(simple.visits, simple.unplaced, "greedy", solved.stages, simple.terms)
    return solved


def _solve(eligible: Eligibility, seconds: float) -> tuple[Board, list[Stage]]:
    deadline = time.monotonic() + seconds
    banned: set[tuple[int, int]] = set()
    stages: list[Stage] = []
    board = Board(eligible)
    for _ in range(_ROUNDS):
        left = deadline - time.monotonic()
        if left <= 0:
            break
        days = assign_days(eligible, seconds=left, banned=banned)
        teams = assign_teams(eligible, days.day_of, seconds=max(0.1, deadline - time.monotonic()))
        stages = [
            Stage(name, answer.status, answer.value, answer.bound, answer.gap)
            for name, answer in (("days", days.answer), ("teams", teams.answer))
        ]
        board = Board(eligible)
        for t, team in teams.team_of.items():
            board.put(t, days.day_of[t], team)
        failed = {(t, d) for t, d in days.day_of.items() if t not in teams.team_of}
        if not failed or teams.answer.values is None:
            break
        banned |= failed
    fill(board, [t for t in range(len(eligible.problem.tasks)) if t not in board.day_of])
    return board, stages


def _finish(eligible: Eligibility, board: Board, solver: str, stages: Iterable[Stage]) -> Schedule:
    problem = eligible.problem
    unplaced = tuple(explain(eligible, t) for t in range(len(problem.tasks)) if t not in board.day_of)
    return Schedule(_visits(eligible, board), unplaced, solver, tuple(stages), terms(eligible, board))


def _visits(eligible: Eligibility, board: Board) -> tuple[Visit, ...]:
    """Visits by day with slots: the lowest number that neither this nor a published plan uses."""
    problem = eligible.problem
    used: dict[tuple[int, int], set[int]] = defaultdict(set)
    index = {day: d for d, day in enumerate(problem.days)}
    for i, inspector in enumerate(problem.inspectors):
        for busy in inspector.busy:
            if busy.day in index:
                used[i, index[busy.day]].update(busy.slots)
    visits = []
    for t in sorted(board.day_of, key=lambda t: (board.day_of[t], problem.tasks[t].zone, problem.tasks[t].id)):
        d, members = board.day_of[t], []
        team = sorted(board.team_of[t], key=lambda i: (not problem.inspectors[i].is_lead, problem.inspectors[i].id))
        for i in team:
            slot = next(n for n in range(1, len(used[i, d]) + 2) if n not in used[i, d])
            used[i, d].add(slot)
            members.append(Member(problem.inspectors[i].id, slot))
        visits.append(Visit(problem.tasks[t].id, problem.days[d], tuple(members)))
    return tuple(visits)


def terms(eligible: Eligibility, board: Board) -> dict[str, int]:
    """The objective, term by term: what the schedule costs and for what."""
    problem, weights = eligible.problem, eligible.problem.weights
    found = dict.fromkeys(("unplaced", "late", "early", "crowded", "away", "mixed_zones", "load"), 0)
    loads: Counter[int] = Counter()
    zones: dict[tuple[int, int], set[str]] = defaultdict(set)
    for t, task in enumerate(problem.tasks):
        if t not in board.day_of:
            found["unplaced"] += unplaced_cost(problem, task)
            continue
        d = board.day_of[t]
        found["late" if problem.days[d] > task.ideal else "early"] += day_cost(problem, task, d)
        for i in board.team_of[t]:
            loads[i] += 1
            zones[i, d].add(task.zone)
            found["away"] += weights.away if problem.inspectors[i].base != task.zone else 0
    for area in area_loads(eligible):
        if area.comfortable is not None:
            per_day = Counter(board.day_of[t] for t in area.tasks if t in board.day_of)
            found["crowded"] += weights.crowded * sum(max(0, n - area.comfortable[d]) for d, n in per_day.items())
    found["mixed_zones"] = weights.mixed_zones * sum(len(names) - 1 for names in zones.values())
    found["load"] = weights.load * sum(n * n for n in loads.values())
    return found
