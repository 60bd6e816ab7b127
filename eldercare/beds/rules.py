"""Beds without a database: the words of the slice, the state of a bed, who fits which bed, and counted bed-days."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from eldercare.core import clock
from eldercare.core.errors import Invalid
from eldercare.core.i18n import N_


class BedType(StrEnum):
    NURSING = "nursing"  # 护理型
    ORDINARY = "ordinary"  # 普通
    DEMENTIA = "dementia"  # 认知障碍


class SexRule(StrEnum):
    """Whom a bed may take."""

    ANY = "any"
    MALE = "m"
    FEMALE = "f"


class Kind(StrEnum):
    """What may fill a bed for a time. One table, one constraint."""

    STAY = "stay"
    HOLD = "hold"
    OUT_OF_SERVICE = "out_of_service"


class BedState(StrEnum):
    """Derived, never stored."""

    VACANT = "vacant"
    OCCUPIED = "occupied"
    ON_LEAVE = "on_leave"
    HELD = "held"
    OUT_OF_SERVICE = "out_of_service"


class EndReason(StrEnum):
    """Why an interval ended. `moved` and `admitted` are written by the service, the others chosen by people."""

    HOME = "home"
    HOSPITAL = "hospital"
    OTHER_INSTITUTION = "other_institution"
    DEATH = "death"
    MOVED = "moved"
    RELEASED = "released"
    ADMITTED = "admitted"
    IN_SERVICE = "in_service"


class LeaveKind(StrEnum):
    LEAVE = "leave"  # 请假回家
    HOSPITAL = "hospital"  # 住院


DISCHARGE_REASONS = (EndReason.HOME, EndReason.HOSPITAL, EndReason.OTHER_INSTITUTION, EndReason.DEATH)

LABELS: dict[str, str] = {
    "nursing": N_("Nursing bed"),
    "ordinary": N_("Ordinary bed"),
    "dementia": N_("Dementia care bed"),
    "vacant": N_("Vacant"),
    "occupied": N_("Occupied"),
    "on_leave": N_("On leave"),
    "held": N_("Reserved"),
    "out_of_service": N_("Out of service"),
    "stay": N_("Stay"),
    "hold": N_("Reservation"),
    "any": N_("Men or women"),
    "m": N_("Men only"),
    "f": N_("Women only"),
    "home": N_("Went home"),
    "hospital": N_("Hospital"),
    "other_institution": N_("Moved to another institution"),
    "death": N_("Died"),
    "moved": N_("Moved to another bed"),
    "released": N_("Reservation released"),
    "admitted": N_("Reservation taken up"),
    "in_service": N_("Back in service"),
    "leave": N_("Leave"),
}

# One short word per state for the small tiles of a large house.
SHORT: dict[BedState, str] = {
    BedState.VACANT: N_("Free"),
    BedState.OCCUPIED: N_("Taken"),
    BedState.ON_LEAVE: N_("Away"),
    BedState.HELD: N_("Held"),
    BedState.OUT_OF_SERVICE: N_("Out"),
}

# The sign that stands beside colour and word on the board: readable in black and white.
SIGNS: dict[BedState, str] = {
    BedState.VACANT: "○",
    BedState.OCCUPIED: "●",
    BedState.ON_LEAVE: "◐",
    BedState.HELD: "◇",
    BedState.OUT_OF_SERVICE: "✕",
}

# An entry dated at most this long before it is made is simply "now" (a form stays open for a while);
# anything older is backdated and needs a reason.
BACKDATE_GRACE = timedelta(minutes=10)
CLOCK_SKEW = timedelta(minutes=2)


def state_of(kind: str | None, on_leave: bool = False) -> BedState:
    """The state of a bed from the interval that covers the instant (None: no interval does)."""
    if kind is None:
        return BedState.VACANT
    if kind == Kind.STAY:
        return BedState.ON_LEAVE if on_leave else BedState.OCCUPIED
    return BedState.HELD if kind == Kind.HOLD else BedState.OUT_OF_SERVICE


def sex_fits(rule: str, sex: str | None) -> bool:
    """Whether a person may take a bed. An unknown sex fits only a bed for anybody."""
    return rule == SexRule.ANY or rule == sex


def check_when(at: datetime | None, reason: str, *, field: str = "at") -> datetime:
    """The instant of a change: now when none is given; not in the future; with a reason when it lies back."""
    now = clock.now()
    if at is None:
        return now
    if at > now + CLOCK_SKEW:
        raise Invalid.one(field, N_("This lies in the future. Record it when it happens, or reserve the bed."))
    if at < now - BACKDATE_GRACE and not reason.strip():
        raise Invalid.one("reason", N_("This lies in the past. Say why it is entered late."))
    return at


def check_hold(start: datetime, until: datetime) -> None:
    if until <= start:
        raise Invalid.one("until", N_("The reservation must end after it begins."))
    if until <= clock.now():
        raise Invalid.one("until", N_("The reservation would already be over."))


def check_after(start: datetime, end: datetime, *, field: str = "at") -> None:
    """An interval is half-open and never empty: its end lies after its start."""
    if end <= start:
        raise Invalid.one(
            field,
            N_("This is not after the beginning (%(start)s). Correct the beginning instead."),
            start=f"{start.astimezone(clock.ZONE):%Y-%m-%d %H:%M}",
        )


@dataclass(frozen=True)
class FreeBed:
    """A candidate to offer instead of a taken bed."""

    id: UUID
    label: str
    room_id: UUID
    room_name: str
    floor: str
    building: str
    bed_type: str
    sex_rule: str
    price_fen: int


def most_similar(wanted: FreeBed, free: Iterable[FreeBed], count: int = 3) -> list[FreeBed]:
    """The free beds most like the wanted one: type, then sex rule, room, floor, building, price, label."""

    def distance(bed: FreeBed) -> tuple[bool, bool, bool, bool, bool, int, str, str]:
        return (
            bed.bed_type != wanted.bed_type,
            bed.sex_rule != wanted.sex_rule,
            bed.room_id != wanted.room_id,
            (bed.building, bed.floor) != (wanted.building, wanted.floor),
            bed.building != wanted.building,
            abs(bed.price_fen - wanted.price_fen),
            bed.room_name,
            bed.label,
        )

    return sorted((bed for bed in free if bed.id != wanted.id), key=distance)[:count]


@dataclass(frozen=True)
class Interval:
    """Half-open [start, end); end None: still open."""

    start: datetime
    end: datetime | None


def bed_days(intervals: Sequence[Interval], first: date, until: date) -> int:
    """Bed-days of the days [first, until) by the census at the end of each day (24:00 Asia/Shanghai).

    The day of admission counts, the day of discharge does not, a move within a day counts once; so the
    sum over beds, over persons and over days is one and the same number. An interval clipped to the period
    has as many midnights in (start, end] as its local dates differ.
    """
    window_start, window_end = clock.start_of(first), clock.start_of(until)
    total = 0
    for interval in intervals:
        start = max(interval.start, window_start)
        end = window_end if interval.end is None else min(interval.end, window_end)
        if end > start:
            total += (clock.day_of(end) - clock.day_of(start)).days
    return total


def occupancy_rate(occupied: int, total: int) -> str:
    """Per cent with one decimal, from whole numbers ('' when there are no beds)."""
    if total <= 0:
        return ""
    tenths = (2000 * occupied + total) // (2 * total)
    return f"{tenths // 10}.{tenths % 10}"


# --- rooms as people write them -----------------------------------------------------------------------------------

MOST_ROOMS = 200
_PARTS = re.compile(r"[,，、;；\s]+")
_SPAN = re.compile(r"(?P<front>.*?)(?P<first>[0-9]+)[-–—~～至到](?P<again>.*?)(?P<last>[0-9]+)")


def rooms_of(text: str) -> list[str]:
    """'301-312, 315' or 'A1至A3、B1': the names of rooms, in that order. Raises Invalid (field `rooms`).

    Only numbers of nearly the same length make a span: '3-101' stays the name of one room.
    """
    names: list[str] = []
    for part in filter(None, _PARTS.split(re.sub(r"\s*([-–—~～至到])\s*", r"\1", text.strip()))):
        names += _span(part) or [part]
        if len(names) > MOST_ROOMS:
            raise Invalid.one("rooms", N_("At most %(most)s rooms are made at once."), most=MOST_ROOMS)
    if not names:
        raise Invalid.one("rooms", N_("Name at least one room."))
    if long := next((name for name in names if len(name) > 20), None):
        raise Invalid.one("rooms", N_("“%(name)s” is too long for a room; at most 20 characters."), name=long[:40])
    if twice := next((name for place, name in enumerate(names) if name in names[:place]), None):
        raise Invalid.one("rooms", N_("Room %(name)s is named twice."), name=twice)
    return names


def _span(part: str) -> list[str] | None:
    """The rooms of '301-312'; None when it is one name."""
    found = _SPAN.fullmatch(part)
    if found is None or found["again"] not in ("", found["front"]):
        return None
    first, last = found["first"], found["last"]
    if len(last) - len(first) not in (0, 1):
        return None
    if int(last) < int(first):
        raise Invalid.one("rooms", N_("“%(span)s” runs backwards."), span=part)
    if int(last) - int(first) >= MOST_ROOMS:
        raise Invalid.one("rooms", N_("At most %(most)s rooms are made at once."), most=MOST_ROOMS)
    return [f"{found['front']}{number:0{len(first)}d}" for number in range(int(first), int(last) + 1)]


def next_labels(taken: Iterable[str], count: int) -> list[str]:
    """Labels for further beds of a room: the numbers after the highest one in use."""
    highest = max((int(label) for label in taken if label.isascii() and label.isdigit()), default=0)
    return [str(highest + number) for number in range(1, count + 1)]
