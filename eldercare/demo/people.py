"""Elders with their circumstances: a city's, and the destitute of two further jurisdictions since 2018."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from eldercare.core import clock
from eldercare.core.crypto import Keyring
from eldercare.core.pinyin import spelled_person
from eldercare.demo import names
from eldercare.demo.draw import Draw, daterange, days, days_between, weighted, years_before
from eldercare.demo.size import STORY_BEGINS

Array = np.ndarray[Any, Any]
RECORDED_BY = "system:demo"
YOUNGEST, OLDEST = 60, 102


@dataclass(frozen=True)
class Town:
    """A street, town or zone in which people of the demo live."""

    code: str
    path: str
    urban: bool


@dataclass(frozen=True)
class Elders:
    """Columns over all elders of one part; row i is one person."""

    ids: Array
    names: Array
    is_woman: Array
    birth: Array  # datetime64[D]
    town: Array  # index into the towns
    towns: list[Town]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def paths(self) -> Array:
        return np.array([town.path for town in self.towns], dtype=object)[self.town]


def make_elders(draw: Draw, part: str, towns: list[Town], count: int, *, youngest_on: date) -> Elders:
    """`count` people of 60 and more on `youngest_on`; older ages are rarer."""
    rng = draw.stream(f"{part}.elders")
    above = rng.gamma(1.6, 7.5, count)
    span = OLDEST - YOUNGEST
    age_years = YOUNGEST + np.where(above < span, above, rng.random(count) * span)
    birth = np.datetime64(youngest_on, "D") - (age_years * 365.2425).astype("timedelta64[D]") - np.timedelta64(1, "D")
    is_woman = rng.random(count) < 0.53
    weights = rng.gamma(3.0, 1.0, len(towns))
    town = rng.choice(len(towns), count, p=weights / weights.sum())
    return Elders(draw.uuids(f"{part}.elder", count), names.people(rng, is_woman), is_woman, birth, town, towns)


def write_elders(draw: Draw, keys: Keyring, elders: Elders, *, area: str, first_serial: int) -> None:
    """The persons, with encrypted numbers. `area` and `first_serial` keep the numbers of the parts apart."""
    births = np.datetime_as_string(elders.birth, unit="D").tolist()
    numbers = id_numbers(area, births, elders.is_woman.tolist())
    phones = [names.phone(first_serial + index) for index in range(len(elders))]
    spelled = {name: spelled_person(name) for name in set(elders.names.tolist())}
    draw.put(
        "elder",
        {
            "id": elders.ids,
            "name": elders.names,
            "name_pinyin": [spelled[name][0] for name in elders.names],
            "name_initials": [spelled[name][1] for name in elders.names],
            "sex": np.where(elders.is_woman, "f", "m"),
            "birth_date": births,
            "id_number": [_hex(keys.encrypt(number)) for number in numbers],
            "id_index": [_hex(keys.blind_index(number, "id_number")) for number in numbers],
            "phone": [_hex(keys.encrypt(phone)) for phone in phones],
            "phone_index": [_hex(keys.blind_index(phone, "phone")) for phone in phones],
            "region_path": elders.paths,
            "hukou_path": elders.paths,
            "version": 1,
            "created_at": clock.now(),
        },
    )


def id_numbers(area: str, births: list[str], women: list[bool]) -> list[str]:
    """Identity numbers; people of one birthday and sex get the next serial, so that none repeats."""
    taken: Counter[tuple[str, bool]] = Counter()
    found = []
    for birth, woman in zip(births, women, strict=True):
        found.append(names.id_number(area, birth.replace("-", ""), taken[birth, woman], woman))
        taken[birth, woman] += 1
    return found


def _hex(value: bytes) -> str:
    return "\\x" + value.hex()


# --- circumstances ------------------------------------------------------------------------------------------------


class Facts:
    """Gathers circumstances as columns and writes them in the order of the persons."""

    def __init__(self) -> None:
        self.parts: list[tuple[Array, str, Array, Array, Array | None]] = []

    def add(self, ids: Array, kind: str, values: Array, lower: Array, upper: Array | None = None) -> None:
        self.parts.append((ids, kind, values, lower, upper))

    def write(self, draw: Draw) -> None:
        elder = np.concatenate([part[0] for part in self.parts])
        order = np.argsort(elder, kind="stable")  # neighbours in the index are written together
        columns = {
            "elder_id": elder,
            "kind": np.concatenate([np.full(len(part[0]), part[1], dtype=object) for part in self.parts]),
            "value": np.concatenate([np.asarray(part[2], dtype=object) for part in self.parts]),
            "valid": np.concatenate([daterange(part[3], part[4]) for part in self.parts]),
        }
        draw.put(
            "circumstance",
            {
                **{name: values[order] for name, values in columns.items()},
                "origin": "demo",
                "recorded_at": clock.now(),
                "recorded_by": RECORDED_BY,
                "note": "",
            },
        )


def city_facts(draw: Draw, elders: Elders, moved_in: Array) -> Facts:
    """Residence, urban or rural, means and living situation of every elder of the city; tiers of the destitute.

    `moved_in`: the day each moved into a home (NaT: lives outside); from then on that is the living situation.
    """
    rng = draw.stream("city.facts")
    count = len(elders)
    since = days(years_before(draw.today, 4), rng.integers(0, 365, count))
    urban = np.array([town.urban for town in elders.towns])[elders.town]
    means = weighted(rng, ["ordinary", "low_income", "minimum_living", "destitute"], [940, 25, 29, 6], count)
    living = weighted(
        rng, ["with_family", "empty_nest", "alone", "left_behind", "lost_child"], [52, 29, 13, 5, 1], count
    )
    inside = ~np.isnat(moved_in)
    facts = Facts()
    facts.add(elders.ids, "residence", _codes(elders), since)
    facts.add(elders.ids, "urban_rural", np.where(urban, "urban", "rural"), since)
    facts.add(elders.ids, "economic_category", means, since)
    facts.add(elders.ids, "living_situation", living, since, moved_in)
    facts.add(
        elders.ids[inside], "living_situation", np.full(inside.sum(), "institution", dtype=object), moved_in[inside]
    )
    destitute = np.flatnonzero(means == "destitute")
    tier, _ = _tiers(rng, len(destitute))
    setting = np.where(inside[destitute], "institution", "home").astype(object)
    facts.add(elders.ids[destitute], "self_care_tier", tier, since[destitute])
    facts.add(elders.ids[destitute], "support_setting", setting, since[destitute])
    return facts


def destitute_facts(draw: Draw, part: str, elders: Elders) -> Facts:
    """Destitute elders with a history since 2018: a tenth changes tier, some move into central support."""
    rng = draw.stream(f"{part}.facts")
    count = len(elders)
    since = days(STORY_BEGINS, np.zeros(count, dtype=int))
    urban = np.array([town.urban for town in elders.towns])[elders.town]
    tier, setting = _tiers(rng, count)
    facts = Facts()
    facts.add(elders.ids, "residence", _codes(elders), since)
    facts.add(elders.ids, "urban_rural", np.where(urban, "urban", "rural"), since)
    _with_change(
        facts,
        rng,
        draw,
        elders.ids,
        "economic_category",
        np.full(count, "destitute", dtype=object),
        "minimum_living",
        0.03,
    )
    _with_change(facts, rng, draw, elders.ids, "self_care_tier", tier, "full", 0.10)
    _with_change(facts, rng, draw, elders.ids, "support_setting", setting, "institution", 0.08)
    return facts


def _with_change(
    facts: Facts, rng: np.random.Generator, draw: Draw, ids: Array, kind: str, before: Array, after: str, share: float
) -> None:
    """One value since 2018; for a share of the people another one since some later day."""
    count = len(ids)
    first = days(STORY_BEGINS, np.zeros(count, dtype=int))
    changes = (rng.random(count) < share) & (before != after)
    when = days(STORY_BEGINS, rng.integers(400, days_between(STORY_BEGINS, draw.today) - 200, count))
    facts.add(ids, kind, before, first, np.where(changes, when, np.datetime64("NaT")))
    facts.add(ids[changes], kind, np.full(changes.sum(), after, dtype=object), when[changes])


def _tiers(rng: np.random.Generator, count: int) -> tuple[Array, Array]:
    tier = weighted(rng, ["self", "half", "full"], [68, 19, 13], count)
    central = rng.random(count) < np.where(tier == "self", 0.15, 0.45)
    return tier, np.where(central, "institution", "home").astype(object)


def _codes(elders: Elders) -> Array:
    return np.array([town.code for town in elders.towns], dtype=object)[elders.town]
