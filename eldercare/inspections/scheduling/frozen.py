"""Problems and schedules as canonical JSON: what is stored, hashed and computed again byte for byte."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import date
from typing import Any

from .model import Busy, Conflict, Inspector, Problem, Qualification, Schedule, Span, Task, Weights


def canonical(value: Problem | Schedule) -> str:
    """The same text for the same value: sorted keys, no spaces, ISO dates."""
    return json.dumps(asdict(value), default=date.isoformat, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def result_digest(schedule: Schedule) -> str:
    """Hash of what was decided (visits, reasons, terms); how the solver ended is not part of it."""
    whole = json.loads(canonical(schedule))
    kept = {name: whole[name] for name in ("visits", "unplaced", "terms")}
    return digest(json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False))


def problem_of(text: str) -> Problem:
    """Read what `canonical` wrote."""
    raw = json.loads(text)
    return Problem(
        first=date.fromisoformat(raw["first"]),
        last=date.fromisoformat(raw["last"]),
        days=tuple(map(date.fromisoformat, raw["days"])),
        tasks=tuple(map(_task, raw["tasks"])),
        inspectors=tuple(map(_inspector, raw["inspectors"])),
        conflicts=tuple(Conflict(**{**item, "span": _span(item["span"])}) for item in raw["conflicts"]),
        team_size=raw["team_size"],
        weights=Weights(**raw["weights"]),
    )


def _span(raw: dict[str, Any]) -> Span:
    return Span(date.fromisoformat(raw["first"]), date.fromisoformat(raw["last"]) if raw["last"] else None)


def _task(raw: dict[str, Any]) -> Task:
    days = {name: date.fromisoformat(raw[name]) for name in ("earliest", "ideal", "latest")}
    return Task(**{**raw, **days, "needs": tuple(raw["needs"])})


def _inspector(raw: dict[str, Any]) -> Inspector:
    return Inspector(
        **{
            **raw,
            "qualifications": tuple(Qualification(q["kind"], _span(q["span"])) for q in raw["qualifications"]),
            "leaves": tuple(map(_span, raw["leaves"])),
            "busy": tuple(Busy(date.fromisoformat(b["day"]), tuple(b["slots"])) for b in raw["busy"]),
        }
    )
