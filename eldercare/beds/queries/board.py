"""The board of an institution at an instant, and one bed with its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
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


def _assembled(beds: list[Any], at: datetime, known_at: datetime | None) -> list[BedOnBoard]:
    """The beds with what fills them, read in four plain steps: each is served by one index whatever the planner
    believes about the sizes of the others."""
    if not beds:
        return []
    filled = _filled({row.institution_id for row in beds}, at, known_at)
    away = _away([one.episode_id for one in filled.values() if one.episode_id], at, known_at)
    people = [one.elder_id for one in filled.values() if one.elder_id]
    names: dict[UUID, str] = {
        row.id: row.name for row in session().execute(select(Elder.id, Elder.name).where(Elder.id.in_(people)))
    } if people else {}  # fmt: skip
    return [_on_board(row, filled.get(row.id), away, names) for row in beds]


def _filled(institution_ids: set[UUID], at: datetime, known_at: datetime | None) -> dict[UUID, Any]:
    """What fills each bed of the institutions at the instant, by bed."""
    statement = select(
        BedOccupancy.bed_id, BedOccupancy.fact_id, BedOccupancy.revision, BedOccupancy.kind, BedOccupancy.episode_id,
        BedOccupancy.elder_id, BedOccupancy.during, BedOccupancy.planned_until, BedOccupancy.reason,
    ).where(
        BedOccupancy.institution_id.in_(institution_ids), covers(BedOccupancy.during, at), known(BedOccupancy, known_at)
    )  # fmt: skip
    return {row.bed_id: row for row in session().execute(statement)}


def _away(episode_ids: list[UUID], at: datetime, known_at: datetime | None) -> dict[UUID, Any]:
    if not episode_ids:
        return {}
    statement = select(StayLeave.episode_id, StayLeave.kind, StayLeave.during).where(
        StayLeave.episode_id.in_(episode_ids), covers(StayLeave.during, at), known(StayLeave, known_at)
    )
    return {row.episode_id: row for row in session().execute(statement)}


def _on_board(row: Any, fills: Any, away: dict[UUID, Any], names: dict[UUID, str]) -> BedOnBoard:
    leave = away.get(fills.episode_id) if fills is not None and fills.episode_id else None
    return BedOnBoard(
        id=row.id, institution_id=row.institution_id, label=row.label, building=row.building, floor=row.floor,
        room=row.room, bed_type=row.bed_type, sex_rule=row.sex_rule, price_fen=row.price_fen,
        subsidised=row.subsidised, version=row.version,
        state=state_of(fills.kind if fills is not None else None, leave is not None),
        fact_id=fills.fact_id if fills is not None else None,
        revision=fills.revision if fills is not None else None,
        episode_id=fills.episode_id if fills is not None else None,
        elder_id=fills.elder_id if fills is not None else None,
        elder_name=names.get(fills.elder_id) if fills is not None else None,
        since=fills.during.lower if fills is not None else None,
        until=fills.during.upper if fills is not None else None,
        planned_until=fills.planned_until if fills is not None else None,
        reason=fills.reason if fills is not None else "",
        leave_since=leave.during.lower if leave is not None else None,
        leave_kind=leave.kind if leave is not None else None,
    )  # fmt: skip


def _beds(at: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Bed.id, Bed.institution_id, Bed.label, Room.building, Room.floor, Room.name.label("room"), Bed.bed_type,
            Bed.sex_rule, Bed.price_fen, Bed.subsidised, Bed.version,
        )
        .join(Room, Room.id == Bed.room_id)
        .where(covers(Bed.open, at))
    )  # fmt: skip


def board(institution_id: UUID, at: datetime, known_at: datetime | None = None) -> list[BedOnBoard]:
    """Every open bed of an institution at the instant, by building, floor, room and label."""
    statement = (
        _beds(at)
        .where(Bed.institution_id == institution_id)
        .order_by(Room.building, Room.floor, Room.name, Bed.label, Bed.id)
    )
    return _assembled(list(session().execute(statement).all()), at, known_at)


def get_bed(bed_id: UUID, at: datetime, known_at: datetime | None = None) -> BedOnBoard:
    """One open bed at the instant. Raises NotFound."""
    found = _assembled(list(session().execute(_beds(at).where(Bed.id == bed_id)).all()), at, known_at)
    if not found:
        raise NotFound
    return found[0]


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
