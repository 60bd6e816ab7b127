"""The house itself: rooms and beds made, renamed, priced, closed. A closed bed keeps its history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg.errors import UniqueViolation
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from eldercare.audit import service as audit
from eldercare.beds.models import Bed, Room
from eldercare.beds.queries import house, lookup
from eldercare.beds.rules import BedType, SexRule, next_labels
from eldercare.beds.service.facts import local_time
from eldercare.core import clock, facts
from eldercare.core.actor import Actor
from eldercare.core.db import check_version, session
from eldercare.core.errors import Conflict, Invalid
from eldercare.core.i18n import N_


@dataclass(frozen=True)
class BedKind:
    """What a bed is like. `price_fen` a month."""

    bed_type: BedType
    sex_rule: SexRule = SexRule.ANY
    price_fen: int = 0
    subsidised: bool = False


def add_rooms(
    actor: Actor,
    *,
    institution_id: UUID,
    rooms: Sequence[str],
    beds_each: int,
    kind: BedKind,
    building: str = "",
    floor: str = "",
    since: date | None = None,
) -> int:
    """Rooms of one floor with beds 1, 2, ... in each. Returns how many beds were made.

    Raises Invalid naming the first room that is there already; then nothing is made.
    """
    actor.require("beds.change")
    home = lookup.get_institution(institution_id)
    there = {room.name for room in house.rooms_on(home.id, building, floor)}
    if taken := [name for name in rooms if name in there]:
        raise Invalid.one("rooms", _ROOM_THERE, name="、".join(taken[:5]))
    made = [
        Room(
            id=uuid4(), institution_id=home.id, region_path=home.region_path, building=building, floor=floor, name=name
        )
        for name in rooms
    ]
    with _names_explained("rooms", _ROOM_THERE, "、".join(rooms[:5])):
        session().add_all(made)
        session().flush()
        for room in made:
            _make_beds(room, next_labels((), beds_each), kind, since)
        session().flush()
    count = len(made) * beds_each
    after = {"rooms": list(rooms), "building": building, "floor": floor, "beds_each": beds_each, **_kind_words(kind)}
    _record(actor, "rooms.add", "institution", home.id, home.region_path, home.id, after=after, since=since)
    return count


_ROOM_THERE = N_("There already: %(name)s. Open the room to add beds to it.")


def edit_room(actor: Actor, *, room_id: UUID, building: str, floor: str, name: str) -> Room:
    """Rename or move a room within the house; its beds and their history go with it."""
    actor.require("beds.change")
    room = house.lock_room(room_id)
    before = _room_words(room)
    with _names_explained("name", N_("Room %(name)s is there already."), name):
        room.building, room.floor, room.name = building, floor, name
        session().flush()
    _record(
        actor, "room.edit", "room", room.id, room.region_path, room.institution_id, before=before,
        after=_room_words(room),
    )  # fmt: skip
    return room


def add_beds(actor: Actor, *, room_id: UUID, count: int, kind: BedKind, since: date | None = None) -> list[str]:
    """Further beds of a room, numbered on. Returns their labels."""
    actor.require("beds.change")
    room = house.lock_room(room_id)
    labels = next_labels(house.labels_in(room.id), count)
    _make_beds(room, labels, kind, since)
    session().flush()
    after = {"room": room.name, "labels": labels, **_kind_words(kind)}
    _record(actor, "beds.add", "room", room.id, room.region_path, room.institution_id, after=after, since=since)
    return labels


def edit_bed(actor: Actor, *, bed_id: UUID, version: int | None, label: str, kind: BedKind) -> Bed:
    """Mend what a bed is called and like. It holds for all days: another use from a day on is another bed."""
    actor.require("beds.change")
    bed = lookup.lock_beds([bed_id])[bed_id]
    check_version(bed, version)
    before = _bed_words(bed)
    with _names_explained("label", N_("Bed %(name)s is in this room already."), label):
        bed.label, bed.bed_type, bed.sex_rule = label, kind.bed_type, kind.sex_rule
        bed.price_fen, bed.subsidised = kind.price_fen, kind.subsidised
        session().flush()
    _record(actor, "bed.edit", "bed", bed.id, bed.region_path, bed.institution_id, before=before, after=_bed_words(bed))
    return bed


def close_bed(actor: Actor, *, bed_id: UUID, reason: str, version: int | None) -> Bed:
    """The bed is no more, from now on. Refused while somebody has it or it is reserved.

    One that was to open only later is taken away altogether.
    """
    actor.require("beds.change")
    if not reason.strip():
        raise Invalid.one("reason", N_("Say why the bed is closed."))
    bed = lookup.lock_beds([bed_id])[bed_id]
    check_version(bed, version)
    now = clock.now()
    if bed.open.upper is not None and bed.open.upper <= now:
        raise Conflict(N_("This bed has been closed since %(time)s."), time=local_time(bed.open.upper))
    if lookup.in_the_way(bed.id, Range(now, None)) is not None:
        raise Conflict(N_("Bed %(bed)s is not empty. Discharge, move or release first, then close it."), bed=bed.label)
    before, after = _bed_words(bed), None
    if bed.open.lower is not None and bed.open.lower >= now:
        session().delete(bed)  # its first day has not come: it never was, and nothing can hang on it
    else:
        bed.open = Range(bed.open.lower, now)
        after = {**_bed_words(bed), "reason": reason}
    session().flush()
    _record(actor, "bed.close", "bed", bed_id, bed.region_path, bed.institution_id, before=before, after=after)
    return bed


def reopen_bed(actor: Actor, *, bed_id: UUID, version: int | None) -> Bed:
    """Undo a closing: the bed counts as if it had never been closed."""
    actor.require("beds.change")
    bed = lookup.lock_beds([bed_id])[bed_id]
    check_version(bed, version)
    if bed.open.upper is None:
        raise Conflict(N_("Bed %(bed)s is in use."), bed=bed.label)
    before = _bed_words(bed)
    since = clock.day_of(bed.open.upper)
    bed.open = Range(bed.open.lower, None)
    session().flush()
    _record(
        actor, "bed.reopen", "bed", bed.id, bed.region_path, bed.institution_id, before=before, after=_bed_words(bed),
        since=since,
    )  # fmt: skip
    return bed


# --- pieces -------------------------------------------------------------------------------------------------------


def _make_beds(room: Room, labels: Sequence[str], kind: BedKind, since: date | None) -> None:
    opens: Range[datetime] = Range(clock.start_of(since) if since else clock.now(), None)
    session().add_all(
        Bed(
            room_id=room.id, institution_id=room.institution_id, region_path=room.region_path, label=label,
            bed_type=kind.bed_type, sex_rule=kind.sex_rule, price_fen=kind.price_fen, subsidised=kind.subsidised,
            open=opens,
        )
        for label in labels
    )  # fmt: skip


@contextmanager
def _names_explained(field: str, msgid: str, name: str) -> Iterator[None]:
    """Somebody else may have taken the name in the same moment: the constraint decides, the sentence is the same."""
    try:
        with session().begin_nested():
            yield
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        raise Invalid.one(field, msgid, name=name) from error


def _kind_words(kind: BedKind) -> dict[str, Any]:
    return {
        "bed_type": str(kind.bed_type),
        "sex_rule": str(kind.sex_rule),
        "price_fen": kind.price_fen,
        "subsidised": kind.subsidised,
    }


def _room_words(room: Room) -> dict[str, Any]:
    return {"building": room.building, "floor": room.floor, "name": room.name}


def _bed_words(bed: Bed) -> dict[str, Any]:
    return {
        "label": bed.label,
        "bed_type": str(bed.bed_type),
        "sex_rule": str(bed.sex_rule),
        "price_fen": bed.price_fen,
        "subsidised": bed.subsidised,
        "open_until": bed.open.upper.isoformat() if bed.open.upper else None,
    }


def _record(
    actor: Actor,
    action: str,
    subject_type: str,
    subject_id: UUID,
    region_path: str,
    institution_id: UUID,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    since: date | None = None,
) -> None:
    """The audit row and the entry in the feed of changed facts."""
    audit.record(
        action=f"beds.{action}", subject_type=subject_type, subject_id=subject_id, before=before, after=after,
        region_path=region_path,
    )  # fmt: skip
    facts.record_change(
        actor, kind=f"beds.{action}", subject_type=subject_type, subject_id=subject_id, region_path=region_path,
        institution_id=institution_id, valid_from=since or clock.today(),
    )  # fmt: skip
