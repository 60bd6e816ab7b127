"""An independent judge: does a schedule keep every hard rule? Shares no code with the solver, on purpose.

It reads only the problem and the schedule, with plain loops, so that a mistake in the solver's shortcuts shows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from .model import Inspector, Problem, Schedule, Task, Visit


@dataclass(frozen=True, slots=True)
class Breach:
    """One broken rule: `rule` is a code of RULES, the rest says where."""

    rule: str
    task_id: str
    inspector_id: str = ""
    day: date | None = None


RULES = (
    "unknown_task",
    "unknown_inspector",
    "one_visit_per_task",
    "task_unaccounted",
    "team_size",
    "distinct_members",
    "lead",
    "qualified",
    "conflict",
    "working_day",
    "period",
    "window",
    "area",
    "leave",
    "capacity",
    "slot_twice",
)


@dataclass(slots=True)
class _Case:
    problem: Problem
    tasks: dict[str, Task] = field(init=False)
    inspectors: dict[str, Inspector] = field(init=False)

    def __post_init__(self) -> None:
        self.tasks = {task.id: task for task in self.problem.tasks}
        self.inspectors = {inspector.id: inspector for inspector in self.problem.inspectors}


def check(problem: Problem, schedule: Schedule) -> list[Breach]:
    """All breaches, empty when the schedule is sound."""
    case = _Case(problem)
    found = [*_accounting(case, schedule), *_places(case, schedule.visits)]
    for visit in schedule.visits:
        if visit.task_id in case.tasks:
            found += [*_when(case, visit), *_team(case, visit)]
    return found


def _accounting(case: _Case, schedule: Schedule) -> Iterator[Breach]:
    visits = Counter(visit.task_id for visit in schedule.visits)
    unplaced = Counter(item.task_id for item in schedule.unplaced)
    for task_id in sorted({*visits, *unplaced} - set(case.tasks)):
        yield Breach("unknown_task", task_id)
    for task_id in case.tasks:
        if visits[task_id] > 1:
            yield Breach("one_visit_per_task", task_id)
        if min(1, visits[task_id]) + unplaced[task_id] != 1:
            yield Breach("task_unaccounted", task_id)


def _when(case: _Case, visit: Visit) -> Iterator[Breach]:
    task = case.tasks[visit.task_id]
    if visit.day not in case.problem.days:
        yield Breach("working_day", visit.task_id, day=visit.day)
    if not case.problem.first <= visit.day <= case.problem.last:
        yield Breach("period", visit.task_id, day=visit.day)
    if not task.earliest <= visit.day <= task.latest:
        yield Breach("window", visit.task_id, day=visit.day)


def _team(case: _Case, visit: Visit) -> Iterator[Breach]:
    ids = [member.inspector_id for member in visit.members]
    if len(ids) != case.problem.team_size:
        yield Breach("team_size", visit.task_id, day=visit.day)
    if len(set(ids)) != len(ids):
        yield Breach("distinct_members", visit.task_id, day=visit.day)
    known = [case.inspectors[i] for i in ids if i in case.inspectors]
    for unknown in sorted(set(ids) - set(case.inspectors)):
        yield Breach("unknown_inspector", visit.task_id, unknown, visit.day)
    if not any(inspector.is_lead for inspector in known):
        yield Breach("lead", visit.task_id, day=visit.day)
    for inspector in known:
        yield from _member(case, visit, inspector)


def _member(case: _Case, visit: Visit, inspector: Inspector) -> Iterator[Breach]:
    task, day = case.tasks[visit.task_id], visit.day

    def breach(rule: str) -> Breach:
        return Breach(rule, visit.task_id, inspector.id, day)

    if not task.region_path.startswith(inspector.area):
        yield breach("area")
    for kind in task.needs:
        if not any(q.kind == kind and q.span.covers(day) for q in inspector.qualifications):
            yield breach("qualified")
    if any(leave.covers(day) for leave in inspector.leaves):
        yield breach("leave")
    pair = (inspector.id, task.institution_id)
    for conflict in case.problem.conflicts:
        if (conflict.inspector_id, conflict.institution_id) == pair and conflict.span.covers(day):
            yield breach("conflict")


def _places(case: _Case, visits: Iterable[Visit]) -> Iterator[Breach]:
    """Nobody holds a slot twice or one that does not exist, visits of published plans included."""
    taken: dict[tuple[str, date], list[tuple[int, str]]] = defaultdict(list)
    for inspector in case.problem.inspectors:
        for busy in inspector.busy:
            taken[inspector.id, busy.day] += [(slot, "") for slot in busy.slots]
    for visit in visits:
        for member in visit.members:
            taken[member.inspector_id, visit.day].append((member.slot, visit.task_id))
    for (inspector_id, day), entries in taken.items():
        ours = [task_id for _, task_id in entries if task_id]
        who = case.inspectors.get(inspector_id)
        if not ours or who is None:
            continue
        if len(entries) > who.daily_capacity:
            yield Breach("capacity", ours[-1], inspector_id, day)
        repeated = Counter(slot for slot, _ in entries)
        for slot, task_id in entries:
            if task_id and (repeated[slot] > 1 or slot < 1):
                yield Breach("slot_twice", task_id, inspector_id, day)
