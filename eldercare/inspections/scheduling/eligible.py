"""Who could visit what on which day: the common ground of the solver and of the greedy fallback.

Days are bits of an integer, so that "free and qualified and not in conflict" is one `&`.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from .model import Inspector, Problem, Span, Task


class Eligibility:
    """Answers about one problem, computed once. Indexes are positions in the problem's tuples."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.all_days = (1 << len(problem.days)) - 1
        self._conflicts: dict[tuple[str, str], int] = defaultdict(int)
        for conflict in problem.conflicts:
            self._conflicts[conflict.inspector_id, conflict.institution_id] |= self._bits(conflict.span)
        self._qualified: dict[tuple[int, str], int] = {}

    def _bits(self, span: Span) -> int:
        return sum(1 << d for d, day in enumerate(self.problem.days) if span.covers(day))

    @cached_property
    def free(self) -> list[list[int]]:
        """free[i][d]: visits inspector i can still take on day d."""
        return [self._free_days(inspector) for inspector in self.problem.inspectors]

    def _free_days(self, inspector: Inspector) -> list[int]:
        taken = {busy.day: len(busy.slots) for busy in inspector.busy}
        away = 0
        for leave in inspector.leaves:
            away |= self._bits(leave)
        return [
            0 if away >> d & 1 else max(0, inspector.daily_capacity - taken.get(day, 0))
            for d, day in enumerate(self.problem.days)
        ]

    @cached_property
    def free_bits(self) -> list[int]:
        return [sum(1 << d for d, n in enumerate(row) if n) for row in self.free]

    def qualified(self, i: int, needs: tuple[str, ...]) -> int:
        bits = self.all_days
        for kind in needs:
            if (i, kind) not in self._qualified:
                found = 0
                for qualification in self.problem.inspectors[i].qualifications:
                    if qualification.kind == kind:
                        found |= self._bits(qualification.span)
                self._qualified[i, kind] = found
            bits &= self._qualified[i, kind]
        return bits

    def conflict(self, i: int, task: Task) -> int:
        return self._conflicts.get((self.problem.inspectors[i].id, task.institution_id), 0)

    def window(self, task: Task) -> int:
        return self._bits(Span(task.earliest, task.latest))

    def in_area(self, i: int, task: Task) -> bool:
        return task.region_path.startswith(self.problem.inspectors[i].area)

    @cached_property
    def possible(self) -> list[dict[int, int]]:
        """possible[t] = {inspector: bits of the days on which that inspector could make visit t}."""
        found = []
        for task in self.problem.tasks:
            window = self.window(task)
            row = {}
            for i in range(len(self.problem.inspectors)):
                if not self.in_area(i, task):
                    continue
                bits = window & self.free_bits[i] & self.qualified(i, task.needs) & ~self.conflict(i, task)
                if bits:
                    row[i] = bits
            found.append(row)
        return found

    def staffed_days(self, rows: dict[int, int]) -> int:
        """Bits of the days on which `rows` (inspector -> days) holds a full team with a lead."""
        bits = 0
        size = self.problem.team_size
        leads = 0
        for i, days in rows.items():
            if self.problem.inspectors[i].is_lead:
                leads |= days
        for d in range(len(self.problem.days)):
            if leads >> d & 1 and sum(days >> d & 1 for days in rows.values()) >= size:
                bits |= 1 << d
        return bits

    @cached_property
    def task_days(self) -> list[list[int]]:
        """task_days[t]: the days on which at least one team could make visit t."""
        found = []
        for row in self.possible:
            bits = self.staffed_days(row)
            found.append([d for d in range(len(self.problem.days)) if bits >> d & 1])
        return found

    def candidates(self, t: int, d: int) -> list[int]:
        return [i for i, bits in self.possible[t].items() if bits >> d & 1]

    def teams_on(self, d: int, inspectors: list[int]) -> int:
        """Largest number of visits these inspectors can make on day d if nothing but places counts.

        n visits need n leads and n x team_size places, and nobody fills two places of one visit.
        """
        free = [(self.free[i][d], self.problem.inspectors[i].is_lead) for i in inspectors]
        size = self.problem.team_size
        count = sum(n for n, _ in free) // size
        while count and (
            sum(min(n, count) for n, _ in free) < size * count or sum(min(n, count) for n, lead in free if lead) < count
        ):
            count -= 1
        return count


def day_cost(problem: Problem, task: Task, d: int) -> int:
    """Price of making a visit on day d instead of on its ideal day."""
    distance = (problem.days[d] - task.ideal).days
    if distance >= 0:
        return distance * problem.weights.late_day * task.priority
    return -distance * problem.weights.early_day


def unplaced_cost(problem: Problem, task: Task) -> int:
    return problem.weights.unplaced * task.priority
