"""What a schedule is made from and what it is: frozen values, no behaviour beyond reading them.

All dates are inclusive on both ends. Identifiers are strings (UUIDs in production), so that the same values can be
frozen as JSON, hashed and computed again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both included; `last=None` has no end."""

    first: date
    last: date | None = None

    def covers(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Qualification:
    kind: str
    span: Span


@dataclass(frozen=True, slots=True)
class Busy:
    """Slots of a day already taken by a published plan."""

    day: date
    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Inspector:
    """`area` is the subtree in which the inspector may act, `base` the zone where the working day starts."""

    id: str
    area: str
    base: str
    is_lead: bool
    daily_capacity: int
    qualifications: tuple[Qualification, ...]
    leaves: tuple[Span, ...] = ()
    busy: tuple[Busy, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """A person who must stay away (回避) from an institution, and why."""

    inspector_id: str
    institution_id: str
    ground: str
    span: Span


@dataclass(frozen=True, slots=True)
class Task:
    """One visit that falls due. `needs` are qualifications every team member must hold on the day."""

    id: str
    institution_id: str
    region_path: str
    zone: str
    needs: tuple[str, ...]
    earliest: date
    ideal: date
    latest: date
    priority: int = 1


@dataclass(frozen=True, slots=True)
class Weights:
    """Prices of the soft goals, whole numbers without unit; the policy pack holds them."""

    unplaced: int = 10_000
    late_day: int = 3
    early_day: int = 1
    crowded: int = 20
    away: int = 4
    mixed_zones: int = 6
    load: int = 1
    fill_percent: int = 80


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything a schedule depends on. `days` are the working days of the period, ascending."""

    first: date
    last: date
    days: tuple[date, ...]
    tasks: tuple[Task, ...]
    inspectors: tuple[Inspector, ...]
    conflicts: tuple[Conflict, ...] = ()
    team_size: int = 2
    weights: Weights = Weights()


@dataclass(frozen=True, slots=True)
class Member:
    inspector_id: str
    slot: int


@dataclass(frozen=True, slots=True)
class Visit:
    task_id: str
    day: date
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A task without a visit: a reason code of `reasons.TEXTS` and the figures of its sentence."""

    task_id: str
    code: str
    facts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stage:
    """How one solver run ended. `gap` is relative to the value (0 = proven optimum), None without a bound."""

    name: str
    status: str
    value: int
    bound: int | None
    gap: float | None


@dataclass(frozen=True, slots=True)
class Schedule:
    visits: tuple[Visit, ...]
    unplaced: tuple[Unplaced, ...]
    solver: str
    stages: tuple[Stage, ...]
    terms: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.terms.values())
