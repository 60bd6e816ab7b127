"""Assessment standards as data: a new standard is a new file in `policy/standards/`.

The loader is strict: an unknown key, a gap between bands, sums that do not add up or a missing source refuse the file
with its path and the reason. Where a source is silent the file says `assumed: <reason>`, and the reason travels along.
"""

from __future__ import annotations

import hashlib
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from eldercare.core.i18n import Text
from eldercare.policy import strict_yaml
from eldercare.policy.errors import PackError

FOLDER = Path(__file__).resolve().parent / "standards"


class StandardError(Exception):
    """A standard file is wrong; the message names the file, the path inside it and the reason."""


class UnknownStandard(KeyError):
    """There is no standard file of this id."""


@dataclass(frozen=True)
class Option:
    score: int
    label: Text
    assumed: str | None = None


@dataclass(frozen=True)
class Item:
    """One question. `options` run from the best score to the worst, as printed."""

    code: str
    name: Text
    hint: Text | None
    options: tuple[Option, ...]

    @property
    def scores(self) -> frozenset[int]:
        return frozenset(option.score for option in self.options)

    @property
    def best(self) -> int:
        return max(self.scores)


@dataclass(frozen=True)
class Dimension:
    code: str
    name: Text
    best: int
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Band:
    """Totals from `low` to `high`, both included, mean this level."""

    level: int
    low: int
    high: int
    name: Text


@dataclass(frozen=True)
class Change:
    """One change rule: either straight `to_level`, or up by `raise_by`."""

    clause: str
    text: Text
    to_level: int | None = None
    raise_by: int = 0


@dataclass(frozen=True)
class RiskRule:
    change: Change
    at_least: int
    within_days: int


@dataclass(frozen=True)
class Combine:
    """How the raising rules act together: `once` = the greatest single raise counts, `add` = they add up."""

    mode: Literal["once", "add"]
    cap_level: int
    text: Text
    assumed: str | None


@dataclass(frozen=True)
class Reason:
    code: int
    name: Text


@dataclass(frozen=True)
class Practice:
    """A figure of how assessments are done, with the reason where no source gives it."""

    value: int
    assumed: str | None


