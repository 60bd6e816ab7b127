"""What fills a bed without a person in it: reservations, which end by themselves, and times out of service."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from eldercare.beds.models import BedOccupancy
from eldercare.beds.queries import lookup
from eldercare.beds.rules import EndReason, Kind, check_after, check_hold, check_when
from eldercare.beds.service.facts import add_fact, check_revision, describe, record, refusals_explained
from eldercare.beds.service.stays import check_in_use, close
from eldercare.core.actor import Actor
from eldercare.core.errors import Conflict, Invalid
from eldercare.core.i18n import N_


def hold(
    actor: Actor,
    *,
    bed_id: UUID,
    until: datetime,
    at: datetime | None = None,
    elder_id: UUID | None = None,
    reason: str = "",
) -> BedOccupancy:
    """Reserve a bed until an instant. When it comes the bed is free again without anybody doing anything."""
    actor.require("beds.change")
    at = check_when(at, reason)
    check_hold(at, until)
    bed = lookup.lock_beds([bed_id])[bed_id]
    check_in_use(bed, at)
    if elder_id is not None:
        lookup.lock_elders([elder_id])
    during = Range(at, until)
    with refusals_explained(bed, during, elder_id=elder_id):
        row = add_fact(actor, bed, Kind.HOLD, during, elder_id=elder_id, reason=reason)
    record(actor, "place", row, touches=at)
    return row


def release(actor: Actor, *, hold_id: UUID, reason: str = "", version: int | None = None) -> BedOccupancy:
    """End a reservation before its time."""
    return _end(actor, hold_id, Kind.HOLD, EndReason.RELEASED, "release", None, reason, version)


def out_of_service(
    actor: Actor, *, bed_id: UUID, reason: str, at: datetime | None = None, planned_until: datetime | None = None
) -> BedOccupancy:
    """Repair, isolation, renovation: nobody can be put there until it is back in service."""
    actor.require("beds.change")
    if not reason.strip():
        raise Invalid.one("reason", N_("Say why the bed is out of service."))
    at = check_when(at, reason)
    if planned_until is not None:
        check_after(at, planned_until, field="planned_until")
    bed = lookup.lock_beds([bed_id])[bed_id]
    check_in_use(bed, at)
    during: Range[datetime] = Range(at, None)
    with refusals_explained(bed, during):
        row = add_fact(actor, bed, Kind.OUT_OF_SERVICE, during, planned_until=planned_until, reason=reason)
    record(actor, "begin", row, touches=at)
    return row


def in_service(
    actor: Actor, *, outage_id: UUID, at: datetime | None = None, reason: str = "", version: int | None = None
) -> BedOccupancy:
    """The bed can be used again."""
    return _end(actor, outage_id, Kind.OUT_OF_SERVICE, EndReason.IN_SERVICE, "end", at, reason, version)


def _end(
    actor: Actor,
    fact_id: UUID,
    kind: Kind,
    end_reason: EndReason,
    action: str,
    at: datetime | None,
    reason: str,
    version: int | None,
) -> BedOccupancy:
    actor.require("beds.change")
    at = check_when(at, reason)
    lookup.lock_beds([lookup.get_fact(fact_id, kind).bed_id])
    row = lookup.get_fact(fact_id, kind)
    check_revision(row, version)
    if row.during.upper is not None and row.during.upper <= at:
        raise Conflict(
            N_("This reservation has already ended.")
            if kind == Kind.HOLD
            else N_("This bed is already back in service.")
        )
    before = describe(row)
    closed = close(actor, row, at, end_reason, reason)
    record(actor, action, closed, before=before, touches=at)
    return closed
