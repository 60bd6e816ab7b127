"""Decision tables: rows of conditions over named inputs, each with an amount."""

from __future__ import annotations

import re

from eldercare.policy.model import Row
from eldercare.policy.shape import Node
from eldercare.policy.units import MONEY, exact

#: facts a table may ask for -> the values they can have (empty: six-digit codes or group names of the pack)
INPUTS: dict[str, tuple[str, ...]] = {
    "urban_rural": ("urban", "rural"),
    "self_care_tier": ("self", "half", "full"),
    "support_setting": ("home", "institution"),
    "county_group": (),
    "division": (),
}
_CODE = re.compile(r"\d{4}[0-9Z]\d")


def rows_of(node: Node, inputs: tuple[str, ...], unit: str, hit: str, groups: set[str]) -> tuple[Row, ...]:
    """The rows of one dated entry, checked against the inputs the table declares."""
    if unit not in MONEY:
        node.refuse(f"a table gives money, not {unit}")
    rows = []
    for child in node.list():
        child.fields({"when", "value"})
        when = tuple(_condition(key, value, inputs, groups) for key, value in child["when"].items())
        amount = exact(child["value"], unit)
        assert isinstance(amount, int)
        rows.append(Row(_row_key(when), when, amount))
    _check_rows(node, rows, hit)
    return tuple(rows)


def _condition(key: str, node: Node, inputs: tuple[str, ...], groups: set[str]) -> tuple[str, tuple[str, ...]]:
    if key not in inputs:
        node.refuse(f"{key} is not an input of this table ({', '.join(inputs)})")
    children = node.list() if isinstance(node.data, list) else [node]
    values = []
    for child in children:
        text = child.text()
        if key == "division" and not _CODE.fullmatch(text):
            child.refuse(f"{text!r} is not a six-digit division code")
        if key == "county_group" and text not in groups:
            child.refuse(f"there is no county group {text!r} in this pack")
        if INPUTS[key] and text not in INPUTS[key]:
            child.refuse(f"{text!r} is not one of {', '.join(INPUTS[key])}")
        values.append(text)
    return key, tuple(values)


def _row_key(when: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    """A stable name of the row, for the explanation: `urban_rural=urban,division=370602`."""
    return ",".join(f"{key}={'|'.join(values)}" for key, values in when) or "always"


def _check_rows(node: Node, rows: list[Row], hit: str) -> None:
    for later in range(len(rows)):
        for earlier in range(later):
            if hit == "unique" and _can_both_hold(rows[earlier], rows[later]):
                node.refuse(f"rows {earlier} and {later} can both hold ({rows[earlier].key} / {rows[later].key})")
            if hit == "first" and _hides(rows[earlier], rows[later]):
                node.refuse(f"row {later} can never be reached: row {earlier} comes first")


def _can_both_hold(one: Row, other: Row) -> bool:
    first, second = dict(one.when), dict(other.when)
    return all(set(first[key]) & set(second[key]) for key in first.keys() & second.keys())


def _hides(earlier: Row, later: Row) -> bool:
    first, second = dict(earlier.when), dict(later.when)
    return all(key in second and set(second[key]) <= set(values) for key, values in first.items())