@dataclass(frozen=True)
class Standard:
    id: str
    code: str
    title: Text
    in_force: date
    source: str
    source_note: str
    max_total: int
    dimensions: tuple[Dimension, ...]
    bands: tuple[Band, ...]
    coma: Change
    mental: Change
    risk: RiskRule
    combine: Combine
    reasons: tuple[Reason, ...]
    assessors: Practice
    validity_months: Practice
    content_hash: str

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for dimension in self.dimensions for item in dimension.items)

    def item(self, code: str) -> Item:
        return next(item for item in self.items if item.code == code)

    def level_name(self, level: int) -> Text:
        return next(band.name for band in self.bands if band.level == level)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Every reason for an assumed figure or text, for the pages that use the standard."""
        figures = (self.combine.assumed, self.assessors.assumed, self.validity_months.assumed)
        texts = (option.assumed for item in self.items for option in item.options)
        return tuple(reason for reason in (*figures, *texts) if reason)


class Node:
    """A mapping of the file that knows where it stands and which keys may be there."""

    def __init__(
        self, file: str, path: str, value: Any, required: AbstractSet[str], optional: AbstractSet[str] = frozenset()
    ) -> None:
        self.file, self.path = file, path
        if not isinstance(value, dict):
            raise StandardError(f"{file}: {path or '(top)'}: must be a mapping")
        if unknown := {str(key) for key in value} - {str(key) for key in required | optional}:
            raise StandardError(f"{file}: {path or '(top)'}: unknown key {min(unknown)}")
        if missing := required - set(value):
            raise StandardError(f"{file}: {path or '(top)'}: {min(missing)} is missing")
        self.value = value

    def fail(self, key: str, reason: str) -> StandardError:
        return StandardError(f"{self.file}: {self.at(key)}: {reason}")

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def integer(self, key: str) -> int:
        value = self.value[key]
        if type(value) is not int:
            raise self.fail(key, f"must be a whole number, not {value!r}")
        return value

    def string(self, key: str) -> str:
        value = self.value[key]
        if not isinstance(value, str) or not value.strip():
            raise self.fail(key, "must be a text")
        return value.strip()

    def text(self, key: str) -> Text:
        node = Node(self.file, self.at(key), self.value[key], {"zh", "en"})
        return Text(zh=node.string("zh"), en=node.string("en"))

    def assumed(self) -> str | None:
        return self.string("assumed") if "assumed" in self.value else None

    def child(self, key: str, required: AbstractSet[str], optional: AbstractSet[str] = frozenset()) -> Node:
        return Node(self.file, self.at(key), self.value[key], required, optional)

    def children(self, key: str, required: AbstractSet[str], optional: AbstractSet[str] = frozenset()) -> list[Node]:
        value = self.value[key]
        if not isinstance(value, list) or not value:
            raise self.fail(key, "must be a list with at least one entry")
        return [Node(self.file, f"{self.at(key)}[{n}]", entry, required, optional) for n, entry in enumerate(value)]


def parse(data: bytes, file: str) -> Standard:
    """The standard in the bytes of a file. Raises StandardError."""
    top = Node(
        file,
        "",
        read(data, file),
        {
            "id",
            "code",
            "title",
            "in_force",
            "source",
            "max_total",
            "dimensions",
            "levels",
            "changes",
            "reasons",
            "practice",
        },
        {"option_sets"},
    )
    source = top.child("source", {"document"}, {"note"})
    dimensions = _dimensions(top)
    if sum(dimension.best for dimension in dimensions) != top.integer("max_total"):
        raise top.fail("max_total", "is not the sum of the dimensions")
    standard_changes = top.child("changes", {"coma", "mental", "risk_events", "combine"})
    practice = top.child("practice", {"assessors", "validity_months"})
    bands = _bands(top)
    if type(top.value["in_force"]) is not date:
        raise top.fail("in_force", "must be a date")
    return Standard(
        id=top.string("id"),
        code=top.string("code"),
        title=top.text("title"),
        in_force=top.value["in_force"],
        source=source.string("document"),
        source_note=source.string("note") if "note" in source.value else "",
        max_total=top.integer("max_total"),
        dimensions=dimensions,
        bands=bands,
        coma=_change(standard_changes, "coma", bands),
        mental=_change(standard_changes, "mental", bands),
        risk=_risk(standard_changes, bands),
        combine=_combine(standard_changes, bands),
        reasons=_reasons(top),
        assessors=_practice(practice, "assessors"),
        validity_months=_practice(practice, "validity_months"),
        content_hash=hashlib.sha256(data).hexdigest(),
    )


def read(data: bytes, file: str) -> dict[str, Any]:
    """The plain mapping of a standard file. Raises StandardError."""
    try:
        return strict_yaml.parse(file, data)
    except PackError as error:
        raise StandardError(str(error)) from error


def _dimensions(top: Node) -> tuple[Dimension, ...]:
    sets = top.value.get("option_sets", {})
    found: list[Dimension] = []
    codes: set[str] = set()
    for node in top.children("dimensions", {"code", "name", "max", "items"}):
        items = tuple(_item(entry, sets) for entry in node.children("items", {"code", "name", "options"}, {"hint"}))
        for item in items:
            if item.code in codes or not item.code.startswith(node.string("code") + "."):
                raise node.fail("items", f"item code {item.code} is doubled or outside the dimension")
            codes.add(item.code)
        if sum(item.best for item in items) != node.integer("max"):
            raise node.fail("max", "is not the sum of the best scores of its items")
        found.append(Dimension(node.string("code"), node.text("name"), node.integer("max"), items))
    return tuple(found)


def _item(node: Node, sets: dict[str, Any]) -> Item:
    options = node.value["options"]
    if isinstance(options, str):
        if options not in sets:
            raise node.fail("options", f"there is no option set {options}")
        options = sets[options]
    if not isinstance(options, dict) or sorted(options) != [str(n) for n in range(len(options))] or len(options) < 2:
        raise node.fail("options", "must give every score from 0 up, at least two")
    found = []
    for score in sorted(options, reverse=True):
        entry = Node(node.file, f"{node.at('options')}.{score}", options[score], {"zh", "en"}, {"assumed"})
        found.append(Option(int(score), Text(zh=entry.string("zh"), en=entry.string("en")), entry.assumed()))
    hint = node.text("hint") if "hint" in node.value else None
    return Item(node.string("code"), node.text("name"), hint, tuple(found))


def _bands(top: Node) -> tuple[Band, ...]:
    nodes = top.children("levels", {"level", "from", "to", "name"})
    bands = [Band(n.integer("level"), n.integer("from"), n.integer("to"), n.text("name")) for n in nodes]
    if sorted(band.level for band in bands) != list(range(len(bands))):
        raise top.fail("levels", "must number the levels from 0 without a gap")
    next_total = 0
    for band in sorted(bands, key=lambda band: band.low):
        if band.low != next_total or band.high < band.low:
            raise top.fail("levels", f"total {next_total} must fall in exactly one band")
        next_total = band.high + 1
    if next_total != top.integer("max_total") + 1:
        raise top.fail("levels", f"total {next_total} must fall in exactly one band")
    return tuple(sorted(bands, key=lambda band: band.level))


def _change(changes: Node, key: str, bands: tuple[Band, ...], extra: AbstractSet[str] = frozenset()) -> Change:
    effect = "to_level" if key == "coma" else "raise_by"
    node = changes.child(key, {"clause", "text", effect} | extra, {"note"})
    amount = node.integer(effect)
    if not 0 < amount < len(bands):
        raise node.fail(effect, "leads outside the levels")
    if effect == "to_level":
        return Change(node.string("clause"), node.text("text"), to_level=amount)
    return Change(node.string("clause"), node.text("text"), raise_by=amount)


def _risk(changes: Node, bands: tuple[Band, ...]) -> RiskRule:
    change = _change(changes, "risk_events", bands, {"at_least", "within_days"})
    node = changes.child("risk_events", {"at_least", "within_days"}, set(changes.value["risk_events"]))
    if node.integer("at_least") < 1 or node.integer("within_days") < 1:
        raise node.fail("at_least", "must be at least 1")
    return RiskRule(change, node.integer("at_least"), node.integer("within_days"))


def _combine(changes: Node, bands: tuple[Band, ...]) -> Combine:
    node = changes.child("combine", {"mode", "cap_level", "text"}, {"assumed"})
    mode = node.string("mode")
    if mode not in ("once", "add"):
        raise node.fail("mode", "must be once or add")
    if node.integer("cap_level") not in {band.level for band in bands}:
        raise node.fail("cap_level", "is no level")
    return Combine(mode, node.integer("cap_level"), node.text("text"), node.assumed())  # type: ignore[arg-type]


def _reasons(top: Node) -> tuple[Reason, ...]:
    found = tuple(Reason(node.integer("code"), node.text("name")) for node in top.children("reasons", {"code", "name"}))
    if len({reason.code for reason in found}) != len(found):
        raise top.fail("reasons", "a code is given twice")
    return found


def _practice(practice: Node, key: str) -> Practice:
    node = practice.child(key, {"value"}, {"assumed"})
    if node.integer("value") < 1:
        raise node.fail("value", "must be at least 1")
    return Practice(node.integer("value"), node.assumed())


def known_ids() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml") if _is_assessment(path)))


def _is_assessment(path: Path) -> bool:
    """The folder also holds standards of other kinds (ratings), which their own loaders read."""
    head = path.read_bytes()
    return b"\ndimensions:" in head and b"\nchanges:" in head


@lru_cache(maxsize=16)
def load(standard_id: str) -> Standard:
    """The shipped standard of this id. Raises UnknownStandard or StandardError."""
    if standard_id not in known_ids():
        raise UnknownStandard(standard_id)
    path = FOLDER / f"{standard_id}.yaml"
    standard = parse(path.read_bytes(), path.name)
    if standard.id != standard_id:
        raise StandardError(f"{path.name}: id: must equal the file name")
    return standard
