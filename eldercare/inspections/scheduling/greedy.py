"""A schedule without a solver: tasks in order of urgency, each on the cheapest day that still has a team.

Always feasible and fast; it is the answer when the solver has no time, and it repairs what the solver's two steps
leave over.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from .days import AreaLoad, area_loads
from .eligible import Eligibility, day_cost


class Board:
    """A schedule being filled: which places are left, and what the next visit of anybody would cost."""

    def __init__(self, eligible: Eligibility) -> None:
        self.eligible = eligible
        self.day_of: dict[int, int] = {}
        self.team_of: dict[int, tuple[int, ...]] = {}
        self._free = [list(row) for row in eligible.free]
        self._loads: Counter[int] = Counter()
        self._zones: dict[tuple[int, int], set[str]] = defaultdict(set)
        self._areas: list[AreaLoad] = [load for load in area_loads(eligible) if load.comfortable is not None]
        self._area_of = {t: n for n, load in enumerate(self._areas) for t in load.tasks}
        self._visits: Counter[tuple[int, int]] = Counter()

    def put(self, t: int, d: int, team: tuple[int, ...]) -> None:
        self.day_of[t], self.team_of[t] = d, tuple(sorted(team))
        zone = self.eligible.problem.tasks[t].zone
        for i in team:
            self._free[i][d] -= 1
            self._loads[i] += 1
            self._zones[i, d].add(zone)
        self._visits[self._area_of[t], d] += 1

    def insert(self, t: int) -> bool:
        """Put visit t where it costs least now; False when no possible day has a team left."""
        for d in sorted(self.eligible.task_days[t], key=lambda d: (self._day_price(t, d), d)):
            team = self.team(t, d)
            if team:
                self.put(t, d, team)
                return True
        return False

    def team(self, t: int, d: int) -> tuple[int, ...] | None:
        """The cheapest team with a lead that is free on day d, or None. Leads are spared for other visits."""
        problem = self.eligible.problem
        free = [i for i in self.eligible.candidates(t, d) if self._free[i][d]]
        free.sort(key=lambda i: (self._price(i, t, d), problem.inspectors[i].is_lead, problem.inspectors[i].id))
        lead = next((i for i in free if problem.inspectors[i].is_lead), None)
        if lead is None or len(free) < problem.team_size:
            return None
        team = free[: problem.team_size]
        if not any(problem.inspectors[i].is_lead for i in team):
            team[-1] = lead
        return tuple(team)

    def _price(self, i: int, t: int, d: int) -> int:
        problem = self.eligible.problem
        zone, zones = problem.tasks[t].zone, self._zones.get((i, d), set())
        price = problem.weights.load * (2 * self._loads[i] + 1)
        price += problem.weights.away if problem.inspectors[i].base != zone else 0
        return price + (problem.weights.mixed_zones if zones and zone not in zones else 0)

    def _day_price(self, t: int, d: int) -> int:
        area = self._area_of[t]
        comfortable = self._areas[area].comfortable or ()
        crowded = self._visits[area, d] >= comfortable[d]
        problem = self.eligible.problem
        return day_cost(problem, problem.tasks[t], d) + (problem.weights.crowded if crowded else 0)


def fill(board: Board, tasks: list[int]) -> None:
    """Insert tasks by deadline, then priority, then identity (so that the order of the input does not matter)."""
    every = board.eligible.problem.tasks
    for t in sorted(tasks, key=lambda t: (every[t].latest, -every[t].priority, every[t].id)):
        board.insert(t)


def greedy(eligible: Eligibility) -> Board:
    board = Board(eligible)
    fill(board, list(range(len(eligible.problem.tasks))))
    return board
