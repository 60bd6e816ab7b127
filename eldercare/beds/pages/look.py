"""How a board is looked at: the instant, the filters, names or not; rooms by floor; the exported row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from eldercare.beds.queries import BedOnBoard
from eldercare.beds.rules import LABELS, BedState, BedType
from eldercare.core import clock, money
from eldercare.core.actor import Actor
from eldercare.core.crypto import mask_name
from eldercare.core.errors import Invalid
from eldercare.core.i18n import N_, gettext

MOST_BEDS_AS_LIST = 60  # above it the board opens as tiles, so that one screen shows the house


@dataclass(frozen=True)
class Look:
    """What the address asks for. `live`: the present, so the page may change things and refreshes itself."""

    at: datetime
    live: bool
    day: str
    state: str | None
    bed_type: str | None
    names: bool
    names_are_special: bool
    layout: str | None

    @classmethod
    def of_request(cls, args: Mapping[str, str], actor: Actor) -> Look:
        own = actor.can("beds.change")
        names = args.get("names", "1" if own else "0") == "1"
        at, live = _instant(args.get("at", "").strip())
        state, bed_type = args.get("state", ""), args.get("type", "")
        return cls(
            at=at,
            live=live,
            day="" if live else args["at"].strip()[:16],
            state=state if state in list(BedState) else None,
            bed_type=bed_type if bed_type in list(BedType) else None,
            names=names,
            names_are_special=names and not own,
            layout=args.get("view") if args.get("view") in ("list", "tiles") else None,
        )

    def keeps(self, bed: BedOnBoard) -> bool:
        return self.state in (None, bed.state) and self.bed_type in (None, bed.bed_type)

    def name(self, name: str | None) -> str:
        """As the switch says; a person out of scope has no name here."""
        if not name:
            return ""
        return name if self.names else mask_name(name)

    def local(self, instant: datetime | None) -> str:
        """For an input of a form, China time."""
        return f"{instant.astimezone(clock.ZONE):%Y-%m-%dT%H:%M}" if instant else ""


def _instant(text: str) -> tuple[datetime, bool]:
    """A day means its end (the census of 24:00), today and later mean now."""
    now = clock.now()
    if not text:
        return now, True
    try:
        if len(text) == 10:
            at = clock.start_of(date.fromisoformat(text) + timedelta(days=1)) - timedelta(microseconds=1)
        else:
            at = datetime.fromisoformat(text)
            at = at if at.tzinfo else at.replace(tzinfo=clock.ZONE)
    except (ValueError, OverflowError):
        raise Invalid.one("at", N_("This is not a date. Write it as YYYY-MM-DD.")) from None
    return (now, True) if at >= now else (at, False)


@dataclass(frozen=True)
class RoomOnBoard:
    name: str
    beds: list[BedOnBoard]


@dataclass(frozen=True)
class FloorOnBoard:
    """A floor with the rooms that have a bed to show; `free` and `total` count all its beds."""

    building: str
    floor: str
    rooms: list[RoomOnBoard]
    free: int
    total: int

    @property
    def anchor(self) -> str:
        return "floor-" + re.sub(r"\W+", "-", f"{self.building}-{self.floor}").strip("-")


def natural(text: str) -> list[tuple[int, int, str]]:
    """A key that sorts as people count: '9' before '10', 'A2' before 'A10'."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"[0-9]+|[^0-9]+", text)]


def floors(beds: Sequence[BedOnBoard], look: Look) -> list[FloorOnBoard]:
    """Grouped as one walks through the house."""
    ordered = sorted(beds, key=lambda b: (natural(b.building), natural(b.floor), natural(b.room), natural(b.label)))
    found = []
    for (building, floor), on_floor in groupby(ordered, key=lambda bed: (bed.building, bed.floor)):
        here = list(on_floor)
        rooms = [
            RoomOnBoard(name, shown)
            for name, in_room in groupby(here, key=lambda bed: bed.room)
            if (shown := [bed for bed in in_room if look.keeps(bed)])
        ]
        if rooms:
            free = sum(bed.state is BedState.VACANT for bed in here)
            found.append(FloorOnBoard(building, floor, rooms, free, len(here)))
    return found


def csv_header() -> list[str]:
    return [
        gettext(name)
        for name in (
            N_("Building"), N_("Floor"), N_("Room"), N_("Bed"), N_("Type"), N_("State"), N_("Person"), N_("Since"),
            N_("Until"), N_("Planned until"), N_("For"), N_("Price a month (yuan)"), N_("Note"),
        )
    ]  # fmt: skip


def csv_row(bed: BedOnBoard, look: Look) -> list[str]:
    return [
        bed.building, bed.floor, bed.room, bed.label, gettext(LABELS[bed.bed_type]), gettext(LABELS[bed.state]),
        look.name(bed.elder_name), _time(bed.since), _time(bed.until), _time(bed.planned_until),
        gettext(LABELS[bed.sex_rule]), money.yuan(bed.price_fen), bed.reason,
    ]  # fmt: skip


def _time(instant: datetime | None) -> str:
    return f"{instant.astimezone(clock.ZONE):%Y-%m-%d %H:%M}" if instant else ""
