"""Second step: a team for every visit whose day is fixed, as a mixed-integer model over all days at once.

All days belong to one model because the number of visits of an inspector over the period shall be even: the n-th
visit of the same inspector costs 2n-1 loads, so that the sum is the square of the number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from .eligible import Eligibility, unplaced_cost
from .highs import Answer, Model, minimise


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """team_of[task] = inspector indexes; tasks that are absent found no team on their day."""

    team_of: Mapping[int, tuple[int, ...]]
    answer: Answer


def assign_teams(eligible: Eligibility, day_of: Mapping[int, int], *, seconds: float) -> TeamPlan:
    problem = eligible.problem
    model = Model()
    member: dict[tuple[int, int], int] = {}
    for t in sorted(day_of):
        _add_visit(model, eligible, t, day_of[t], member)
    _add_places(model, eligible, day_of, member)
    _add_loads(model, eligible, member)
    base = sum(unplaced_cost(problem, problem.tasks[t]) for t in day_of)
    answer = minimise(model, seconds)
    # Columns pay for a placed visit with a negative price, which keeps the model sparse; the sum is added back.
    answer = Answer(
        answer.status, answer.values, answer.value + base, None if answer.bound is None else answer.bound + base
    )
    if answer.values is None:
        return TeamPlan({}, answer)
    teams: dict[int, list[int]] = defaultdict(list)
    for (t, i), column in member.items():
        if answer.values[column]:
            teams[t].append(i)
    return TeamPlan({t: tuple(sorted(team)) for t, team in teams.items()}, answer)


def _add_visit(model: Model, eligible: Eligibility, t: int, d: int, member: dict[tuple[int, int], int]) -> None:
    problem = eligible.problem
    task = problem.tasks[t]
    made = model.column(-unplaced_cost(problem, task), whole=True)
    everyone, leads = [], []
    for i in eligible.candidates(t, d):
        inspector = problem.inspectors[i]
        column = model.column(problem.weights.away if inspector.base != task.zone else 0, whole=True)
        member[t, i] = column
        everyone.append((column, 1))
        if inspector.is_lead:
            leads.append((column, 1))
    model.row([*everyone, (made, -problem.team_size)], 0, 0)
    model.row([*leads, (made, -1)], low=0)


def _add_places(
    model: Model, eligible: Eligibility, day_of: Mapping[int, int], member: Mapping[tuple[int, int], int]
) -> None:
    """Nobody makes more visits a day than there is time for; a second zone on one day costs."""
    problem = eligible.problem
    by_place: dict[tuple[int, int], list[tuple[str, int]]] = defaultdict(list)
    for (t, i), column in member.items():
        by_place[i, day_of[t]].append((problem.tasks[t].zone, column))
    for (i, d), entries in sorted(by_place.items()):
        model.row([(column, 1) for _, column in entries], high=eligible.free[i][d])
        zones = sorted({zone for zone, _ in entries})
        if eligible.free[i][d] < 2 or len(zones) < 2:
            continue
        extra = model.column(problem.weights.mixed_zones, len(zones))
        seen = {zone: model.column(0, whole=True) for zone in zones}
        for zone, column in entries:
            model.row([(seen[zone], 1), (column, -1)], low=0)
        model.row([*((column, 1) for column in seen.values()), (extra, -1)], high=1)


def _add_loads(model: Model, eligible: Eligibility, member: Mapping[tuple[int, int], int]) -> None:
    problem = eligible.problem
    by_inspector: dict[int, list[int]] = defaultdict(list)
    for (_, i), column in member.items():
        by_inspector[i].append(column)
    for i, columns in sorted(by_inspector.items()):
        most = min(len(columns), sum(eligible.free[i]))
        steps = [model.column(problem.weights.load * (2 * n + 1)) for n in range(most)]
        model.row([*((column, 1) for column in columns), *((step, -1) for step in steps)], 0, 0)
