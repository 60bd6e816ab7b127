"""Bytes of a pack file -> Pack. Everything that is not exactly right is refused with file, path and reason."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import TypeVar

from eldercare.core.i18n import Text
from eldercare.policy import strict_yaml
from eldercare.policy.model import (
    Citation,
    Dated,
    Group,
    Grouping,
    Pack,
    Period,
    Scheme,
    Source,
    Table,
    Value,
    _HasPeriod,
)
from eldercare.policy.periods import PERIOD_FIELDS, PERIOD_OPTIONAL, check_sequence, period_of
from eldercare.policy.shape import Node
from eldercare.policy.tables import INPUTS, rows_of
from eldercare.policy.units import UNITS, exact, loaded_unit

CERTAINTIES = {"stated", "recalled", "derived", "chosen"}
CITED = {"source", "clause"}
ECONOMIC_CATEGORIES = {"destitute", "minimum_living", "low_income", "ordinary"}
PRORATIONS = ("by_day", "whole_month")
_KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_SECTIONS = {"values", "groupings", "tables", "schemes"}

D = TypeVar("D", bound=_HasPeriod)


def load(file: str, content: bytes, base: Pack | None = None) -> Pack:
    """The pack in `content`. `base` answers for values the pack does not give itself. Raises PackError."""
    top = Node(file, "", strict_yaml.parse(file, content))
    top.fields({"pack", "version", "title", "sources"}, _SECTIONS | {"divisions"})
    sources = {key: _source(key, node) for key, node in top["sources"].items()}
    groupings = _section(top, "groupings", lambda key, node: _grouping(key, node, sources))
    groups = {g.key for dated in groupings.values() for entry in dated.entries for g in entry.groups}
    values = _section(top, "values", lambda key, node: _value(key, node, sources))
    tables = _section(top, "tables", lambda key, node: _table(key, node, sources, groups))
    pack = Pack(
        code=_key(top["pack"]),
        version=top["version"].text(),
        title=top["title"].both(),
        divisions=_divisions(top),
        sources=sources,
        values=values,
        tables=tables,
        groupings=groupings,
        schemes=_section(top, "schemes", lambda key, node: _scheme(key, node, tables)),
        content=content,
        content_hash=hashlib.sha256(content).hexdigest(),
        base=base,
    )
    _check_rule_keys(top, pack)
    return pack


S = TypeVar("S")


def _section(top: Node, name: str, read: Callable[[str, Node], S]) -> dict[str, S]:
    section = top.get(name)
    if section is None:
        return {}
    found = {}
    for key, node in section.items():
        if not _KEY.fullmatch(key):
            node.refuse(f"{key!r} is not a key (small letters, digits, _ and .)")
        found[key] = read(key, node)
    return found


def _key(node: Node) -> str:
    if not _KEY.fullmatch(node.text()):
        node.refuse("small letters, digits and _ only")
    return node.text()


def _divisions(top: Node) -> tuple[str, ...]:
    node = top.get("divisions")
    if node is None:
        return ()
    prefixes = [child.text() for child in node.list()]
    for child, prefix in zip(node.list(), prefixes, strict=True):
        if not re.fullmatch(r"\d{2}|\d{4}|\d{6}", prefix):
            child.refuse("a prefix of 2, 4 or 6 digits of the division code was expected")
    return tuple(prefixes)


def _source(key: str, node: Node) -> Source:
    node.fields({"document", "certainty"}, {"note"})
    note = node.get("note")
    return Source(key, node["document"].both(), node["certainty"].one_of(CERTAINTIES), note.both() if note else None)


def _citation(node: Node, sources: dict[str, Source]) -> Citation:
    key = node["source"].text()
    if key not in sources:
        node["source"].refuse(f"there is no source {key!r} in this file")
    return Citation(sources[key], node["clause"].both())


def _assumed(node: Node) -> Text | None:
    found = node.get("assumed")
    return found.both() if found else None


def _dated(node: Node, key: str, unit: str, more: set[str], read: Callable[[Node, Period], D]) -> Dated[D]:
    """The list `dated` of a key: every entry with its period, source and clause, then what `read` takes from it."""
    nodes = node["dated"].list()
    for entry in nodes:
        entry.fields(PERIOD_FIELDS | CITED | more, PERIOD_OPTIONAL | {"assumed"})
    periods = [period_of(entry) for entry in nodes]
    check_sequence(nodes, periods)
    entries = tuple(read(entry, period) for entry, period in zip(nodes, periods, strict=True))
    return Dated(key, node["title"].both(), unit, entries)


def _value(key: str, node: Node, sources: dict[str, Source]) -> Dated[Value]:
    node.fields({"title", "unit", "dated"}, {"choices"})
    unit = node["unit"].one_of(UNITS)
    choices_node = node.get("choices")
    if (unit == "choice") != (choices_node is not None):
        node.refuse("choices go with the unit choice, and only with it")
    choices = tuple(child.text() for child in choices_node.list()) if choices_node else ()

    def read(entry: Node, period: Period) -> Value:
        value = exact(entry["value"], unit, choices)
        return Value(key, value, loaded_unit(unit), _citation(entry, sources), _assumed(entry), period)

    return _dated(node, key, loaded_unit(unit), {"value"}, read)


def _table(key: str, node: Node, sources: dict[str, Source], groups: set[str]) -> Dated[Table]:
    node.fields({"title", "unit", "hit", "inputs", "dated"})
    unit = node["unit"].one_of(UNITS)
    hit = node["hit"].one_of({"unique", "first"})
    inputs = tuple(child.one_of(set(INPUTS)) for child in node["inputs"].list())

    def read(entry: Node, period: Period) -> Table:
        rows = rows_of(entry["rows"], inputs, unit, hit, groups)
        return Table(key, loaded_unit(unit), hit, inputs, rows, _citation(entry, sources), _assumed(entry), period)

    return _dated(node, key, loaded_unit(unit), {"rows"}, read)


def _grouping(key: str, node: Node, sources: dict[str, Source]) -> Dated[Grouping]:
    node.fields({"title", "dated"})

    def read(entry: Node, period: Period) -> Grouping:
        groups = tuple(_group(name, child) for name, child in entry["groups"].items())
        _check_disjoint(entry["groups"], groups)
        return Grouping(key, groups, _citation(entry, sources), _assumed(entry), period)

    return _dated(node, key, "choice", {"groups"}, read)


def _group(name: str, node: Node) -> Group:
    node.fields({"title", "divisions"})
    codes = []
    for child in node["divisions"].list():
        if not re.fullmatch(r"\d{4}[0-9Z]\d", child.text()):
            child.refuse(f"{child.data!r} is not a division code of six places")
        codes.append(child.text())
    return Group(name, node["title"].both(), tuple(codes))


def _check_disjoint(node: Node, groups: tuple[Group, ...]) -> None:
    seen: dict[str, str] = {}
    for group in groups:
        for code in group.divisions:
            if code in seen:
                node.refuse(f"{code} is in group {seen[code]} and in group {group.key}")
            seen[code] = group.key


def _scheme(key: str, node: Node, tables: dict[str, Dated[Table]]) -> Scheme:
    node.fields({"title", "table", "requires", "economic_categories", "age_minimum", "proration"})
    table = node["table"].text()
    if table not in tables:
        node["table"].refuse(f"there is no table {table!r} in this pack")
    return Scheme(
        key,
        node["title"].both(),
        table,
        tuple(child.one_of(set(INPUTS)) for child in node["requires"].list()),
        tuple(child.one_of(ECONOMIC_CATEGORIES) for child in node["economic_categories"].list()),
        node["age_minimum"].text(),
        node["proration"].text(),
    )


def _check_rule_keys(top: Node, pack: Pack) -> None:
    """A scheme must not point at a value that neither the pack nor its base has, nor at one of a wrong unit."""
    for scheme in pack.schemes.values():
        node = top["schemes"][scheme.key]
        for name, unit in (("age_minimum", "years"), ("proration", "choice")):
            found = pack._dated_value(getattr(scheme, name))
            if found is None:
                node[name].refuse(f"there is no value {getattr(scheme, name)!r} in this pack or its base")
            if found.unit != unit:
                node[name].refuse(f"{found.key} is in {found.unit}, {unit} was expected")
            if unit == "choice" and any(entry.value not in PRORATIONS for entry in found.entries):
                node[name].refuse(f"a proration is one of {', '.join(PRORATIONS)}")
