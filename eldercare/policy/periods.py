"""Dates of the entries of one key: in order, without overlap, and without a hole that nobody declared."""

from __future__ import annotations

from datetime import date, timedelta

from eldercare.policy.model import Period
from eldercare.policy.shape import Node

PERIOD_FIELDS = {"from"}
PERIOD_OPTIONAL = {"to", "gap_before"}


def period_of(node: Node) -> Period:
    """`from` and the optional last day `to` of an entry."""
    start = node["from"].date()
    end_node = node.get("to")
    end = end_node.date() if end_node else None
    if end is not None and end < start:
        assert end_node is not None
        end_node.refuse(f"the last day {end} is before the first {start}")
    return Period(start, end)


def check_sequence(nodes: list[Node], periods: list[Period]) -> None:
    """Refuse overlaps, entries out of order, and gaps without `gap_before: reason`."""
    previous: date | None = None
    for index, (node, period) in enumerate(zip(nodes, periods, strict=True)):
        if index == 0:
            if node.get("gap_before"):
                node["gap_before"].refuse("there is nothing before the first entry")
        else:
            _check_next(node, periods[index - 1], previous, period)
        previous = period.valid_to


def _check_next(node: Node, before: Period, previous: date | None, period: Period) -> None:
    if previous is None:
        node["from"].refuse("the entry before has no last day, so the two overlap")
    if period.valid_from < before.valid_from:
        node["from"].refuse("entries must be in order of time")
    if period.valid_from <= previous:
        node["from"].refuse(f"overlaps the entry that ends on {previous}")
    gap = period.valid_from - previous > timedelta(days=1)
    declared = node.get("gap_before")
    if gap and declared is None:
        node["from"].refuse(f"nothing holds between {previous} and {period.valid_from}: declare it with gap_before")
    if declared is not None:
        declared.text()
        if not gap:
            declared.refuse("there is no gap before this entry")
