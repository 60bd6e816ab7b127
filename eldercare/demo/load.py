"""The whole demonstration in one transaction: loaded completely or not at all, and only once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from time import monotonic
from typing import Any

import numpy as np
from sqlalchemy import insert, text

from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.crypto import keyring
from eldercare.core.db import acting_as, session
from eldercare.core.errors import Conflict
from eldercare.core.i18n import N_
from eldercare.core.models import InstallationMark
from eldercare.demo import beds, care, inspectors, names, people, places, signins
from eldercare.demo.draw import Draw
from eldercare.demo.people import Town
from eldercare.demo.places import Place
from eldercare.demo.size import CITY, FOREIGN, GANSU, YANTAI, Size
from eldercare.policy.shipped import shipped_pack
from eldercare.regions import queries as regions
from eldercare.regions.service import ensure_regions

MARK = "demo"
SEED = 20_261_122
Say = Callable[[str, int], None]


def is_loaded() -> bool:
    """The demo is here (its mark is written in the transaction that loads it)."""
    return session().get(InstallationMark, MARK) is not None


def load(size: Size, *, say: Say, today: date | None = None) -> Draw:
    """Load everything; the caller commits. Raises Conflict when it is loaded, or when real elders are here."""
    draw = Draw(SEED, today or clock.today())
    with acting_as(Actor.system("demo")) as actor:
        if is_loaded():
            raise Conflict(N_("The demonstration is already loaded."))
        if session().scalar(text("SELECT EXISTS (SELECT 1 FROM elder)")):
            raise Conflict(N_("This database already holds people. The demonstration is only for an empty one."))
        started = monotonic()
        ensure_regions(actor)
        _load(draw, size, say)
        seconds = round(monotonic() - started, 1)
        details: dict[str, Any] = {
            "seed": SEED,
            "today": draw.today.isoformat(),
            "rows": draw.counts,
            "seconds": seconds,
        }
        session().execute(insert(InstallationMark).values(name=MARK, details=details, at=clock.now()))
    return draw


def _load(draw: Draw, size: Size, say: Say) -> None:
    keys = keyring()
    city = _places(CITY)
    towns = [place.town for place in city]
    homes = places.make_homes(draw, city, size)
    places.write_homes(draw, homes)
    places.write_centres_and_stations(draw, city, size)
    places.write_ratings(draw, homes, _rating_years(draw.today))
    say("institutions", draw.counts["institution"])
    elders = people.make_elders(draw, "city", towns, size.elders, youngest_on=draw.today)
    people.write_elders(draw, keys, elders, area=names.AREAS["city"], first_serial=0)
    say("elders", draw.counts["elder"])
    all_beds = beds.write_beds(draw, homes)
    say("beds", draw.counts["bed"])
    stays = beds.make_stays(draw, all_beds, elders)
    beds.write_stays(draw, homes, all_beds, elders, stays)
    say("stays", draw.counts["bed_occupancy"])
    moved_in = np.full(len(elders), np.datetime64("NaT"), dtype="datetime64[D]")
    here = np.isnat(stays.ends)
    moved_in[stays.elder[here]] = stays.begins[here].astype("datetime64[D]")
    people.city_facts(draw, elders, moved_in).write(draw)
    say("circumstances", draw.counts["circumstance"])
    levels = care.write_assessments(draw, elders, size)
    at_home = np.isnat(moved_in)
    care.write_home_beds(draw, homes, elders, levels, at_home, size)
    care.write_visits(draw, elders, at_home)
    say("assessments", draw.counts["assessment"])
    _load_destitute(draw, size, first_serial=size.elders)
    say("destitute elders", 2 * size.destitute)
    _sign_ins(draw, homes, elders, stays)
    inspectors.write(draw, homes, city, size, paths=_division_paths())
    say("inspectors", draw.counts["inspector"])


def _rating_years(today: date) -> int:
    value = shipped_pack("national").value("inspections.rating_validity", today)
    return int(value.value) // 12 if value.unit == "months" else int(value.value)


def _load_destitute(draw: Draw, size: Size, *, first_serial: int) -> None:
    for number, (part, division) in enumerate((("yantai", YANTAI), ("gansu", GANSU))):
        load_destitute(draw, part, division, size.destitute, first_serial=first_serial + number * size.destitute)


def load_destitute(draw: Draw, part: str, division: str, count: int, *, first_serial: int) -> None:
    """The destitute elders of one jurisdiction with their history."""
    towns = [place.town for place in _places(division)]
    elders = people.make_elders(draw, part, towns, count, youngest_on=date(2018, 1, 1))
    people.write_elders(draw, keyring(), elders, area=names.AREAS[part], first_serial=first_serial)
    people.destitute_facts(draw, part, elders).write(draw)


def _places(code: str) -> list[Place]:
    """The streets, towns and zones of a division, in the order of their codes."""
    root = regions.get_region(code)
    tree = {region.path: region for region in regions.subtree(root.path)}
    found = []
    for region in sorted(tree.values(), key=lambda r: r.code):
        if region.level not in ("town", "zone"):
            continue
        above = tree.get(region.path.rsplit("/", 2)[0] + "/")
        urban = region.name.endswith("街道") or region.level == "zone"
        county = above.name if above is not None and above.path != root.path else ""
        found.append(Place(Town(region.code, region.path, urban), str(region.id), region.name, county, root.name))
    return found


def _division_paths() -> dict[str, str]:
    codes = {one.place for one in signins.SIGN_INS if one.target == "division"} | {FOREIGN, "us-ma", "us-wa", CITY}
    return {code: regions.get_region(code).path for code in sorted(codes)}


def _sign_ins(draw: Draw, homes: places.Homes, elders: people.Elders, stays: beds.Stays) -> None:
    """The operator keeps a home of middle size; the family looks after one of its residents."""
    single = np.flatnonzero(~homes.counts_only)
    by_size = single[np.argsort(np.abs(homes.beds[single] - 120), kind="stable")]
    own, other = int(by_size[0]), int(by_size[1])
    here = np.flatnonzero(np.isnat(stays.ends))
    relative = int(stays.elder[here[0]])
    signins.write(
        draw,
        division_paths=_division_paths(),
        targets={
            "institution": (str(homes.ids[own]), homes.places[own].town.path),
            "other_institution": (str(homes.ids[other]), homes.places[other].town.path),
            "elder": (str(elders.ids[relative]), str(elders.paths[relative])),
        },
    )
