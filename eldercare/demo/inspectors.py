"""Inspectors of the city and of the foreign register, their certificates, leave, conflicts, and past inspections."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from eldercare.core import clock
from eldercare.core.pinyin import spelled_person
from eldercare.demo import names
from eldercare.demo.draw import Draw, daterange, days, weighted, years_before
from eldercare.demo.people import RECORDED_BY, Array
from eldercare.demo.places import Homes, Place
from eldercare.demo.signins import SIGN_INS
from eldercare.demo.size import CITY, FOREIGN, STORY_BEGINS, Size

#: Past inspections lie up to this many days back: a year and a half, so that some homes are overdue.
OLDEST_INSPECTION_DAYS = 540
FOREIGN_SURNAMES = ("Adams", "Brooks", "Carter", "Diaz", "Evans", "Foster", "Garcia", "Hayes", "Irving", "Jones")
FOREIGN_GIVEN = ("Alex", "Blair", "Casey", "Drew", "Emery", "Finley", "Gale", "Harper")


@dataclass(frozen=True)
class Group:
    """Inspectors of one authority: `reach` is the subtree they may act in, `bases` where each starts."""

    part: str
    names: list[str]
    employer: str
    reach: list[str]
    bases: list[str]
    user_ids: list[str | None]


def write(draw: Draw, homes: Homes, city: list[Place], size: Size, *, paths: dict[str, str]) -> None:
    """Everything the planning of inspections reads."""
    own = _city_group(draw, city, size, paths[CITY])
    ids = _write_group(draw, own)
    _write_group(draw, _foreign_group(draw, size, paths))
    _write_leaves(draw, ids, paths[CITY])
    _write_conflicts(draw, ids, homes, paths[CITY])
    _write_records(draw, ids, homes)


def _city_group(draw: Draw, city: list[Place], size: Size, reach: str) -> Group:
    rng = draw.stream("inspectors")
    found = names.people(rng, rng.random(size.inspectors) < 0.5).tolist()
    counties = sorted({place.town.path.rsplit("/", 2)[0] + "/" for place in city if place.county})
    user = next(one for one in SIGN_INS if one.username == "inspector")
    found[0] = user.name
    return Group(
        "city",
        found,
        "青岛市民政局（演示）",
        [reach] * size.inspectors,
        [counties[index % len(counties)] for index in range(size.inspectors)],
        [str(user.user_id)] + [None] * (size.inspectors - 1),
    )


def _foreign_group(draw: Draw, size: Size, paths: dict[str, str]) -> Group:
    """Half for each state of the register; nobody acts in the other state."""
    rng = draw.stream("inspectors.foreign")
    count = size.foreign_inspectors
    found = [
        f"{FOREIGN_GIVEN[int(g)]} {FOREIGN_SURNAMES[int(s)]} (demo {n + 1})"
        for n, (g, s) in enumerate(zip(rng.integers(len(FOREIGN_GIVEN), size=count), rng.integers(len(FOREIGN_SURNAMES), size=count), strict=True))
    ]  # fmt: skip
    states = [paths[f"{FOREIGN}-{'ma' if n % 2 else 'wa'}"] for n in range(count)]
    return Group("foreign", found, "State survey agency (demo)", states, states, [None] * count)


def _write_group(draw: Draw, group: Group) -> Array:
    rng = draw.stream(f"inspectors.{group.part}.details")
    count = len(group.names)
    staff = draw.uuids(f"staff.{group.part}", count)
    ids = draw.uuids(f"inspectors.{group.part}", count)
    begun = days(years_before(draw.today, 12), rng.integers(0, 365 * 3, count))
    draw.put(
        "staff_member",
        {
            "id": staff,
            "employer": group.employer,
            "name": group.names,
            "pinyin": [spelled_person(name)[0] for name in group.names],
            "job": "inspector",
            "started_on": np.datetime_as_string(begun, unit="D"),
            "region_path": group.reach,
            "version": 1,
            "created_at": clock.now(),
            "created_by": RECORDED_BY,
        },
    )
    for kind in ("inspection", "rating"):
        draw.put(
            "staff_certificate",
            {
                "id": draw.uuids(f"certificates.{group.part}.{kind}", count),
                "staff_id": staff,
                "kind": kind,
                "number": [f"DEMO-{group.part[:2].upper()}-{kind[:3].upper()}-{n:04d}" for n in range(count)],
                "issuer": group.employer,
                "valid": daterange(days(STORY_BEGINS, np.zeros(count, dtype=int))),
                "region_path": group.reach,
                "recorded_at": clock.now(),
                "recorded_by": RECORDED_BY,
            },
        )
    draw.put(
        "inspector",
        {
            "id": ids,
            "staff_id": staff,
            "user_id": group.user_ids,
            "name": group.names,
            "region_path": group.reach,
            "base_path": group.bases,
            "is_lead": np.arange(count) % 3 != 2,
            "daily_capacity": np.where(np.arange(count) % 4 == 0, 2, 1),
            "version": 1,
        },
    )
    return ids


def _write_leaves(draw: Draw, ids: Array, reach: str) -> None:
    rng = draw.stream("leaves")
    away = np.flatnonzero(rng.random(len(ids)) < 0.4)
    begins = days(draw.today, rng.integers(3, 80, len(away)))
    draw.put(
        "inspector_leave",
        {
            "id": draw.uuids("leaves", len(away)),
            "inspector_id": ids[away],
            "days": daterange(begins, begins + rng.integers(2, 11, len(away)).astype("timedelta64[D]")),
            "note": "年休假（演示）",
            "region_path": reach,
            "recorded_at": clock.now(),
            "recorded_by": RECORDED_BY,
        },
    )


def _write_conflicts(draw: Draw, ids: Array, homes: Homes, reach: str) -> None:
    rng = draw.stream("conflicts")
    pairs = sorted({(int(rng.integers(len(ids))), int(rng.integers(len(homes.ids)))) for _ in range(len(ids))})
    draw.put(
        "conflict_of_interest",
        {
            "id": draw.uuids("conflicts", len(pairs)),
            "inspector_id": [ids[pair[0]] for pair in pairs],
            "institution_id": [homes.ids[pair[1]] for pair in pairs],
            "ground": weighted(rng, ["worked_there", "relative", "owner"], [5, 4, 1], len(pairs)),
            "valid": f"[{years_before(draw.today, 2).isoformat()},)",
            "note": "演示数据",
            "region_path": reach,
            "recorded_at": clock.now(),
            "recorded_by": RECORDED_BY,
        },
    )


def _write_records(draw: Draw, ids: Array, homes: Homes) -> None:
    """The last inspection of each home, made by two of the inspectors."""
    rng = draw.stream("records")
    ages = rng.integers(5, OLDEST_INSPECTION_DAYS, len(homes.ids))
    pairs = [rng.permutation(len(ids))[:2] for _ in range(len(homes.ids))]
    values: dict[str, Any] = {
        "id": draw.uuids("records", len(homes.ids)),
        "institution_id": homes.ids,
        "region_path": [place.town.path for place in homes.places],
        "on_date": [(draw.today - timedelta(days=int(age))).isoformat() for age in ages],
        "kind": "check",
        "source": "demo",
        "inspector_ids": [json.dumps([str(ids[int(i)]) for i in pair]) for pair in pairs],
        "recorded_at": clock.now(),
        "recorded_by": RECORDED_BY,
    }
    draw.put("inspection_record", values)
