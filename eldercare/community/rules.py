"""Who is at risk and when the next visit is due. Pure; how often is data (`policy/standards/regular-visits.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from eldercare.core.i18n import N_
from eldercare.policy.visits import VisitRisk, VisitStandard


class Outcome(StrEnum):
    WELL = "well"
    NEEDS_HELP = "needs_help"
    HOSPITAL = "hospital"
    MOVED = "moved"
    NOT_MET = "not_met"


OUTCOME_LABELS: Mapping[Outcome, str] = {
    Outcome.WELL: N_("Met, all well"),
    Outcome.NEEDS_HELP: N_("Met, needs help"),
    Outcome.HOSPITAL: N_("In hospital"),
    Outcome.MOVED: N_("Moved away"),
    Outcome.NOT_MET: N_("Not met"),
}

#: Outcomes that count as having been seen; a closed door leaves the visit due.
SEEN = frozenset({Outcome.WELL, Outcome.NEEDS_HELP, Outcome.HOSPITAL})


@dataclass(frozen=True)
class Due:
    """When the next visit falls due, and by how many days it is late (negative: not yet due)."""

    risk: VisitRisk
    last_seen_on: date | None
    due_on: date
    days_late: int


def due(
    standard: VisitStandard, living_situation: str, since: date, last_seen_on: date | None, today: date
) -> Due | None:
    """None: no risk that the standard knows. `since`: when the situation began; a first visit is due that day."""
    risk = standard.risk_of(living_situation)
    if risk is None:
        return None
    # A visit before the situation began says nothing about it, but the person was seen: the later day counts.
    due_on = since if last_seen_on is None else last_seen_on + timedelta(days=risk.interval_days)
    due_on = max(due_on, since)
    return Due(risk, last_seen_on, due_on, (today - due_on).days)
