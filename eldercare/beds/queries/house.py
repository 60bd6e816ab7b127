"""Rooms and beds as the house has them, closed beds too: for the pages that change the house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from eldercare.beds.models import Bed, BedCount, Room
from eldercare.beds.queries.ranges import covers
from eldercare.core.db import current, lock_rows, session
from eldercare.core.errors import NotFound


@dataclass(frozen=True)
class RoomWithBeds:
    room: Room
    beds: Sequence[Bed]


def rooms_with_beds(institution_id: UUID) -> list[RoomWithBeds]:
    """All rooms of an institution, each with its beds, in no order."""
    rooms = session().scalars(select(Room).where(Room.institution_id == institution_id)).all()
    beds: dict[UUID, list[Bed]] = {room.id: [] for room in rooms}
    statement = select(Bed).where(Bed.institution_id == institution_id).order_by(func.length(Bed.label), Bed.label)
    for bed in session().scalars(statement):
        beds[bed.room_id].append(bed)
    return [RoomWithBeds(room, beds[room.id]) for room in rooms]


def get_room(room_id: UUID) -> Room:
    """Raises NotFound for one that is unknown or out of scope."""
    found = session().scalar(select(Room).where(Room.id == room_id))
    if found is None:
        raise NotFound
    return found


def lock_room(room_id: UUID) -> Room:
    """The room, locked, so that two people number new beds one after the other. Raises NotFound."""
    found = lock_rows(Room, [room_id])
    if not found:
        raise NotFound
    return found[0]


def beds_in(room_id: UUID) -> Sequence[Bed]:
    """The beds of a room, closed ones too."""
    statement = select(Bed).where(Bed.room_id == room_id).order_by(func.length(Bed.label), Bed.label)
    return session().scalars(statement).all()


def labels_in(room_id: UUID) -> Sequence[str]:
    return session().scalars(select(Bed.label).where(Bed.room_id == room_id)).all()


def rooms_on(institution_id: UUID, building: str, floor: str) -> Sequence[Room]:
    statement = select(Room).where(
        Room.institution_id == institution_id, Room.building == building, Room.floor == floor
    )
    return session().scalars(statement).all()


def get_bed_record(bed_id: UUID) -> Bed:
    """A bed whether open or closed. Raises NotFound."""
    found = session().scalar(select(Bed).where(Bed.id == bed_id))
    if found is None:
        raise NotFound
    return found


def keeps_beds(institution_id: UUID, at: datetime) -> bool:
    """Whether single beds are counted for the institution at the instant (then reports of counts are not)."""
    statement = select(Bed.id).where(Bed.institution_id == institution_id, covers(Bed.open, at)).limit(1)
    return session().scalar(statement) is not None


def reported(institution_id: UUID, at: datetime) -> dict[str, BedCount]:
    """The counts in force at the instant, by bed type."""
    statement = select(BedCount).where(
        BedCount.institution_id == institution_id, covers(BedCount.during, at), current(BedCount)
    )
    return {row.bed_type: row for row in session().scalars(statement)}


def reports(institution_id: UUID, limit: int = 30) -> Sequence[BedCount]:
    """Reported counts, the newest first."""
    statement = (
        select(BedCount)
        .where(BedCount.institution_id == institution_id, current(BedCount))
        .order_by(func.lower(BedCount.during).desc(), BedCount.bed_type)
        .limit(limit)
    )
    return session().scalars(statement).all()
