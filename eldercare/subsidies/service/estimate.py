"""What one person would get in a month: the run's engine over a frame of one, nothing stored."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

import polars as pl

from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.errors import Invalid
from eldercare.core.i18n import N_, Text
from eldercare.packstore.queries import latest, pack_of
from eldercare.policy import Pack, load_packs, shipped_pack
from eldercare.subsidies import engine
from eldercare.subsidies.engine import Frame, Result
from eldercare.subsidies.engine.compute import GROUPING, known_periods, rules_in
from eldercare.subsidies.engine.frame import FACT_SCHEMA, PERSON_SCHEMA
from eldercare.subsidies.engine.segments import Month

_NOBODY = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Person:
    """The answers of a family. `division` (six places) counts before `county_group`."""

    birth_date: date
    economic_category: str
    ability: str
    setting: str
    urban: bool
    division: str | None = None
    county_group: str | None = None


@dataclass(frozen=True)
class EstimateLine:
    scheme: str
    title: Text
    amount_fen: int
    explanation: Text
    source: Text
    assumed: bool


@dataclass(frozen=True)
class EstimateSkip:
    scheme: str
    title: Text
    reason: Text


@dataclass(frozen=True)
class Estimate:
    month: Month
    lines: list[EstimateLine]
    skipped: list[EstimateSkip]

    @property
    def total_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)


def estimate(actor: Actor, *, jurisdiction: str, month: str, person: Person) -> Estimate:
    """Open to everybody. Raises Invalid naming the field, NoRuleInForce when the month has no rules."""
    del actor  # anybody may ask; nothing is read but published rules
    pack = pack_in_use(jurisdiction)
    try:
        when = Month.parse(month)
    except ValueError:
        raise Invalid.one("month", N_("Write the month as YYYY-MM, for example 2023-01.")) from None
    schemes = list(pack.schemes.values())
    rules_in(pack, schemes, when)
    _check_place(pack, when, person)
    if person.birth_date > when.last:
        raise Invalid.one("person.birth_date", N_("The birth date is after the month asked for."))
    return _told(pack, when, engine.compute(pack, schemes, when, frame_of(person, when)))


def pack_in_use(code: str) -> Pack:
    """The published pack, or the shipped one where none was published; only packs with schemes."""
    known = jurisdictions()
    if code not in known:
        raise Invalid.one(
            "jurisdiction",
            N_("No subsidy rules are known for %(code)s. Known: %(known)s."),
            code=code,
            known=", ".join(sorted(known)),
        )
    row = latest(code)
    return shipped_pack(code) if row is None else pack_of(row)


def jurisdictions() -> dict[str, Text]:
    """Codes and names of the packs that have subsidies."""
    return {code: pack.title for code, pack in load_packs().items() if pack.schemes}


def months_known(code: str) -> list[str]:
    """Stretches of months with rules, for a hint."""
    pack = pack_in_use(code)
    return known_periods(pack, list(pack.schemes.values()))


def latest_month(code: str) -> str:
    """The latest month with rules that is not in the future: where a family's question begins."""
    last = months_known(code)[-1].partition(" - ")[2]
    this = str(Month.of(clock.today()))
    return min(last, this) if last else this


def _check_place(pack: Pack, when: Month, person: Person) -> None:
    grouping = pack.grouping(GROUPING, when.first)
    if grouping is None or person.division is not None:
        return
    names = [group.key for group in grouping.groups]
    if person.county_group is None:
        raise Invalid.one(
            "person.county_group",
            N_("Give the division (six digits) or the county group (%(groups)s)."),
            groups=", ".join(names),
        )
    if person.county_group not in names:
        raise Invalid.one(
            "person.county_group", N_("There is no such county group. Known: %(groups)s."), groups=", ".join(names)
        )


def frame_of(person: Person, when: Month) -> Frame:
    """The answers as facts that hold for the whole month."""
    facts = {
        "economic_category": person.economic_category,
        "self_care_tier": person.ability,
        "support_setting": person.setting,
        "urban_rural": "urban" if person.urban else "rural",
        "residence": person.division,
        GROUPING: None if person.division else person.county_group,
    }
    rows = [
        (_NOBODY, None, kind, value, when.first, None, "answer") for kind, value in facts.items() if value is not None
    ]
    return Frame.of(
        pl.DataFrame([(_NOBODY, person.birth_date, None, None)], schema=PERSON_SCHEMA, orient="row"),
        pl.DataFrame(rows, schema=FACT_SCHEMA, orient="row"),
    )


def _told(pack: Pack, when: Month, result: Result) -> Estimate:
    lines = []
    for row in result.lines.iter_rows(named=True):
        scheme, trace = pack.schemes[row["scheme"]], json.loads(row["trace"])
        lines.append(
            EstimateLine(
                scheme=scheme.key,
                title=scheme.title,
                amount_fen=row["amount_fen"],
                explanation=engine.explain_line(pack, scheme.key, trace, row["amount_fen"]),
                source=engine.source_of(pack, scheme.key, trace),
                assumed=row["assumed"],
            )
        )
    skipped = [
        EstimateSkip(row["scheme"], pack.schemes[row["scheme"]].title, engine.explain_skip(row["reason"]))
        for row in result.skipped.iter_rows(named=True)
    ]
    return Estimate(when, lines, skipped)
