"""How often elders at risk are visited: data with its source, like every other standard."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from eldercare.core.i18n import Text
from eldercare.policy.standards import FOLDER, Node, StandardError, read


@dataclass(frozen=True)
class VisitRisk:
    key: str
    text: Text
    living_situations: frozenset[str]
    interval_days: int
    assumed: str | None


@dataclass(frozen=True)
class VisitStandard:
    title: Text
    in_force: date
    source: str
    source_note: str
    risks: tuple[VisitRisk, ...]
    content_hash: str

    def risk_of(self, living_situation: str) -> VisitRisk | None:
        return next((risk for risk in self.risks if living_situation in risk.living_situations), None)

    @property
    def living_situations(self) -> frozenset[str]:
        return frozenset().union(*(risk.living_situations for risk in self.risks))


def parse(data: bytes, file: str) -> VisitStandard:
    """Raises StandardError that names file, path and reason."""
    top = Node(file, "", read(data, file), {"id", "title", "in_force", "source", "risks"})
    source = top.child("source", {"document"}, {"note"})
    if type(top.value["in_force"]) is not date:
        raise top.fail("in_force", "must be a date")
    nodes = top.children("risks", {"key", "text", "living_situation", "interval_days"}, {"assumed"})
    risks = tuple(_risk(node) for node in nodes)
    taken: set[str] = set()
    for risk in risks:
        if taken & risk.living_situations:
            raise top.fail("risks", f"{risk.key}: a living situation is given twice")
        taken |= risk.living_situations
    return VisitStandard(
        title=top.text("title"),
        in_force=top.value["in_force"],
        source=source.string("document"),
        source_note=source.string("note") if "note" in source.value else "",
        risks=risks,
        content_hash=hashlib.sha256(data).hexdigest(),
    )


def _risk(node: Node) -> VisitRisk:
    situations: Any = node.value["living_situation"]
    if not isinstance(situations, list) or not situations or not all(isinstance(s, str) for s in situations):
        raise node.fail("living_situation", "must be a list of texts")
    if node.integer("interval_days") < 1:
        raise node.fail("interval_days", "must be at least 1")
    return VisitRisk(
        node.string("key"), node.text("text"), frozenset(situations), node.integer("interval_days"), node.assumed()
    )


@lru_cache(maxsize=1)
def regular_visits() -> VisitStandard:
    """The shipped standard."""
    path = FOLDER / "regular-visits.yaml"
    if not path.exists():
        raise StandardError(f"{path.name}: is missing")
    return parse(path.read_bytes(), path.name)
