"""Assessments as the service would store them."""

from __future__ import annotations

from datetime import date
from typing import Any

from eldercare.assessments import rules
from eldercare.assessments.models import Assessment
from eldercare.assessments.service import reason_row
from eldercare.core.db import session
from eldercare.people.models import Elder
from eldercare.policy.standards import Standard, load

STANDARD = "gbt42195-2022"


def answers_for(total: int, standard: Standard | None = None) -> dict[str, int]:
    """Answers that add up to `total`, filled from the first item on."""
    answers, left = {}, total
    for item in (standard or load(STANDARD)).items:
        answers[item.code] = min(item.best, left)
        left -= answers[item.code]
    assert left == 0
    return answers


def make_assessment(elder: Elder, total: int = 50, on: date = date(2026, 6, 1), **over: Any) -> Assessment:
    standard = load(STANDARD)
    facts = {name: over.pop(name, False) for name in ("coma", "dementia", "mental_disorder")}
    events = over.pop("risk_events_30d", 0)
    answers = answers_for(total)
    result = rules.score(standard, answers, risk_events_30d=events, **facts)
    values: dict[str, Any] = {
        "elder_id": elder.id, "standard": standard.id, "standard_hash": standard.content_hash, "assessed_on": on,
        "due_on": rules.valid_until(standard, on), "reason": 1, "first_assessor": "张评", "second_assessor": "李估",
        "answers": answers, "risk_events_30d": events, "total": result.total, "dimensions": result.dimensions,
        "preliminary_level": result.preliminary_level, "level": result.level,
        "reasons": [reason_row(reason) for reason in result.reasons], "recorded_by": "system:tests", **facts,
    }  # fmt: skip
    found = Assessment(**values | over)
    session().add(found)
    session().flush()
    return found
