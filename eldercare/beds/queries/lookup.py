"""Rows the services work on: locks, the version in force of a fact, who is in the way, what could be offered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, exists, func, or_, select
from sqlalchemy.dialects.postgresql import Range

from eldercare.beds.models import Bed, BedCount, BedOccupancy, Room, StayLeave
from eldercare.beds.queries.ranges import covers, overlaps
from eldercare.beds.rules import FreeBed, Kind, most_similar
from eldercare.core.db import current, lock_rows, session
from eldercare.core.errors import NotFound
from eldercare.institutions.models import Institution
from eldercare.people.models import Elder

# Services name these types through here: another slice's models are imported only by queries.
__all__ = [
    "Bed",
    "Elder",
    "Institution",
    "current_count",
    "elsewhere",
    "find_on_bed",
    "find_open_leave",
    "first_count_after",
    "free_in",
    "free_like",
    "get_fact",
    "get_institution",
    "in_the_way",
    "institutions_with_beds",
    "lock_bed_of",
    "lock_beds",
    "lock_elders",
    "stays_of",
    "without_bed",
]


def get_institution(institution_id: UUID) -> Institution:
    """Raises NotFound for one that is unknown or out of scope."""
    found = session().scalar(select(Institution).where(Institution.id == institution_id))
    if found is None:
        raise NotFound
    return found


def institutions_with_beds() -> list[Institution]:
    """The institutions in scope that keep beds or report counts, by name."""
    keeps = exists().where(Bed.institution_id == Institution.id)
    reports = exists().where(BedCount.institution_id == Institution.id, current(BedCount))
    statement = select(Institution).where(or_(keeps, reports)).order_by(Institution.pinyin, Institution.id)
    return list(session().scalars(statement))


def lock_beds(bed_ids: Iterable[UUID]) -> dict[UUID, Bed]:
    """Lock beds in the order of their ids. Raises NotFound when one is unknown or out of scope."""
    wanted = set(bed_ids)
    found = {bed.id: bed for bed in lock_rows(Bed, wanted)}
    if len(found) != len(wanted):
        raise NotFound
    return found


def lock_bed_of(fact_id: UUID, more_beds: Iterable[UUID] = ()) -> dict[UUID, Bed]:
    """Lock the bed of a fact's version in force, and other beds, in the order of their ids. Raises NotFound.

    Whoever changed the fact meanwhile may have moved it to a bed that is not among these: look at it again.
    """
    others = set(more_beds)
    of_fact = select(BedOccupancy.bed_id).where(BedOccupancy.fact_id == fact_id, current(BedOccupancy))
    wanted: ColumnElement[bool] = Bed.id.in_(of_fact)
    if others:
        wanted = or_(wanted, Bed.id.in_(sorted(others)))
    statement = select(Bed).where(wanted).order_by(Bed.id).with_for_update().execution_options(populate_existing=True)
    found = {bed.id: bed for bed in session().scalars(statement)}
    if not found or not others <= found.keys():
        raise NotFound
    return found


def lock_elders(elder_ids: Iterable[UUID]) -> dict[UUID, Elder]:
    """Lock persons in the order of their ids. Raises NotFound when one is unknown or out of scope."""
    wanted = set(elder_ids)
    found = {elder.id: elder for elder in lock_rows(Elder, wanted)}
    if len(found) != len(wanted):
        raise NotFound
    return found


# Built once: these run within every change of a bed.
_FACT = (
    select(BedOccupancy)
    .where(BedOccupancy.fact_id == bindparam("fact_id"), current(BedOccupancy))
    .execution_options(populate_existing=True)
)
_OPEN_LEAVE = select(StayLeave).where(
    StayLeave.episode_id == bindparam("episode_id"), func.upper_inf(StayLeave.during), current(StayLeave)
)


def get_fact(fact_id: UUID, *kinds: Kind) -> BedOccupancy:
    """The version in force of a stay, hold or outage. Raises NotFound."""
    found = session().scalar(_FACT, {"fact_id": fact_id})
    if found is None or (kinds and found.kind not in kinds):
        raise NotFound
    return found


def find_on_bed(bed_id: UUID, at: datetime) -> BedOccupancy | None:
    """What fills the bed at the instant."""
    statement = select(BedOccupancy).where(
        BedOccupancy.bed_id == bed_id, covers(BedOccupancy.during, at), current(BedOccupancy)
    )
    return session().scalar(statement)


def find_open_leave(episode_id: UUID) -> StayLeave | None:
    """The leave from which nobody has come back yet."""
    return session().scalar(_OPEN_LEAVE, {"episode_id": episode_id})


def stays_of(elder_id: UUID, at: datetime) -> list[BedOccupancy]:
    """Stays (and holds) of a person that cover the instant or lie after it."""
    statement = select(BedOccupancy).where(
        BedOccupancy.elder_id == elder_id, overlaps(BedOccupancy.during, Range(at, None)), current(BedOccupancy)
    )
    return list(session().scalars(statement))


def in_the_way(
    bed_id: UUID, during: Range[datetime], but: UUID | None = None
) -> tuple[BedOccupancy, str | None] | None:
    """What already fills the bed within the range, with the person's name where the actor may see it."""
    statement = (
        select(BedOccupancy, Elder.name)
        .outerjoin(Elder, Elder.id == BedOccupancy.elder_id)
        .where(BedOccupancy.bed_id == bed_id, overlaps(BedOccupancy.during, during), current(BedOccupancy))
        .order_by(BedOccupancy.during)
        .limit(1)
    )
    if but is not None:
        statement = statement.where(BedOccupancy.fact_id != but)
    row = session().execute(statement).first()
    return (row[0], row[1]) if row else None


