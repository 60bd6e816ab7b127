"""Corrections: what was entered wrongly is superseded, never edited; and facts from below that end stays."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from eldercare.beds.models import BedOccupancy
from eldercare.beds.queries import lookup
from eldercare.beds.rules import CLOCK_SKEW, EndReason, Kind, check_after
from eldercare.beds.service import leaves, people_link
from eldercare.beds.service.facts import (
    check_revision,
    describe,
    ended,
    record,
    refusals_explained,
    supersede,
    withdraw,
)
from eldercare.beds.service.stays import check_fits
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import acting_as
from eldercare.core.errors import Conflict, Invalid, StaleVersion
from eldercare.core.i18n import N_


def correct(
    actor: Actor,
    *,
    fact_id: UUID,
    start: datetime,
    end: datetime | None,
    reason: str,
    bed_id: UUID | None = None,
    end_reason: EndReason | None = None,
    version: int | None = None,
) -> BedOccupancy:
    """Say how it really was: from when to when (`end` None: still there) and in which bed of the institution."""
    actor.require("beds.change")
    _check_reason(reason)
    row, beds = _locked(fact_id, version, bed_id)
    bed = beds[bed_id or row.bed_id]
    if bed.institution_id != row.institution_id:
        raise Conflict(N_("A correction stays within one institution."))
    _check_range(row, start, end)
    if row.elder_id is not None:
        check_fits(bed, lookup.lock_elders([row.elder_id])[row.elder_id], start)
    before, touched = describe(row), min(start, row.during.lower or start)
    during: Range[datetime] = Range(start, end)
    if end is None:
        end_reason = None
    elif end_reason is None and row.end_reason:
        end_reason = EndReason(row.end_reason)
    with refusals_explained(bed, during, elder_id=row.elder_id, but=row.fact_id):
        corrected = supersede(actor, row, bed_id=bed.id, during=during, end_reason=end_reason, reason=reason)
    if corrected.kind == Kind.STAY and corrected.elder_id is not None:
        if end is not None:
            leaves.close_for_discharge(actor, corrected, end)
        people_link.regrant(actor, corrected.elder_id, bed, clock.day_of(start), clock.day_of(end) if end else None)
    record(actor, "correct", corrected, before=before, touches=touched)
    return corrected


def withdraw_fact(actor: Actor, *, fact_id: UUID, reason: str, version: int | None = None) -> BedOccupancy:
    """It never happened: entered by mistake. The row stays, superseded without a successor."""
    actor.require("beds.change")
    _check_reason(reason)
    row, beds = _locked(fact_id, version, None)
    before = describe(row)
    withdraw(row, clock.now())
    if row.kind == Kind.STAY and row.elder_id is not None and row.during.lower is not None:
        leaves.close_for_discharge(actor, row, row.during.lower)
        people_link.end_grant(actor, row.elder_id, beds[row.bed_id], clock.today())
    record(
        actor, "withdraw", row, before=before | {"withdrawn_because": reason}, touches=row.during.lower or clock.now()
    )
    return row


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid.one("reason", N_("Say why the record is corrected."))


def _check_range(row: BedOccupancy, start: datetime, end: datetime | None) -> None:
    horizon = clock.now() + CLOCK_SKEW
    if start > horizon:
        raise Invalid.one("start", N_("The beginning lies in the future."))
    if end is not None:
        check_after(start, end, field="end")
        if row.kind != Kind.HOLD and end > horizon:
            raise Invalid.one(
                "end", N_("The end lies in the future. Enter it as planned, and discharge when it happens.")
            )
    elif row.kind == Kind.HOLD:
        raise Invalid.one("end", N_("A reservation needs an end."))


def _locked(fact_id: UUID, version: int | None, bed_id: UUID | None) -> tuple[BedOccupancy, dict[UUID, lookup.Bed]]:
    seen = lookup.get_fact(fact_id)
    beds = lookup.lock_beds({seen.bed_id, bed_id or seen.bed_id})
    row = lookup.get_fact(fact_id)
    if row.bed_id not in beds:
        raise StaleVersion
    check_revision(row, version)
    return row, beds


def end_stays_of_the_dead(*, elder_id: UUID, died_on: date | None, **_more: object) -> None:
    """A death was recorded elsewhere: the person's stays end with that day, whoever recorded it.

    Runs for the system: the office that registers the death need not see the institution. A stay that only began
    after the death was entered wrongly and is withdrawn.
    """
    if died_on is None:
        return  # the death was taken back: stays are re-opened by those who know where the person is
    last = min(clock.start_of(died_on + timedelta(days=1)), clock.now())
    actor = Actor.system("death")
    with acting_as(actor):
        for seen in lookup.stays_of(elder_id, last):
            beds = lookup.lock_beds([seen.bed_id])
            row = lookup.get_fact(seen.fact_id)
            if row.during.upper is not None and row.during.upper <= last:
                continue
            before = describe(row)
            if row.during.lower is not None and row.during.lower >= last:
                withdraw(row, clock.now())
                record(actor, "withdraw", row, before=before, touches=row.during.lower)
                continue
            closed = supersede(actor, row, during=ended(row, last), end_reason=EndReason.DEATH)
            if closed.kind == Kind.STAY:
                leaves.close_for_discharge(actor, closed, last)
                people_link.end_grant(actor, elder_id, beds[row.bed_id], clock.day_of(last))
            record(actor, "discharge", closed, before=before, touches=last)
