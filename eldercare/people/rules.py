"""Elders and their dated circumstances: what kinds of facts there are and which values they take. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from eldercare.core.actor import Actor
from eldercare.core.errors import Invalid, Problem
from eldercare.core.i18n import N_


class Kind(StrEnum):
    """What a circumstance tells. Each holds for a range of days and is never overwritten."""

    ECONOMIC_CATEGORY = "economic_category"
    SELF_CARE_TIER = "self_care_tier"
    SUPPORT_SETTING = "support_setting"
    URBAN_RURAL = "urban_rural"
    LIVING_SITUATION = "living_situation"
    DISABILITY = "disability"
    LTCI = "ltci"
    RESIDENCE = "residence"
    HUKOU = "hukou"
    DEATH = "death"


class Sex(StrEnum):
    FEMALE = "f"
    MALE = "m"


class Ground(StrEnum):
    """Why somebody who is not the official of the elder's division may see the elder."""

    STAY = "stay"
    TASK = "task"
    FAMILY = "family"


class Origin(StrEnum):
    """Where a fact comes from."""

    OFFICE = "office"
    IMPORT = "import"
    ASSESSMENT = "assessment"
    DEMO = "demo"


#: Allowed values by kind; kinds that are not here take a code (see PATTERNS).
VALUES: Mapping[Kind, Mapping[str, str]] = {
    Kind.ECONOMIC_CATEGORY: {
        "destitute": N_("Destitute (tekun)"),  # 特困
        "minimum_living": N_("Minimum living allowance"),  # 低保
        "low_income": N_("Low income (margin)"),  # 低保边缘
        "ordinary": N_("Ordinary"),
    },
    Kind.SELF_CARE_TIER: {  # 特困人员自理能力
        "self": N_("Cares for self"),  # 全自理
        "half": N_("Half care"),  # 半护理
        "full": N_("Full care"),  # 全护理
    },
    Kind.SUPPORT_SETTING: {"home": N_("Supported at home"), "institution": N_("Supported in an institution")},
    Kind.URBAN_RURAL: {"urban": N_("Urban"), "rural": N_("Rural")},
    Kind.LIVING_SITUATION: {
        "with_family": N_("Lives with family"),
        "alone": N_("Lives alone"),  # 独居
        "empty_nest": N_("Empty nest"),  # 空巢
        "left_behind": N_("Left behind"),  # 留守
        "lost_child": N_("Lost the only child"),  # 失独
        "institution": N_("Lives in an institution"),
    },
    Kind.LTCI: {
        "none": N_("Not insured"),
        "insured": N_("Insured"),
        "beneficiary": N_("Receives benefits"),
    },
    Kind.DEATH: {"dead": N_("Died")},
}

DISABILITY_TYPES: Mapping[str, str] = {
    "visual": N_("Visual"),
    "hearing": N_("Hearing"),
    "speech": N_("Speech"),
    "physical": N_("Physical"),
    "intellectual": N_("Intellectual"),
    "mental": N_("Mental"),
    "multiple": N_("Multiple"),
}

#: Kinds whose value is a code: a division code, or a disability type with its degree 1 (gravest) to 4.
PATTERNS: Mapping[Kind, str] = {
    Kind.RESIDENCE: r"[0-9a-zA-Z][0-9a-zA-Z-]{1,39}",
    Kind.HUKOU: r"[0-9a-zA-Z][0-9a-zA-Z-]{1,39}",
    Kind.DISABILITY: r"none|(" + "|".join(DISABILITY_TYPES) + r"):[1-4]",
}

KIND_LABELS: Mapping[Kind, str] = {
    Kind.ECONOMIC_CATEGORY: N_("Economic category"),
    Kind.SELF_CARE_TIER: N_("Self-care tier of the destitute"),
    Kind.SUPPORT_SETTING: N_("Mode of support"),
    Kind.URBAN_RURAL: N_("Urban or rural"),
    Kind.LIVING_SITUATION: N_("Living situation"),
    Kind.DISABILITY: N_("Disability certificate"),
    Kind.LTCI: N_("Long-term care insurance"),
    Kind.RESIDENCE: N_("Residence"),
    Kind.HUKOU: N_("Household registration"),
    Kind.DEATH: N_("Death"),
}

SEX_LABELS: Mapping[Sex, str] = {Sex.FEMALE: N_("Female"), Sex.MALE: N_("Male")}
GROUND_LABELS: Mapping[Ground, str] = {
    Ground.STAY: N_("Stay in an institution"),
    Ground.TASK: N_("Task"),
    Ground.FAMILY: N_("Family"),
}
ORIGIN_LABELS: Mapping[Origin, str] = {
    Origin.OFFICE: N_("Civil affairs office"),
    Origin.IMPORT: N_("Import"),
    Origin.ASSESSMENT: N_("Assessment"),
    Origin.DEMO: N_("Demo"),
}


#: What an institution may record of its residents. Economic facts decide over money: the office records them.
INSTITUTION_KINDS = frozenset({Kind.LIVING_SITUATION, Kind.DEATH})


def rows_of_institutions(actor: Actor) -> bool:
    """The actor works for institutions, not for a division."""
    return bool(actor.institution_ids) and not actor.region_paths and not actor.is_system


def is_value(kind: Kind, value: str) -> bool:
    if kind in VALUES:
        return value in VALUES[kind]
    return re.fullmatch(PATTERNS[kind], value) is not None


def check_value(kind: Kind, value: str) -> None:
    """Raise Invalid unless `kind` takes `value`."""
    if not is_value(kind, value):
        raise Invalid.one("value", N_("This kind of fact does not take this value."))


def check_range(valid_from: date, valid_to: date | None, *, birth_date: date, today: date, kind: Kind) -> None:
    """`valid_to` is the first day on which the fact no longer holds. Raises Invalid naming the field."""
    problems = []
    if valid_from < birth_date:
        problems.append(Problem("valid_from", N_("This day is before the birth date.")))
    if valid_to is not None and valid_to <= valid_from:
        problems.append(Problem("valid_to", N_("The end must be after the beginning.")))
    if kind in (Kind.DEATH, Kind.RESIDENCE, Kind.HUKOU) and valid_from > today:
        problems.append(Problem("valid_from", N_("This cannot be recorded for a day in the future.")))
    if kind is Kind.DEATH and valid_to is not None:
        problems.append(Problem("valid_to", N_("A death has no end.")))
    if problems:
        raise Invalid(problems)


def remainders(start: date, end: date | None, cut_from: date, cut_to: date | None) -> list[tuple[date, date | None]]:
    """The days of `[start, end)` outside `[cut_from, cut_to)`; None means without end. Both ranges overlap."""
    found: list[tuple[date, date | None]] = []
    if start < cut_from:
        found.append((start, cut_from))
    if cut_to is not None and (end is None or cut_to < end):
        found.append((cut_to, end))
    return found


def value_msgid(kind: Kind, value: str) -> str:
    """The English name of a value; codes stand for themselves."""
    return VALUES[kind].get(value, value) if kind in VALUES else value


def age_on(birth_date: date, day: date) -> int:
    """Whole years; one born on 29 February has the birthday on 1 March in common years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