def elsewhere(elder_id: UUID, during: Range[datetime]) -> Any | None:
    """Where in scope the person already is within the range: (occupancy, bed label, institution name)."""
    statement = (
        select(BedOccupancy, Bed.label, Institution.name)
        .join(Bed, Bed.id == BedOccupancy.bed_id)
        .join(Institution, Institution.id == BedOccupancy.institution_id)
        .where(BedOccupancy.elder_id == elder_id, overlaps(BedOccupancy.during, during), current(BedOccupancy))
        .order_by(BedOccupancy.during)
        .limit(1)
    )
    return session().execute(statement).first()


def free_like(bed: Bed, during: Range[datetime], count: int = 3) -> list[FreeBed]:
    """Beds of the same institution, free over the whole range, the most similar first."""
    taken = exists().where(BedOccupancy.bed_id == Bed.id, overlaps(BedOccupancy.during, during), current(BedOccupancy))
    columns = (
        Bed.id, Bed.label, Bed.room_id, Room.name, Room.floor, Room.building, Bed.bed_type, Bed.sex_rule, Bed.price_fen,
    )  # fmt: skip
    base = select(*columns).join(Room, Room.id == Bed.room_id)
    wanted = session().execute(base.where(Bed.id == bed.id)).one()
    free = session().execute(
        base.where(Bed.institution_id == bed.institution_id, covers(Bed.open, during.lower), ~taken)  # type: ignore[arg-type]
    )
    return most_similar(FreeBed(*wanted), (FreeBed(*row) for row in free), count)


def free_in(institution_id: UUID, at: datetime) -> list[Any]:
    """(id, label, room, building, floor, bed_type, sex_rule) of the beds that nothing fills at the instant."""
    taken = exists().where(BedOccupancy.bed_id == Bed.id, covers(BedOccupancy.during, at), current(BedOccupancy))
    statement = (
        select(Bed.id, Bed.label, Room.name.label("room"), Room.building, Room.floor, Bed.bed_type, Bed.sex_rule)
        .join(Room, Room.id == Bed.room_id)
        .where(Bed.institution_id == institution_id, covers(Bed.open, at), ~taken)
        .order_by(Room.building, Room.floor, Room.name, Bed.label)
    )
    return list(session().execute(statement).all())


def without_bed(at: datetime, limit: int = 200) -> list[Elder]:
    """Living persons in scope who have no bed at the instant, as far as the actor may see, by name."""
    placed = exists().where(BedOccupancy.elder_id == Elder.id, covers(BedOccupancy.during, at), current(BedOccupancy))
    statement = select(Elder).where(Elder.death_date.is_(None), ~placed).order_by(Elder.name_pinyin, Elder.id)
    return list(session().scalars(statement.limit(limit)))


def current_count(institution_id: UUID, bed_type: str, at: datetime) -> BedCount | None:
    """The report in force at the instant."""
    statement = select(BedCount).where(
        BedCount.institution_id == institution_id,
        BedCount.bed_type == bed_type,
        covers(BedCount.during, at),
        current(BedCount),
    )
    return session().scalar(statement)


def first_count_after(institution_id: UUID, bed_type: str, at: datetime) -> BedCount | None:
    statement = (
        select(BedCount)
        .where(
            BedCount.institution_id == institution_id,
            BedCount.bed_type == bed_type,
            overlaps(BedCount.during, Range(at, None, bounds="()")),
            current(BedCount),
        )
        .order_by(BedCount.during)
        .limit(1)
    )
    return session().scalar(statement)
