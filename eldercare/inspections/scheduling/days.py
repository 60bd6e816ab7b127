"""First step: a day for every task, as a transportation model.

Columns: task on day, task unplaced, visits of a day above its comfortable level. Rows: one day per task; per day and
area no more visits than its inspectors can form teams for. Areas are subtrees, so both row families are laminar, the
matrix is totally unimodular, and the linear programme already has whole-number vertices: no branching, always exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from .eligible import Eligibility, day_cost, unplaced_cost
from .highs import Answer, Model, minimise


@dataclass(frozen=True, slots=True)
class AreaLoad:
    """The visits an area can take per day; `comfortable` is the level above which a day counts as crowded."""

    area: str
    tasks: tuple[int, ...]
    most: tuple[int, ...]
    comfortable: tuple[int, ...] | None


def area_loads(eligible: Eligibility) -> list[AreaLoad]:
    """One entry per area that inspectors have; only the outermost areas carry a comfortable level."""
    problem = eligible.problem
    areas = sorted({inspector.area for inspector in problem.inspectors})
    found = []
    for area in areas:
        tasks = tuple(t for t, task in enumerate(problem.tasks) if task.region_path.startswith(area))
        if not tasks:
            continue
        who = [
            i
            for i, inspector in enumerate(problem.inspectors)
            if inspector.area.startswith(area) or area.startswith(inspector.area)
        ]
        most = tuple(eligible.teams_on(d, who) for d in range(len(problem.days)))
        outermost = not any(other != area and area.startswith(other) for other in areas)
        level = tuple(_comfortable(n, problem.weights.fill_percent) for n in most) if outermost else None
        found.append(AreaLoad(area, tasks, most, level))
    return found


def _comfortable(most: int, percent: int) -> int:
    return max(min(most, 1), most * percent // 100)


@dataclass(frozen=True, slots=True)
class DayPlan:
    """day_of[task] = day index; tasks that are absent stay unplaced."""

    day_of: Mapping[int, int]
    answer: Answer


def assign_days(
    eligible: Eligibility, *, seconds: float, banned: AbstractSet[tuple[int, int]] = frozenset()
) -> DayPlan:
    """The cheapest days for all tasks; `banned` pairs (task, day) were tried and could not be staffed."""
    problem = eligible.problem
    model = Model()
    columns: dict[tuple[int, int], int] = {}
    for t, task in enumerate(problem.tasks):
        terms = []
        for d in eligible.task_days[t]:
            if (t, d) not in banned:
                columns[t, d] = model.column(day_cost(problem, task, d))
                terms.append((columns[t, d], 1))
        terms.append((model.column(unplaced_cost(problem, task)), 1))
        model.row(terms, 1, 1)
    for load in area_loads(eligible):
        _add_area(model, load, columns, len(problem.days), problem.weights.crowded)
    answer = minimise(model, seconds)
    if answer.values is None:
        return DayPlan({}, answer)
    return DayPlan({t: d for (t, d), column in columns.items() if answer.values[column]}, answer)


def _add_area(model: Model, load: AreaLoad, columns: Mapping[tuple[int, int], int], days: int, crowded: int) -> None:
    for d in range(days):
        terms = [(columns[t, d], 1) for t in load.tasks if (t, d) in columns]
        if not terms:
            continue
        if load.comfortable is None:
            model.row(terms, high=load.most[d])
            continue
        above = model.column(crowded, load.most[d] - load.comfortable[d])
        model.row([*terms, (above, -1)], high=load.comfortable[d])
