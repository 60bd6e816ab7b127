"""What a loaded pack is: dated values, tables and groups, each with the source that says so. Immutable."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Generic, Protocol, TypeVar

from eldercare.core.errors import NoRuleInForce
from eldercare.core.i18n import N_, Text
from eldercare.policy.units import Exact


@dataclass(frozen=True)
class Source:
    """A document. `certainty`: stated (read in a source), recalled (known text, not read again), derived, chosen."""

    key: str
    document: Text
    certainty: str
    note: Text | None = None


@dataclass(frozen=True)
class Citation:
    """A place in a source: document and clause."""

    source: Source
    clause: Text

    def text(self) -> Text:
        return Text(
            f"{self.source.document.zh} {self.clause.zh}".strip(), f"{self.source.document.en}, {self.clause.en}"
        )


@dataclass(frozen=True)
class Period:
    """Days for which something holds; `valid_to` is the last day, None = until replaced."""

    valid_from: date
    valid_to: date | None

    def covers(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def touches(self, first: date, last: date) -> bool:
        return self.valid_from <= last and (self.valid_to is None or first <= self.valid_to)


class _HasPeriod(Protocol):
    @property
    def period(self) -> Period: ...


D = TypeVar("D", bound=_HasPeriod)


@dataclass(frozen=True)
class Value:
    """One value in force on a day. Money in integer fen, ratios as Fraction. `valid_to` is the last day or None."""

    key: str
    value: Exact
    unit: str
    source: Citation
    assumed: Text | None
    period: Period

    @property
    def valid_from(self) -> date:
        return self.period.valid_from

    @property
    def valid_to(self) -> date | None:
        return self.period.valid_to


@dataclass(frozen=True)
class Row:
    """One row of a decision table: when all `when` hold, `amount` (fen) is due. An input not named does not matter."""

    key: str
    when: tuple[tuple[str, tuple[str, ...]], ...]
    amount_fen: int


@dataclass(frozen=True)
class Table:
    """A decision table in force in a period. `hit`: unique (no two rows can both hold) or first (in written order)."""

    key: str
    unit: str
    hit: str
    inputs: tuple[str, ...]
    rows: tuple[Row, ...]
    source: Citation
    assumed: Text | None
    period: Period

    def find(self, facts: dict[str, str | None]) -> Row | None:
        """The row that holds for `facts`, or None."""
        for row in self.rows:
            if all(facts.get(name) in allowed for name, allowed in row.when):
                return row
        return None


@dataclass(frozen=True)
class Group:
    key: str
    title: Text
    divisions: tuple[str, ...]


@dataclass(frozen=True)
class Grouping:
    """Which six-digit divisions belong to which group of the jurisdiction, in a period."""

    key: str
    groups: tuple[Group, ...]
    source: Citation
    assumed: Text | None
    period: Period

    def group_of(self, division: str) -> str | None:
        return next((group.key for group in self.groups if division in group.divisions), None)


@dataclass(frozen=True)
class Scheme:
    """A subsidy: which table gives the amount, which facts it needs, and the keys of the rules that bound it."""

    key: str
    title: Text
    table: str
    requires: tuple[str, ...]
    economic_categories: tuple[str, ...]
    age_minimum: str
    proration: str


@dataclass(frozen=True)
class Dated(Generic[D]):
    """The entries of one key in order of time, with its title."""

    key: str
    title: Text
    unit: str
    entries: tuple[D, ...]

    def on(self, day: date) -> D | None:
        return next((entry for entry in self.entries if entry.period.covers(day)), None)


@dataclass(frozen=True)
class Pack:
    """The rules of one jurisdiction. Look-ups fall back on `base` (the national pack) key by key."""

    code: str
    version: str
    title: Text
    divisions: tuple[str, ...]
    sources: dict[str, Source]
    values: dict[str, Dated[Value]]
    tables: dict[str, Dated[Table]]
    groupings: dict[str, Dated[Grouping]]
    schemes: dict[str, Scheme]
    content: bytes = field(repr=False)
    content_hash: str = ""
    base: Pack | None = field(default=None, repr=False)

    def value(self, key: str, on: date) -> Value:
        """The value in force on a day. Raises NoRuleInForce, never a default."""
        found = self._dated_value(key)
        entry = found.on(on) if found else None
        if entry is None:
            raise self._none_in_force(key, on)
        return entry

    def table(self, key: str, on: date) -> Table:
        """The decision table in force on a day. Raises NoRuleInForce."""
        found = self.tables.get(key)
        entry = found.on(on) if found else None
        if entry is None:
            raise self._none_in_force(key, on)
        return entry

    def grouping(self, key: str, on: date) -> Grouping | None:
        """The county groups in force on a day; None when the pack has no such grouping."""
        if key not in self.groupings:
            return None
        entry = self.groupings[key].on(on)
        if entry is None:
            raise self._none_in_force(key, on)
        return entry

    def covers_division(self, division: str) -> bool:
        return any(division.startswith(prefix) for prefix in self.divisions)

    def _dated_value(self, key: str) -> Dated[Value] | None:
        if key in self.values:
            return self.values[key]
        return self.base._dated_value(key) if self.base else None

    def _none_in_force(self, key: str, on: date) -> NoRuleInForce:
        return NoRuleInForce(
            N_("%(pack)s has no rule for %(key)s in force on %(on)s."), pack=self.code, key=key, on=on.isoformat()
        )
