"""Rooms and beds of the homes, three years of stays, and what small homes report as counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from eldercare.core import clock
from eldercare.demo.draw import Draw, days, years_before
from eldercare.demo.people import RECORDED_BY, Array, Elders
from eldercare.demo.places import Homes
from eldercare.demo.size import NURSING_SHARE, YEARS_OF_STAYS

BEDS_A_ROOM, ROOMS_A_FLOOR, FLOORS_A_BUILDING = 3, 12, 8
MEAN_STAY_DAYS, MEAN_GAP_DAYS, MOST_STAYS = 620, 500, 5


@dataclass(frozen=True)
class Beds:
    """Single beds; row i is one bed. `home` is the row of its home."""

    ids: Array
    home: Array
    bed_type: Array


def write_beds(draw: Draw, homes: Homes) -> Beds:
    """Single beds of all homes that keep single beds, and the counts of the others; 58.9 % of all nursing-type."""
    rng = draw.stream("beds")
    total = int(homes.beds.sum())
    types = np.full(total, "ordinary", dtype=object)
    nursing = total * NURSING_SHARE.numerator // NURSING_SHARE.denominator
    order = rng.permutation(total)
    types[order[:nursing]] = "nursing"
    types[order[nursing : nursing + total // 25]] = "dementia"
    home = np.repeat(np.arange(len(homes.ids)), homes.beds)
    single = ~homes.counts_only[home]
    _write_counts(draw, homes, home[~single], types[~single])
    beds = Beds(draw.uuids("beds", int(single.sum())), home[single], types[single])
    room_of, label = _write_rooms(draw, homes, beds)
    low, high = homes.price_low[beds.home], homes.price_high[beds.home]
    share = np.select([beds.bed_type == "dementia", beds.bed_type == "nursing"], [9, 6], 1)
    draw.put(
        "bed",
        {
            "id": beds.ids,
            "institution_id": homes.ids[beds.home],
            "region_path": _paths(homes)[beds.home],
            "room_id": room_of,
            "label": label,
            "bed_type": beds.bed_type,
            "sex_rule": "any",
            "price_fen": low + (high - low) * share // 9,
            "subsidised": rng.random(len(beds.ids)) < 0.15,
            "open": f"[{clock.start_of(years_before(draw.today, YEARS_OF_STAYS + 1)).isoformat()},)",
            "version": 1,
        },
    )
    return beds


def _paths(homes: Homes) -> Array:
    return np.array([place.town.path for place in homes.places], dtype=object)


def _write_rooms(draw: Draw, homes: Homes, beds: Beds) -> tuple[Array, Array]:
    """The room of each bed and its label; rooms are filled bed by bed, floors and buildings room by room."""
    starts = np.r_[0, np.flatnonzero(np.diff(beds.home)) + 1]
    position = np.arange(len(beds.home)) - np.repeat(starts, np.diff(np.r_[starts, len(beds.home)]))
    room = position // BEDS_A_ROOM
    new = np.r_[True, (beds.home[1:] != beds.home[:-1]) | (room[1:] != room[:-1])]
    room_index = np.cumsum(new) - 1
    ids = draw.uuids("rooms", int(new.sum()))
    home, number = beds.home[new], room[new]
    floor = number // ROOMS_A_FLOOR
    draw.put(
        "room",
        {
            "id": ids,
            "institution_id": homes.ids[home],
            "region_path": _paths(homes)[home],
            "building": [f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[int(f) // FLOORS_A_BUILDING]}座" for f in floor],
            "floor": [str(int(f) % FLOORS_A_BUILDING + 1) for f in floor],
            "name": [
                f"{int(f) % FLOORS_A_BUILDING + 1}{int(n) % ROOMS_A_FLOOR + 1:02d}"
                for f, n in zip(floor, number, strict=True)
            ],
        },
    )
    return ids[room_index], np.array([str(int(p) % BEDS_A_ROOM + 1) for p in position], dtype=object)


def _write_counts(draw: Draw, homes: Homes, home: Array, types: Array) -> None:
    rng = draw.stream("counts")
    rows: list[dict[str, Any]] = []
    since = clock.start_of(draw.today - timedelta(days=40)).isoformat()
    for index in np.unique(home).tolist():
        for bed_type in ("nursing", "ordinary", "dementia"):
            total = int(((home == index) & (types == bed_type)).sum())
            if total:
                rows.append(
                    {"home": index, "bed_type": bed_type, "total": total, "occupied": int(rng.integers(0, total + 1))}
                )
    at = np.array([row["home"] for row in rows], dtype=int)
    draw.put(
        "bed_count",
        {
            "id": draw.uuids("counts", len(rows)),
            "institution_id": homes.ids[at],
            "region_path": _paths(homes)[at],
            "bed_type": [row["bed_type"] for row in rows],
            "total": [row["total"] for row in rows],
            "occupied": [row["occupied"] for row in rows],
            "during": f"[{since},)",
            "source": "demo",
            "recorded_at": clock.now(),
            "recorded_by": RECORDED_BY,
        },
    )


# --- stays --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stays:
    bed: Array
    elder: Array
    begins: Array  # datetime64[h], China time
    ends: Array  # NaT: still there


def make_stays(draw: Draw, beds: Beds, elders: Elders) -> Stays:
    """For each bed stays and gaps one after the other over three years; no person has two stays."""
    rng = draw.stream("stays")
    horizon = days(years_before(draw.today, YEARS_OF_STAYS), np.zeros(1, dtype=int))[0].astype("datetime64[h]")
    now = np.datetime64(draw.today, "h")
    count = len(beds.ids)
    cursor = horizon + (rng.exponential(MEAN_GAP_DAYS, count) * (rng.random(count) < 0.6)).astype("timedelta64[D]")
    parts = []
    for _ in range(MOST_STAYS):
        begins = cursor + rng.integers(8, 18, count).astype("timedelta64[h]")
        ends = begins + (3 + rng.exponential(MEAN_STAY_DAYS, count)).astype("timedelta64[D]") + np.timedelta64(2, "h")
        alive = begins < now
        parts.append((np.flatnonzero(alive), begins[alive], ends[alive]))
        cursor = (
            (ends + (1 + rng.exponential(MEAN_GAP_DAYS, count)).astype("timedelta64[D]"))
            .astype("datetime64[D]")
            .astype("datetime64[h]")
        )
    bed = np.concatenate([part[0] for part in parts])
    begins = np.concatenate([part[1] for part in parts])
    ends = np.concatenate([part[2] for part in parts])
    ends = np.where(ends > now, np.datetime64("NaT"), ends)
    kept = rng.permutation(len(bed))[: len(elders)]  # every stay has a person of its own
    kept = np.sort(kept)
    elder = rng.permutation(len(elders))[: len(kept)]
    return Stays(bed[kept], elder, begins[kept], ends[kept])


def write_stays(draw: Draw, homes: Homes, beds: Beds, elders: Elders, stays: Stays) -> None:
    """Episodes, stays, and the residents' homes' right to see them."""
    rng = draw.stream("stays.details")
    count = len(stays.bed)
    home = beds.home[stays.bed]
    episodes = draw.uuids("episodes", count)
    ended = ~np.isnat(stays.ends)
    recorded = np.char.add(np.datetime_as_string(stays.begins, unit="h"), ":00+08").astype(object)
    draw.put(
        "episode",
        {
            "id": episodes,
            "institution_id": homes.ids[home],
            "region_path": _paths(homes)[home],
            "elder_id": elders.ids[stays.elder],
            "created_at": recorded,
        },
    )
    planned = (rng.random(count) < 0.04) & ~ended
    until = days(draw.today, rng.integers(1, 45, count))
    reasons = np.array(["home", "hospital", "other_institution"], dtype=object)[rng.choice(3, count, p=[0.6, 0.3, 0.1])]
    order = np.argsort(stays.bed, kind="stable")
    draw.put(
        "bed_occupancy",
        {
            name: values[order] if isinstance(values, np.ndarray) else values
            for name, values in {
                "id": draw.uuids("stays", count),
                "fact_id": draw.uuids("stays.fact", count),
                "revision": 1,
                "bed_id": beds.ids[stays.bed],
                "institution_id": homes.ids[home],
                "region_path": _paths(homes)[home],
                "kind": "stay",
                "elder_id": elders.ids[stays.elder],
                "episode_id": episodes,
                "during": hours(stays.begins, stays.ends),
                "planned_until": _where(planned, np.datetime_as_string(until, unit="D").astype(object) + "T10:00+08"),
                "end_reason": _where(ended, reasons),
                "reason": "",
                "recorded_at": recorded,
                "recorded_by": RECORDED_BY,
            }.items()
        },
    )
    here = np.flatnonzero(~ended)
    draw.put(
        "elder_grant",
        {
            "elder_id": elders.ids[stays.elder[here]],
            "ground": "stay",
            "institution_id": homes.ids[home[here]],
            "valid": "[" + np.datetime_as_string(stays.begins[here], unit="D").astype(object) + ",)",
            "recorded_at": clock.now(),
            "recorded_by": RECORDED_BY,
        },
    )
    _write_confirmations(draw, homes)


def _where(condition: Array, values: Array) -> Array:
    """The values where the condition holds, else None (NULL)."""
    return np.where(condition, values, np.full(len(values), None, dtype=object))


def hours(lower: Array, upper: Array) -> Array:
    """Half-open ranges of instants as text, China time."""
    low = np.datetime_as_string(lower, unit="h").astype(object) + ":00+08"
    high = np.datetime_as_string(upper, unit="h").astype(object) + ":00+08"
    return np.asarray("[" + low + "," + np.where(np.isnat(upper), "", high) + ")")


def _write_confirmations(draw: Draw, homes: Homes) -> None:
    """When each home last said that nothing changed: most within two days, some long ago."""
    rng = draw.stream("confirmations")
    age = np.minimum(rng.exponential(30, len(homes.ids)), 60 * 24).astype(int) + 1
    at = [(clock.now() - timedelta(hours=int(hours_ago))) for hours_ago in age]
    draw.put(
        "bed_confirmation",
        {
            "id": draw.uuids("confirmations", len(homes.ids)),
            "institution_id": homes.ids,
            "region_path": _paths(homes),
            "at": at,
            "by": RECORDED_BY,
        },
    )
