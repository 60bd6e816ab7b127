"""Record and withdraw visits. The actor comes first; nothing here commits."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from eldercare.audit import service as audit
from eldercare.community import queries
from eldercare.community.models import CommunityVisit
from eldercare.community.rules import Outcome
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import session
from eldercare.core.effects import emit
from eldercare.core.errors import Conflict, Invalid, NotFound, Problem
from eldercare.core.i18n import N_


def record_visit(actor: Actor, *, elder_id: UUID, visited_on: date, outcome: Outcome, note: str = "") -> CommunityVisit:
    """A visit was made, or the door stayed closed. Raises Invalid, NotFound, Conflict for a second one that day."""
    actor.require("community.record")
    elder = queries.lock_elder(elder_id)
    problems = []
    if visited_on > clock.today():
        problems.append(Problem("visited_on", N_("The visit lies in the future.")))
    if visited_on < elder.birth_date or (elder.death_date is not None and visited_on > elder.death_date):
        problems.append(Problem("visited_on", N_("The person was not alive on that day.")))
    if outcome is Outcome.NEEDS_HELP and not note.strip():
        problems.append(Problem("note", N_("Say what help is needed.")))
    if problems:
        raise Invalid(problems)
    if queries.find_visit(elder_id, visited_on) is not None:
        raise Conflict(N_("A visit of this day is on file already. Withdraw it first to change it."))
    visit = CommunityVisit(
        elder_id=elder_id, visited_on=visited_on, outcome=outcome, note=note.strip(), visited_by=actor.user_id,
        visitor_name=actor.name[:80], recorded_by=actor.label,
    )  # fmt: skip
    session().add(visit)
    session().flush()
    audit.record(
        action="community.visit.record", subject_type="elder", subject_id=elder_id, region_path=elder.region_path,
        after={"visit": str(visit.id), "on": visited_on.isoformat(), "outcome": outcome},
    )  # fmt: skip
    emit("community.visited", actor=actor, elder_id=elder_id, outcome=str(outcome), visited_on=visited_on)
    return visit


def withdraw_visit(actor: Actor, *, visit_id: UUID) -> CommunityVisit:
    """It was written down wrongly. It stays on file as superseded."""
    actor.require("community.record")
    visit = queries.get_visit(visit_id)
    elder = queries.lock_elder(visit.elder_id)
    session().refresh(visit)
    if visit.superseded_at is not None:
        raise NotFound
    visit.superseded_at = clock.now()
    session().flush()
    audit.record(
        action="community.visit.withdraw", subject_type="elder", subject_id=elder.id, region_path=elder.region_path,
        before={"visit": str(visit.id), "on": visit.visited_on.isoformat(), "outcome": visit.outcome},
    )  # fmt: skip
    return visit
