"""Units of pack values and how their text becomes an exact value. Money becomes integer fen here, once."""

from __future__ import annotations

from fractions import Fraction

from eldercare.core.money import fen_of
from eldercare.policy.shape import Node

Exact = int | str | bool | Fraction

#: unit in the file -> unit of the loaded value
MONEY = {
    "yuan_per_month": "fen_per_month",
    "yuan_per_year": "fen_per_year",
    "fen_per_month": "fen_per_month",
    "fen_per_year": "fen_per_year",
    "yuan": "fen",
    "fen": "fen",
}
COUNTS = {"days", "working_days", "months", "years", "persons", "count", "hours"}
UNITS = set(MONEY) | COUNTS | {"ratio", "choice", "yes_no"}


def loaded_unit(unit: str) -> str:
    return MONEY.get(unit, unit)


def exact(node: Node, unit: str, choices: tuple[str, ...] = ()) -> Exact:
    """The value of `node` in `unit`. Raises PackError when type and unit do not go together."""
    if unit in MONEY:
        return _money(node, unit)
    if unit in COUNTS:
        if not isinstance(node.data, int) or isinstance(node.data, bool) or node.data < 0:
            node.refuse(f"a whole number of {unit} was expected")
        return node.data
    if unit == "ratio":
        return _ratio(node)
    if unit == "yes_no":
        if not isinstance(node.data, bool):
            node.refuse("true or false was expected")
        return node.data
    return node.one_of(set(choices))


def _money(node: Node, unit: str) -> int:
    if isinstance(node.data, bool) or not isinstance(node.data, int | str):
        node.refuse(f"an amount in {unit} was expected")
    try:
        amount = int(node.data) if unit.startswith("fen") else fen_of(str(node.data))
    except (ValueError, ArithmeticError):
        node.refuse(f"{node.data!r} is not an exact amount in {unit}")
    if amount < 0:
        node.refuse("an amount cannot be negative")
    return amount


def _ratio(node: Node) -> Fraction:
    """An exact fraction: "13/10", "1" ... never 1.3 (a float) and never 130 %."""
    parts = node.text().split("/")
    if len(parts) > 2 or not all(part.isdigit() for part in parts):
        node.refuse(f'{node.data!r} is not a ratio: write it as a fraction like "13/10"')
    if len(parts) == 2 and int(parts[1]) == 0:
        node.refuse("a ratio cannot have 0 below the line")
    return Fraction(node.text())
