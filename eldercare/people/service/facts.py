"""Record and correct dated facts. What a correction replaces stays, marked as superseded."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from eldercare.audit import service as audit
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import lock_rows, session
from eldercare.core.effects import emit
from eldercare.core.errors import Forbidden, Invalid, NotFound
from eldercare.core.facts import record_change
from eldercare.core.i18n import N_
from eldercare.people import queries
from eldercare.people.models import Circumstance, Elder
from eldercare.people.rules import (
    INSTITUTION_KINDS,
    Kind,
    Origin,
    check_range,
    check_value,
    remainders,
    rows_of_institutions,
)
from eldercare.regions.queries import find_region


def set_fact(
    actor: Actor, *, elder_id: UUID, kind: Kind, value: str, valid_from: date, valid_to: date | None = None,
    origin: Origin = Origin.OFFICE, note: str = "",
) -> Circumstance:  # fmt: skip
    """The fact holds from `valid_from` until before `valid_to`, whatever was on file for those days.

    A change ("from the first of May she lives alone") and a correction of the past are the same step: rows that
    overlap are superseded and their days outside the range written again. Raises Invalid, NotFound.
    """
    elder = _locked(actor, elder_id, kind)
    check_value(kind, value)
    check_range(valid_from, valid_to, birth_date=elder.birth_date, today=clock.today(), kind=kind)
    _check_region(kind, value)
    valid = Range(valid_from, valid_to)
    before = _replace(actor, elder, kind, valid)
    fact = Circumstance(
        elder_id=elder.id, kind=kind, value=value, valid=valid, origin=origin, note=note, recorded_by=actor.label
    )
    session().add(fact)
    session().flush()
    _follow(actor, elder, kind)
    _tell(actor, elder, kind, "people.fact.set", valid_from, before, {"value": value, "from": valid_from.isoformat()})
    return fact


def withdraw_fact(actor: Actor, *, elder_id: UUID, circumstance_id: int) -> None:
    """The fact was never so: supersede it without a successor. Raises NotFound."""
    found = queries.get_circumstance(elder_id, circumstance_id)
    kind = Kind(found.kind)
    if kind in (Kind.RESIDENCE, Kind.HUKOU):
        raise Invalid.one("kind", N_("Residence and household registration are replaced, not withdrawn."))
    elder = _locked(actor, elder_id, kind)
    # Again under the lock: somebody may have replaced it meanwhile.
    found = queries.get_circumstance(elder_id, circumstance_id)
    found.superseded_at = clock.now()
    session().flush()
    _follow(actor, elder, kind)
    valid_from = _lower(found)
    _tell(
        actor, elder, kind, "people.fact.withdraw", valid_from,
        [{"value": found.value, "from": valid_from.isoformat()}], {},
    )  # fmt: skip


def record_death(actor: Actor, *, elder_id: UUID, died_on: date, note: str = "") -> Circumstance:
    """The person died on that day, their last. A later call with another day corrects it."""
    elder = _locked(actor, elder_id, Kind.DEATH)
    if elder.death_date is not None and died_on > elder.death_date:
        # The later date would leave the days in between as dead on file: take the old row away whole.
        _replace(actor, elder, Kind.DEATH, Range(elder.death_date, None))
    return set_fact(actor, elder_id=elder_id, kind=Kind.DEATH, value="dead", valid_from=died_on, note=note)


def _locked(actor: Actor, elder_id: UUID, kind: Kind) -> Elder:
    """The elder under a row lock; every change of one elder's facts waits here."""
    actor.require("people.edit")
    locked = lock_rows(Elder, [elder_id])
    if not locked:
        raise NotFound
    if rows_of_institutions(actor) and kind not in INSTITUTION_KINDS:
        raise Forbidden(N_("Institutions may not record this kind of fact; the civil affairs office does."))
    return locked[0]


def _check_region(kind: Kind, value: str) -> None:
    if kind in (Kind.RESIDENCE, Kind.HUKOU) and find_region(value) is None:
        raise Invalid.one("value", N_("There is no division with this code."))


def _replace(actor: Actor, elder: Elder, kind: Kind, valid: Range[date]) -> list[dict[str, str]]:
    """Supersede what overlaps and write its days outside `valid` again; what was there, for the audit."""
    now = clock.now()
    replaced = queries.overlapping(elder.id, kind, valid)
    for row in replaced:
        row.superseded_at = now
    session().flush()  # before the remainders, or the constraint sees both
    for row in replaced:
        for rest in remainders(_lower(row), _upper(row), _day(valid.lower), valid.upper):
            session().add(
                Circumstance(
                    elder_id=elder.id, kind=kind, value=row.value, valid=Range(*rest), origin=row.origin, note=row.note,
                    recorded_by=actor.label,
                )
            )  # fmt: skip
    session().flush()
    return [{"value": row.value, "from": _lower(row).isoformat()} for row in replaced]


def _follow(actor: Actor, elder: Elder, kind: Kind) -> None:
    """Let the elder's own columns follow the facts of today."""
    if kind is Kind.DEATH:
        deaths = queries.overlapping(elder.id, Kind.DEATH, Range(None, None))
        elder.death_date = _lower(deaths[0]) if deaths else None
    elif kind in (Kind.RESIDENCE, Kind.HUKOU):
        code = queries.value_on(elder.id, kind, clock.today())
        region = find_region(code) if code else None
        if region is not None:
            column = "region_path" if kind is Kind.RESIDENCE else "hukou_path"
            setattr(elder, column, region.path)
    session().flush()


def _tell(
    actor: Actor, elder: Elder, kind: Kind, action: str, valid_from: date, before: list[dict[str, str]],
    after: dict[str, object],
) -> None:  # fmt: skip
    audit.record(
        action=action, subject_type="elder", subject_id=elder.id, region_path=elder.region_path,
        before={"kind": kind, "replaced": before}, after={"kind": kind, **after},
    )  # fmt: skip
    record_change(
        actor, kind=f"elder.{kind}", subject_type="elder", subject_id=elder.id, region_path=elder.region_path,
        valid_from=valid_from,
    )  # fmt: skip
    if kind is Kind.DEATH:
        emit("elder.died", actor=actor, elder_id=elder.id, died_on=elder.death_date)
    emit("elder.changed", actor=actor, elder_id=elder.id, kind=str(kind), valid_from=valid_from)


def _day(value: date | None) -> date:
    assert value is not None
    return value


def _lower(row: Circumstance) -> date:
    return _day(row.valid.lower)


def _upper(row: Circumstance) -> date | None:
    return row.valid.upper
