"""Open and close home beds. The actor comes first; nothing here commits."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import Range

from eldercare.audit import service as audit
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, session
from eldercare.core.effects import emit
from eldercare.core.errors import Conflict, Invalid, NotFound
from eldercare.core.facts import record_change
from eldercare.core.i18n import N_
from eldercare.homebeds import queries
from eldercare.homebeds.models import HomeBed
from eldercare.homebeds.rules import CloseReason, check_closing, check_opening
from eldercare.people import service as people


def open_bed(
    actor: Actor, *, elder_id: UUID, institution_id: UUID, valid_from: date, valid_to: date | None, level: int,
    note: str = "",
) -> HomeBed:  # fmt: skip
    """A contract between elder and provider. Raises Invalid, NotFound, Conflict when another bed holds these days."""
    actor.require("homebeds.edit")
    elder = queries.lock_elder(elder_id)
    if queries.find_institution(institution_id) is None:
        raise Invalid.one("institution_id", N_("There is no such institution, or it is outside your scope."))
    check_opening(valid_from, valid_to, birth_date=elder.birth_date, death_date=elder.death_date)
    valid = Range(valid_from, valid_to)
    # The elder's other bed may be with a provider this actor does not see: the system looks.
    with acting_as(Actor.system("homebeds.overlap")):
        taken = bool(queries.overlapping(elder_id, valid))
    if taken:
        raise Conflict(N_("This elder already has a home bed on some of these days."))
    bed = HomeBed(
        contract_id=uuid4(), elder_id=elder_id, institution_id=institution_id, region_path=elder.region_path,
        valid=valid, level=level, note=note, recorded_by=actor.label,
    )  # fmt: skip
    session().add(bed)
    session().flush()
    people.grant_stay(
        actor,
        elder_id=elder_id,
        institution_id=institution_id,
        valid_from=min(valid_from, clock.today()),
        valid_to=valid_to,
    )
    _tell(actor, bed, "homebeds.open", valid_from, {"level": level, "from": valid_from.isoformat()})
    return bed


def close_bed(actor: Actor, *, contract_id: UUID, closes_on: date, reason: CloseReason) -> HomeBed | None:
    """The bed is gone from `closes_on` on. Closed on its first day it never was: None. Raises NotFound, Invalid."""
    actor.require("homebeds.edit")
    bed = queries.get_contract(contract_id)
    with acting_as(Actor.system("homebeds.lock")):  # a provider may close a bed whose elder has moved out of sight
        queries.lock_elder(bed.elder_id)
    session().refresh(bed)
    if bed.superseded_at is not None:
        raise NotFound
    return _close(actor, bed, closes_on, reason)


def _close(actor: Actor, bed: HomeBed, closes_on: date, reason: CloseReason) -> HomeBed | None:
    start = bed.valid.lower
    assert start is not None
    check_closing(start, bed.valid.upper, closes_on)
    bed.superseded_at = clock.now()
    session().flush()
    closed = None
    if closes_on > start:
        closed = HomeBed(
            contract_id=bed.contract_id, elder_id=bed.elder_id, institution_id=bed.institution_id,
            region_path=bed.region_path, valid=Range(start, closes_on), level=bed.level, note=bed.note,
            close_reason=reason, recorded_by=actor.label,
        )  # fmt: skip
        session().add(closed)
        session().flush()
    _tell(actor, bed, "homebeds.close", closes_on, {"reason": reason, "on": closes_on.isoformat()})
    return closed


def end_of_life(actor: Actor, elder_id: UUID, died_on: date | None) -> None:
    """Effect of a recorded death: open home beds end with the day after. A withdrawn death reopens none by itself."""
    if died_on is None:
        return
    day_after = date.fromordinal(died_on.toordinal() + 1)
    with acting_as(Actor.system("homebeds.death")) as system:
        for bed in queries.overlapping(elder_id, Range(day_after, None)):
            start = bed.valid.lower
            assert start is not None
            _close(system, bed, max(day_after, start), CloseReason.DIED)


def _tell(actor: Actor, bed: HomeBed, action: str, valid_from: date, after: dict[str, object]) -> None:
    audit.record(
        action=action, subject_type="home_bed", subject_id=bed.contract_id, region_path=bed.region_path,
        after={"elder_id": str(bed.elder_id), "institution_id": str(bed.institution_id), **after},
    )  # fmt: skip
    record_change(
        actor, kind="home_bed", subject_type="elder", subject_id=bed.elder_id, region_path=bed.region_path,
        institution_id=bed.institution_id, valid_from=valid_from,
    )  # fmt: skip
    emit("homebed.changed", actor=actor, elder_id=bed.elder_id, contract_id=bed.contract_id, valid_from=valid_from)
