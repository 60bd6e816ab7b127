"""Leave and hospital inside a stay: the bed stays theirs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from psycopg.errors import ExclusionViolation
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from eldercare.audit import service as audit
from eldercare.beds.models import BedOccupancy, StayLeave
from eldercare.beds.queries import lookup
from eldercare.beds.rules import Kind, LeaveKind, check_after, check_when
from eldercare.core import clock, facts
from eldercare.core.actor import Actor
from eldercare.core.db import session
from eldercare.core.errors import Conflict
from eldercare.core.i18n import N_


def _running(stay_id: UUID) -> BedOccupancy:
    seen = lookup.get_fact(stay_id, Kind.STAY)
    lookup.lock_beds([seen.bed_id])
    stay = lookup.get_fact(stay_id, Kind.STAY)
    if stay.during.upper is not None:
        raise Conflict(N_("This stay has ended."))
    return stay


def _supersede(actor: Actor, row: StayLeave, until: datetime) -> StayLeave:
    now = clock.now()
    row.superseded_at = now
    session().flush()
    following = StayLeave(
        fact_id=row.fact_id, episode_id=row.episode_id, institution_id=row.institution_id, region_path=row.region_path,
        kind=row.kind, during=Range(row.during.lower, until), planned_until=row.planned_until, reason=row.reason,
        recorded_at=now, recorded_by=actor.label,
    )  # fmt: skip
    session().add(following)
    return following


def _record(actor: Actor, action: str, stay: BedOccupancy, leave: StayLeave, touches: datetime) -> None:
    upper = leave.during.upper
    audit.record(
        action=f"beds.leave.{action}",
        subject_type="stay",
        subject_id=stay.fact_id,
        after={"kind": leave.kind, "until": upper.isoformat() if upper else None, "reason": leave.reason},
        region_path=stay.region_path,
    )
    if stay.elder_id is not None:
        facts.record_change(
            actor,
            kind=f"beds.leave.{action}",
            subject_type="elder",
            subject_id=stay.elder_id,
            region_path=stay.region_path,
            institution_id=stay.institution_id,
            valid_from=clock.day_of(touches),
        )


def start_leave(
    actor: Actor,
    *,
    stay_id: UUID,
    kind: LeaveKind,
    at: datetime | None = None,
    planned_until: datetime | None = None,
    reason: str = "",
) -> StayLeave:
    """The resident goes home for a while or to hospital and keeps the bed."""
    actor.require("beds.change")
    at = check_when(at, reason)
    stay = _running(stay_id)
    if stay.during.lower is not None and at < stay.during.lower:
        check_after(stay.during.lower, at)
    if planned_until is not None:
        check_after(at, planned_until, field="planned_until")
    leave = StayLeave(
        fact_id=uuid4(), episode_id=stay.episode_id, institution_id=stay.institution_id, region_path=stay.region_path,
        kind=kind, during=Range(at, None), planned_until=planned_until, reason=reason,
        recorded_at=clock.now(), recorded_by=actor.label,
    )  # fmt: skip
    try:
        with session().begin_nested():
            session().add(leave)
            session().flush()
    except IntegrityError as error:
        if not isinstance(error.orig, ExclusionViolation):
            raise
        raise Conflict(N_("This resident is already on leave at that time. Record the return first.")) from error
    _record(actor, "start", stay, leave, at)
    return leave


def end_leave(actor: Actor, *, stay_id: UUID, at: datetime | None = None, reason: str = "") -> StayLeave:
    """The resident is back."""
    actor.require("beds.change")
    at = check_when(at, reason)
    stay = _running(stay_id)
    assert stay.episode_id is not None
    leave = lookup.find_open_leave(stay.episode_id)
    if leave is None:
        raise Conflict(N_("This resident is not on leave."))
    if leave.during.lower is not None:
        check_after(leave.during.lower, at)
    closed = _supersede(actor, leave, at)
    _record(actor, "end", stay, closed, at)
    return closed


def close_for_discharge(actor: Actor, stay: BedOccupancy, at: datetime) -> None:
    """A leave cannot outlast the stay: one that is open ends with it, one that begins later never was."""
    if stay.episode_id is None:
        return
    leave = lookup.find_open_leave(stay.episode_id)
    if leave is None:
        return
    if leave.during.lower is not None and leave.during.lower >= at:
        leave.superseded_at = clock.now()
        return
    _supersede(actor, leave, at)
