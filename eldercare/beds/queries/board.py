"""The board of an institution at an instant, and one bed with its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.dialects.postgresql import Range

from eldercare.beds.models import Bed, BedOccupancy, Room, StayLeave
from eldercare.beds.queries.ranges import covers
from eldercare.beds.rules import BedState, state_of
from eldercare.core.db import current, known, session
from eldercare.core.errors import NotFound
from eldercare.people.models import Elder


@dataclass(frozen=True)
class BedOnBoard:
    """One bed at one instant. What fills it (if anything) is named by `fact_id` and its `revision`."""

    id: UUID
    institution_id: UUID
    label: str
    building: str
    floor: str
    room: str
    bed_type: str
    sex_rule: str
    price_fen: int
    subsidised: bool
    version: int
    state: BedState
    fact_id: UUID | None
    revision: int | None
    episode_id: UUID | None
    elder_id: UUID | None
    elder_name: str | None
    since: datetime | None
    until: datetime | None
    planned_until: datetime | None
    reason: str
    leave_since: datetime | None
    leave_kind: str | None

    def overdue(self, at: datetime) -> bool:
        """The planned end has passed: somebody should look; the bed is not freed by it."""
        return self.planned_until is not None and self.planned_until < at


def _statement(at: datetime, known_at: datetime | None) -> Select[*tuple[Any, ...]]:
    filled = and_(BedOccupancy.bed_id == Bed.id, covers(BedOccupancy.during, at), known(BedOccupancy, known_at))
    away = and_(
        StayLeave.episode_id == BedOccupancy.episode_id, covers(StayLeave.during, at), known(StayLeave, known_at)
    )
    return (
        select(
            Bed.id, Bed.institution_id, Bed.label, Room.building, Room.floor, Room.name.label("room"), Bed.bed_type,
            Bed.sex_rule, Bed.price_fen, Bed.subsidised, Bed.version, BedOccupancy.fact_id, BedOccupancy.revision,
            BedOccupancy.kind, BedOccupancy.episode_id, BedOccupancy.elder_id, Elder.name.label("elder_name"),
            BedOccupancy.during, BedOccupancy.planned_until, BedOccupancy.reason, StayLeave.kind.label("leave_kind"),
            StayLeave.during.label("leave_during"),
        )
        .join(Room, Room.id == Bed.room_id)
        .outerjoin(BedOccupancy, filled)
        .outerjoin(StayLeave, away)
        .outerjoin(Elder, Elder.id == BedOccupancy.elder_id)
        .where(covers(Bed.open, at))
    )  # fmt: skip


def _on_board(row: Any) -> BedOnBoard:
    return BedOnBoard(
        id=row.id, institution_id=row.institution_id, label=row.label, building=row.building, floor=row.floor,
        room=row.room, bed_type=row.bed_type, sex_rule=row.sex_rule, price_fen=row.price_fen,
        subsidised=row.subsidised, version=row.version, state=state_of(row.kind, row.leave_kind is not None),
        fact_id=row.fact_id, revision=row.revision, episode_id=row.episode_id, elder_id=row.elder_id,
        elder_name=row.elder_name, since=row.during.lower if row.during else None,
        until=row.during.upper if row.during else None, planned_until=row.planned_until, reason=row.reason or "",
        leave_since=row.leave_during.lower if row.leave_during else None, leave_kind=row.leave_kind,
    )  # fmt: skip


def board(institution_id: UUID, at: datetime, known_at: datetime | None = None) -> list[BedOnBoard]:
    """Every open bed of an institution at the instant, by building, floor, room and label."""
    statement = (
        _statement(at, known_at)
        .where(Bed.institution_id == institution_id)
        .order_by(Room.building, Room.floor, Room.name, Bed.label, Bed.id)
    )
    return [_on_board(row) for row in session().execute(statement)]


def get_bed(bed_id: UUID, at: datetime, known_at: datetime | None = None) -> BedOnBoard:
    """One open bed at the instant. Raises NotFound."""
    row = session().execute(_statement(at, known_at).where(Bed.id == bed_id)).first()
    if row is None:
        raise NotFound
    return _on_board(row)


@dataclass(frozen=True)
class HistoryEntry:
    """One version of one fact about a bed; `superseded_at` tells that a correction replaced it."""

    fact_id: UUID
    revision: int
    kind: str
    elder_id: UUID | None
    elder_name: str | None
    since: datetime
    until: datetime | None
    end_reason: str | None
    reason: str
    recorded_at: datetime
    recorded_by: str
    superseded_at: datetime | None


def _start(during: Range[datetime]) -> datetime:
    assert during.lower is not None  # a CHECK of the table
    return during.lower


def bed_history(bed_id: UUID, *, with_corrected: bool = False, limit: int = 50) -> list[HistoryEntry]:
    """What filled a bed, newest first; on wish with the versions that were corrected."""
    statement = (
        select(BedOccupancy, Elder.name)
        .outerjoin(Elder, Elder.id == BedOccupancy.elder_id)
        .where(BedOccupancy.bed_id == bed_id)
        .order_by(BedOccupancy.during.desc(), BedOccupancy.recorded_at.desc())
        .limit(limit)
    )
    if not with_corrected:
        statement = statement.where(current(BedOccupancy))
    return [
        HistoryEntry(
            fact_id=row.fact_id, revision=row.revision, kind=row.kind, elder_id=row.elder_id, elder_name=name,
            since=_start(row.during), until=row.during.upper, end_reason=row.end_reason, reason=row.reason,
            recorded_at=row.recorded_at, recorded_by=row.recorded_by, superseded_at=row.superseded_at,
        )
        for row, name in session().execute(statement)
    ]  # fmt: skip


def residents(institution_id: UUID, at: datetime, text: str = "", limit: int = 30) -> Sequence[Any]:
    """(fact_id, elder_id, name, bed label, room) of those who live there at the instant, by name."""
    statement = (
        select(BedOccupancy.fact_id, BedOccupancy.elder_id, Elder.name, Bed.label, Room.name.label("room"), Bed.id)
        .join(Bed, Bed.id == BedOccupancy.bed_id)
        .join(Room, Room.id == Bed.room_id)
        .join(Elder, Elder.id == BedOccupancy.elder_id)
        .where(
            BedOccupancy.institution_id == institution_id,
            BedOccupancy.kind == "stay",
            covers(BedOccupancy.during, at),
            current(BedOccupancy),
        )
        .order_by(Elder.name, Bed.label)
        .limit(limit)
    )
    if text:
        statement = statement.where(or_(Elder.name.contains(text, autoescape=True), Bed.label == text))
    return session().execute(statement).all()
