"""Stays: admit, discharge, move, swap."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from eldercare.beds.models import Bed, BedOccupancy, Episode
from eldercare.beds.queries import lookup
from eldercare.beds.rules import EndReason, Kind, check_after, check_when, sex_fits
from eldercare.beds.service import leaves, people_link
from eldercare.beds.service.facts import (
    add_fact,
    check_revision,
    describe,
    ended,
    local_time,
    record,
    refusals_explained,
    supersede,
    withdraw,
)
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import session
from eldercare.core.effects import emit
from eldercare.core.errors import Conflict, Invalid, StaleVersion
from eldercare.core.i18n import N_


def admit(
    actor: Actor,
    *,
    bed_id: UUID,
    elder_id: UUID | None = None,
    new_person: people_link.NewPerson | None = None,
    at: datetime | None = None,
    planned_until: datetime | None = None,
    reason: str = "",
    hold_id: UUID | None = None,
) -> BedOccupancy:
    """A person moves in: an episode begins with its first stay. `hold_id`: the reservation this takes up.

    The person is one in scope (`elder_id`) or anybody by full ID number and name (`new_person`).
    """
    actor.require("beds.change")
    at = check_when(at, reason)
    bed = lookup.lock_beds([bed_id])[bed_id]
    elder = people_link.elder_to_admit(actor, bed, elder_id=elder_id, new_person=new_person)
    check_fits(bed, elder, at)
    if planned_until is not None:
        check_after(at, planned_until, field="planned_until")
    if hold_id is not None:
        _take_up(actor, hold_id, bed, at)
    during: Range[datetime] = Range(at, None)
    with refusals_explained(bed, during, elder_id=elder.id):
        episode = Episode(
            elder_id=elder.id, institution_id=bed.institution_id, region_path=bed.region_path, created_at=clock.now()
        )
        stay = add_fact(
            actor, bed, Kind.STAY, during,
            elder_id=elder.id, episode=episode, planned_until=planned_until, reason=reason,
        )  # fmt: skip
    people_link.grant(actor, elder.id, bed, clock.day_of(at))
    record(actor, "admit", stay, touches=at)
    emit("beds.admitted", actor=actor, elder_id=elder.id, institution_id=bed.institution_id, at=at)
    return stay


def check_in_use(bed: Bed, at: datetime) -> None:
    """The bed exists at the instant: not before it was opened, not after it was closed."""
    if bed.open.lower is None or at < bed.open.lower or (bed.open.upper is not None and at >= bed.open.upper):
        raise Conflict(N_("Bed %(bed)s is not in use at that time."), bed=bed.label)


def check_fits(bed: Bed, elder: lookup.Elder, at: datetime) -> None:
    """The bed exists at the instant and may take this person; the person is alive."""
    check_in_use(bed, at)
    if not sex_fits(bed.sex_rule, elder.sex):
        men = bed.sex_rule == "m"
        raise Conflict(
            N_("Bed %(bed)s is for men only.") if men else N_("Bed %(bed)s is for women only."), bed=bed.label
        )
    if elder.death_date is not None and clock.day_of(at) > elder.death_date:
        raise Conflict(N_("This person is recorded as deceased on %(day)s."), day=elder.death_date.isoformat())


def _take_up(actor: Actor, hold_id: UUID, bed: Bed, at: datetime) -> None:
    """The reservation ends where the stay begins; a bed with no time left under it leaves only a withdrawn row."""
    hold = lookup.get_fact(hold_id, Kind.HOLD)
    if hold.bed_id != bed.id:
        raise Conflict(N_("The reservation is for another bed."))
    close(actor, hold, at, EndReason.ADMITTED)


def close(actor: Actor, row: BedOccupancy, at: datetime, end_reason: EndReason, reason: str = "") -> BedOccupancy:
    """End a fact at an instant; one that would be empty is withdrawn instead. Written at once."""
    if row.during.lower is not None and at <= row.during.lower:
        withdraw(row, clock.now())
        return row
    if row.during.upper is not None and row.during.upper <= at:
        return row  # ended already: a hold that ran out
    closed = supersede(actor, row, during=ended(row, at), end_reason=end_reason, reason=reason or row.reason)
    session().flush()
    return closed


def open_stay(stay_id: UUID, expected: int | None, *more_beds: UUID) -> tuple[BedOccupancy, dict[UUID, Bed]]:
    """A running stay with its bed (and other beds) and its person locked. Raises Conflict when it has ended."""
    beds = lookup.lock_bed_of(stay_id, more_beds)
    stay = lookup.get_fact(stay_id, Kind.STAY)  # as it is now that nobody else can change it
    if stay.bed_id not in beds:
        raise StaleVersion
    check_revision(stay, expected)
    if stay.during.upper is not None:
        raise Conflict(N_("This stay already ended at %(time)s."), time=local_time(stay.during.upper))
    return stay, beds


def discharge(
    actor: Actor,
    *,
    stay_id: UUID,
    end_reason: EndReason,
    at: datetime | None = None,
    reason: str = "",
    version: int | None = None,
) -> BedOccupancy:
    """The person leaves; the bed is free from that instant. An open leave ends with the stay."""
    actor.require("beds.change")
    at = check_when(at, reason)
    if end_reason not in (EndReason.HOME, EndReason.HOSPITAL, EndReason.OTHER_INSTITUTION, EndReason.DEATH):
        raise Invalid.one("end_reason", N_("Choose home, hospital, another institution or death."))
    stay, beds = open_stay(stay_id, version)
    bed = beds[stay.bed_id]
    if stay.during.lower is not None:
        check_after(stay.during.lower, at)
    before = describe(stay)
    closed = supersede(actor, stay, during=ended(stay, at), end_reason=end_reason, reason=reason)
    leaves.close_for_discharge(actor, closed, at)
    if closed.elder_id is not None:
        people_link.end_grant(actor, closed.elder_id, bed, clock.day_of(at))
        if end_reason == EndReason.DEATH:
            people_link.record_death(actor, closed.elder_id, clock.day_of(at))
    record(actor, "discharge", closed, before=before, touches=at)
    emit("beds.discharged", actor=actor, elder_id=closed.elder_id, institution_id=bed.institution_id, at=at)
    return closed


def move(
    actor: Actor,
    *,
    stay_id: UUID,
    bed_id: UUID,
    at: datetime | None = None,
    reason: str = "",
    version: int | None = None,
    hold_id: UUID | None = None,
) -> BedOccupancy:
    """To another bed of the same institution: the episode goes on, the stay in the old bed ends, a new one begins."""
    actor.require("beds.change")
    at = check_when(at, reason)
    stay, beds = open_stay(stay_id, version, bed_id)
    old, new = beds[stay.bed_id], beds[bed_id]
    if old.institution_id != new.institution_id:
        raise Conflict(N_("A move stays within one institution. Discharge here, and let the other one admit."))
    if old.id == new.id:
        raise Invalid.one("bed_id", N_("The person already has this bed."))
    assert stay.elder_id is not None
    elder = lookup.lock_elders([stay.elder_id])[stay.elder_id]
    check_fits(new, elder, at)
    if stay.during.lower is not None:
        check_after(stay.during.lower, at)
    before = describe(stay)
    if hold_id is not None:
        _take_up(actor, hold_id, new, at)
    during: Range[datetime] = Range(at, None)
    with refusals_explained(new, during, elder_id=elder.id):
        closed = supersede(actor, stay, during=ended(stay, at), end_reason=EndReason.MOVED)
        session().flush()
        moved = _continued(actor, closed, new, at, reason)
    record(actor, "move", moved, before=before, touches=at)
    return moved


def _continued(actor: Actor, closed: BedOccupancy, bed: Bed, at: datetime, reason: str) -> BedOccupancy:
    """The next stay of the same episode."""
    return add_fact(
        actor, bed, Kind.STAY, Range(at, None),
        elder_id=closed.elder_id, episode=closed.episode_id, planned_until=closed.planned_until, reason=reason,
    )  # fmt: skip


def swap(
    actor: Actor, *, stay_id: UUID, other_stay_id: UUID, at: datetime | None = None, reason: str = ""
) -> tuple[BedOccupancy, BedOccupancy]:
    """Two residents of one institution exchange their beds at one instant."""
    actor.require("beds.change")
    at = check_when(at, reason)
    if stay_id == other_stay_id:
        raise Invalid.one("other_stay_id", N_("Choose another person to exchange beds with."))
    other_bed = lookup.get_fact(other_stay_id, Kind.STAY).bed_id
    one, beds = open_stay(stay_id, None, other_bed)
    if lookup.get_fact(other_stay_id, Kind.STAY).bed_id != other_bed:
        raise StaleVersion  # before a lock out of order is asked for
    two, _same = open_stay(other_stay_id, None)
    one_bed, two_bed = beds[one.bed_id], beds[two.bed_id]
    if one_bed.institution_id != two_bed.institution_id:
        raise Conflict(N_("Beds are exchanged within one institution only."))
    assert one.elder_id is not None
    assert two.elder_id is not None
    elders = lookup.lock_elders([one.elder_id, two.elder_id])
    for stay, target in ((one, two_bed), (two, one_bed)):
        check_fits(target, elders[stay.elder_id], at)  # type: ignore[index]
        if stay.during.lower is not None:
            check_after(stay.during.lower, at)
    before = (describe(one), describe(two))
    with refusals_explained(one_bed, Range(at, None)):
        closed = [supersede(actor, stay, during=ended(stay, at), end_reason=EndReason.MOVED) for stay in (one, two)]
        session().flush()
        moved = (
            _continued(actor, closed[0], two_bed, at, reason),
            _continued(actor, closed[1], one_bed, at, reason),
        )
    for stay, was in zip(moved, before, strict=True):
        record(actor, "swap", stay, before=was, touches=at)
    return moved
