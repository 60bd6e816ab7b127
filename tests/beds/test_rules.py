"""The pure part of beds by tables of cases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from eldercare.beds import rules
from eldercare.beds.rules import BedState, FreeBed, Interval
from eldercare.core import clock
from eldercare.core.errors import Invalid

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.ZONE)


@pytest.mark.parametrize(
    ("kind", "on_leave", "state"),
    [
        (None, False, BedState.VACANT),
        ("stay", False, BedState.OCCUPIED),
        ("stay", True, BedState.ON_LEAVE),
        ("hold", False, BedState.HELD),
        ("out_of_service", False, BedState.OUT_OF_SERVICE),
    ],
)
def test_state_follows_from_the_interval(kind: str | None, on_leave: bool, state: BedState) -> None:
    assert rules.state_of(kind, on_leave) is state


@pytest.mark.parametrize(
    ("rule", "sex", "fits"),
    [
        ("any", "m", True),
        ("any", None, True),
        ("m", "m", True),
        ("m", "f", False),
        ("f", "f", True),
        ("f", None, False),
    ],
)
def test_who_fits_a_bed(rule: str, sex: str | None, fits: bool) -> None:
    assert rules.sex_fits(rule, sex) is fits


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-03-01T09:00", "2026-03-01T17:00", 0),  # in and out on one day: not there at midnight
        ("2026-03-01T09:00", "2026-03-02T09:00", 1),
        ("2026-03-01T09:00", "2026-03-02T00:00", 1),  # there until the last moment of the day
        ("2026-03-02T00:00", "2026-03-03T00:00", 1),
        ("2026-02-01T09:00", None, 31),
        ("2026-02-27T09:00", "2026-03-03T09:00", 2),
        ("2026-03-31T23:59", None, 1),
        ("2026-04-01T00:00", None, 0),
        ("2026-01-01T09:00", "2026-03-01T00:00", 0),
    ],
)
def test_bed_days_of_march(start: str, end: str | None, days: int) -> None:
    interval = Interval(local(start), local(end) if end else None)
    assert rules.bed_days([interval], date(2026, 3, 1), date(2026, 4, 1)) == days


def test_a_move_within_a_day_counts_once() -> None:
    moved = [
        Interval(local("2026-03-01T09:00"), local("2026-03-05T15:00")),
        Interval(local("2026-03-05T15:00"), local("2026-03-09T10:00")),
    ]
    whole = [Interval(local("2026-03-01T09:00"), local("2026-03-09T10:00"))]
    month = (date(2026, 3, 1), date(2026, 4, 1))
    assert rules.bed_days(moved, *month) == rules.bed_days(whole, *month) == 8


def test_the_instant_of_a_change() -> None:
    with clock.freeze(NOON):
        assert rules.check_when(None, "") == NOON
        assert rules.check_when(NOON - timedelta(minutes=5), "") == NOON - timedelta(minutes=5)
        assert rules.check_when(NOON - timedelta(days=3), "found in the paper book") == NOON - timedelta(days=3)
        with pytest.raises(Invalid, match="Say why"):
            rules.check_when(NOON - timedelta(days=3), "  ")
        with pytest.raises(Invalid, match="future"):
            rules.check_when(NOON + timedelta(hours=1), "because")


def test_a_hold_lies_ahead() -> None:
    with clock.freeze(NOON):
        rules.check_hold(NOON, NOON + timedelta(days=2))
        with pytest.raises(Invalid, match="end after"):
            rules.check_hold(NOON, NOON)
        with pytest.raises(Invalid, match="already be over"):
            rules.check_hold(NOON - timedelta(days=3), NOON - timedelta(days=1))


def _bed(number: int, **changes: object) -> FreeBed:
    values: dict[str, object] = {
        "label": str(number), "room_id": UUID(int=1), "room_name": "101", "floor": "1", "building": "A",
        "bed_type": "nursing", "sex_rule": "any", "price_fen": 300000,
    }  # fmt: skip
    return FreeBed(id=UUID(int=100 + number), **(values | changes))  # type: ignore[arg-type]


def test_the_most_similar_beds_come_first_and_never_the_taken_one() -> None:
    wanted = _bed(1)
    same_room, same_floor = _bed(2), _bed(3, room_id=UUID(int=2))
    other_type, other_sex = _bed(4, bed_type="ordinary"), _bed(5, sex_rule="m", room_id=UUID(int=3))
    offered = rules.most_similar(wanted, [other_type, other_sex, same_floor, wanted, same_room])
    assert offered == [same_room, same_floor, other_sex]


@pytest.mark.parametrize(("occupied", "total", "rate"), [(0, 0, ""), (1, 3, "33.3"), (2, 3, "66.7"), (5, 5, "100.0")])
def test_occupancy_rate(occupied: int, total: int, rate: str) -> None:
    assert rules.occupancy_rate(occupied, total) == rate


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("301", ["301"]),
        ("301-303", ["301", "302", "303"]),
        ("08-11", ["08", "09", "10", "11"]),
        ("8 - 10, 15", ["8", "9", "10", "15"]),
        ("A1至A3、B1", ["A1", "A2", "A3", "B1"]),
        ("A1-3", ["A1", "A2", "A3"]),
        ("3-101", ["3-101"]),  # one room of unit 3, no span
        ("A-东", ["A-东"]),
    ],
)
def test_rooms_as_people_write_them(text: str, names: list[str]) -> None:
    assert rules.rooms_of(text) == names


@pytest.mark.parametrize("text", ["", " ,、", "312-301", "100-400", "101,101", "x" * 21, "100-250 300-399"])
def test_rooms_that_cannot_be_meant(text: str) -> None:
    with pytest.raises(Invalid):
        rules.rooms_of(text)


def test_new_labels_follow_the_highest_number() -> None:
    assert rules.next_labels(["1", "7", "窗"], 2) == ["8", "9"]
    assert rules.next_labels([], 2) == ["1", "2"]
