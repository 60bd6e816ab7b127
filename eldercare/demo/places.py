"""Homes, centres and stations of the city with their numbers, papers and ratings."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from stdnum.cn import uscc

from eldercare.core import clock
from eldercare.core.pinyin import spelled
from eldercare.demo import names
from eldercare.demo.draw import Draw, daterange, days, split, weighted, years_before
from eldercare.demo.people import RECORDED_BY, Array, Town
from eldercare.demo.size import CENTRE_SHARE, Size
from eldercare.institutions.rules import NATIONAL_SCHEME, search_key


@dataclass(frozen=True)
class Place:
    """A town together with its names from the city down, for names, addresses and search."""

    town: Town
    region_id: str
    name: str
    county: str
    city: str


@dataclass(frozen=True)
class Homes:
    """Care homes; row i is one home."""

    ids: Array
    names: list[str]
    places: list[Place]
    beds: Array
    counts_only: Array
    price_low: Array
    price_high: Array


def make_homes(draw: Draw, places: list[Place], size: Size) -> Homes:
    """`size.homes` homes with exactly `size.beds` beds, each at least ten (the least for filing)."""
    rng = draw.stream("homes")
    chosen = [places[int(index)] for index in rng.integers(len(places), size=size.homes)]
    beds = split(size.beds, rng.lognormal(0, 0.75, size.homes), least=10)
    counts_only = np.zeros(size.homes, dtype=bool)
    counts_only[np.argsort(beds, kind="stable")[: size.homes_with_counts]] = True
    low = rng.integers(18, 42, size.homes) * 10_000
    high = low + rng.integers(8, 60, size.homes) * 10_000
    found = names.homes(rng, [place.county.rstrip("区市") for place in chosen])
    return Homes(draw.uuids("homes", size.homes), found, chosen, beds, counts_only, low, high)


def write_homes(draw: Draw, homes: Homes) -> None:
    rng = draw.stream("homes.details")
    count = len(homes.ids)
    ownership = weighted(rng, ["private", "delegated", "public"], [70, 18, 12], count)
    nature = np.where(
        ownership == "public", "public_unit", weighted(rng, ["nonprofit", "profit"], [68, 32], count)
    ).astype(object)
    opened = days(years_before(draw.today, 20), rng.integers(0, 16 * 365, count))
    _write(
        draw,
        "homes",
        homes.places,
        homes.names,
        {
            "id": homes.ids,
            "kind": "care_home",
            "ownership": ownership,
            "nature": nature,
            "opened_on": np.datetime_as_string(opened, unit="D"),
            "filed_on": np.datetime_as_string(opened + rng.integers(5, 60, count).astype("timedelta64[D]"), unit="D"),
            "licensed_beds": homes.beds,
            "beds_mode": np.where(homes.counts_only, "counts", "single"),
            "floor_area_m2": homes.beds * rng.integers(22, 40, count),
            "has_clinic": rng.random(count) < 0.55,
            "price_low_fen": homes.price_low,
            "price_high_fen": homes.price_high,
        },
    )
    _write_papers(draw, homes, opened)


def write_centres_and_stations(draw: Draw, places: list[Place], size: Size) -> None:
    """A centre in 71 % of the towns and streets (the plan's base), stations spread over all."""
    rng = draw.stream("centres")
    count = math.floor(len(places) * CENTRE_SHARE)
    with_centre = [places[int(index)] for index in np.sort(rng.permutation(len(places))[:count])]
    kinds = ["镇街" if not place.town.urban else "街道" for place in with_centre]
    _write(
        draw,
        "centres",
        with_centre,
        [f"{place.name}{kind}综合养老服务中心{names.MARK}" for place, kind in zip(with_centre, kinds, strict=True)],
        {"id": draw.uuids("centres", count), "kind": "town_centre", "ownership": "delegated", "nature": "nonprofit",
         "beds_mode": "counts", "has_clinic": rng.random(count) < 0.4, "floor_area_m2": rng.integers(600, 2600, count)},
    )  # fmt: skip
    chosen = [places[int(index)] for index in rng.integers(len(places), size=size.stations)]
    number = np.arange(size.stations) + 1
    _write(
        draw,
        "stations",
        chosen,
        [f"{place.name}第{n}社区养老服务站{names.MARK}" for place, n in zip(chosen, number, strict=True)],
        {"id": draw.uuids("stations", size.stations), "kind": "station", "ownership": "delegated", "nature": "nonprofit",
         "beds_mode": "counts", "has_clinic": False, "floor_area_m2": rng.integers(80, 500, size.stations)},
    )  # fmt: skip


def _write(draw: Draw, purpose: str, places: list[Place], full_names: list[str], columns: dict[str, Any]) -> None:
    rng = draw.stream(f"{purpose}.address")
    streets = rng.integers(1, 400, len(places))
    addresses = [f"{p.city}{p.county}{p.name}示范路{n}号" for p, n in zip(places, streets, strict=True)]
    spelling = [spelled(name) for name in full_names]
    draw.put(
        "institution",
        {
            **columns,
            "name": full_names,
            "pinyin": [s[0] for s in spelling],
            "initials": [s[1] for s in spelling],
            "search_key": [
                search_key(name, address, (p.city, p.county, p.name))
                for name, address, p in zip(full_names, addresses, places, strict=True)
            ],
            "uscc": _usccs(rng, len(places), purpose),
            "address": addresses,
            "phone": [names.phone(90_000_000 + int(n)) for n in rng.integers(0, 9_999_999, len(places))],
            "region_id": [p.region_id for p in places],
            "region_path": [p.town.path for p in places],
            "introduction": "",
            "published": True,
            "version": 1,
            "created_at": clock.now(),
            "updated_at": clock.now(),
            "updated_by": RECORDED_BY,
        },
    )


_PREFIX = {"homes": 1, "centres": 2, "stations": 3}


def _usccs(rng: np.random.Generator, count: int, purpose: str) -> list[str]:
    """Unified social credit codes with right check characters, in an area that was never issued."""
    found = []
    for index in range(count):
        body = f"52990101MJ{_PREFIX[purpose]}{index:06d}"
        found.append(body + uscc.calc_check_digit(body))
    return found


def _write_papers(draw: Draw, homes: Homes, opened: Array) -> None:
    rng = draw.stream("homes.papers")
    count = len(homes.ids)
    for kind, years in (("fire", 0), ("food", 5), ("insurance", 1)):
        issued: Array = days(years_before(draw.today, max(1, years)), rng.integers(10, 360 * max(1, years), count))
        expires = (
            np.datetime_as_string((issued + np.timedelta64(365 * years, "D")).astype("datetime64[D]"), unit="D")
            if years
            else None
        )
        draw.put(
            "institution_paper",
            {
                "id": draw.uuids(f"papers.{kind}", count),
                "institution_id": homes.ids,
                "region_path": [p.town.path for p in homes.places],
                "kind": kind,
                "number": [f"DEMO-{kind.upper()}-{n:05d}" for n in range(count)],
                "issuer": "演示机关",
                "issued_on": np.datetime_as_string(issued, unit="D"),
                "expires_on": expires,
                "version": 1,
                "recorded_at": clock.now(),
                "recorded_by": RECORDED_BY,
            },
        )


def write_ratings(draw: Draw, homes: Homes, validity_years: int) -> None:
    """Seven of ten homes are rated; certificates began on any day of their validity, so some are about to expire."""
    rng = draw.stream("ratings")
    rated = np.flatnonzero(rng.random(len(homes.ids)) < 0.7)
    ends = days(draw.today, rng.integers(-60, 365 * validity_years - 10, len(rated)))
    begins = (ends.astype("datetime64[M]") - 12 * validity_years).astype("datetime64[D]") + (
        ends - ends.astype("datetime64[M]").astype("datetime64[D]")
    )
    draw.put(
        "institution_rating",
        {
            "id": draw.uuids("ratings", len(rated)),
            "institution_id": homes.ids[rated],
            "region_path": [homes.places[int(i)].town.path for i in rated],
            "scheme": NATIONAL_SCHEME,
            "stars": weighted(rng, [1, 2, 3, 4, 5], [18, 34, 32, 12, 4], len(rated)),
            "valid": daterange(begins, ends),
            "certificate": [f"DEMO-STAR-{n:05d}" for n in range(len(rated))],
            "source": "演示数据",
            "recorded_at": clock.now(),
            "recorded_by": RECORDED_BY,
        },
    )
