"""The words of the register and its pure decisions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from eldercare.core.i18n import N_
from eldercare.core.pinyin import folded, spelled


class Kind(StrEnum):
    CARE_HOME = "care_home"  # 养老机构
    TOWN_CENTRE = "town_centre"  # 镇街综合养老服务中心
    STATION = "station"  # 社区养老服务站
    DAY_CARE = "day_care"  # 日间照料中心
    RURAL_HOME = "rural_home"  # 农村幸福院


class Ownership(StrEnum):
    PUBLIC = "public"  # 公办
    DELEGATED = "delegated"  # 公建民营, 委托运营
    PRIVATE = "private"  # 民办


class Nature(StrEnum):
    PUBLIC_UNIT = "public_unit"  # 事业单位
    NONPROFIT = "nonprofit"  # 民办非企业单位
    PROFIT = "profit"  # 营利性


class BedsMode(StrEnum):
    """How the institution tells its beds: each one, or counts by type."""

    SINGLE = "single"
    COUNTS = "counts"


class PaperKind(StrEnum):
    FILING = "filing"  # 备案回执
    REGISTRATION = "registration"  # 登记证书
    FIRE = "fire"  # 消防
    FOOD = "food"  # 食品经营许可
    MEDICAL = "medical"  # 医疗机构执业许可
    INSURANCE = "insurance"  # 综合责任险


#: Rating scheme of the national standard; a foreign register brings its own (`cms-overall`).
NATIONAL_SCHEME = "gbt37276-2018"
SCHEMES: dict[str, str] = {
    NATIONAL_SCHEME: N_("GB/T 37276-2018 star rating"),
    "cms-overall": N_("CMS overall rating (United States)"),
}

LABELS: dict[str, str] = {
    "care_home": N_("Care home"),
    "town_centre": N_("Town or street care centre"),
    "station": N_("Community care station"),
    "day_care": N_("Day care centre"),
    "rural_home": N_("Rural happiness home"),
    "public": N_("Publicly run"),
    "delegated": N_("Public, privately run"),
    "private": N_("Privately run"),
    "public_unit": N_("Public institution"),
    "nonprofit": N_("Non-profit"),
    "profit": N_("For profit"),
    "single": N_("Each bed"),
    "counts": N_("Counts by type"),
    "filing": N_("Filing receipt"),
    "registration": N_("Registration certificate"),
    "fire": N_("Fire safety approval"),
    "food": N_("Food business licence"),
    "medical": N_("Medical institution licence"),
    "insurance": N_("Liability insurance"),
}

#: Facts as people name them, for the list of changes.
FACT_NAMES: dict[str, str] = {
    "number": N_("Number in the register"), "name": N_("Name of the institution"), "legal_name": N_("Registered name"), "kind": N_("Kind"),
    "ownership": N_("Ownership"), "nature": N_("Legal nature"), "uscc": N_("Unified social credit code"),
    "address": N_("Address"), "phone": N_("Telephone"), "region": N_("Division"), "filed_on": N_("Filed on"),
    "opened_on": N_("Opened on"), "licensed_beds": N_("Licensed beds"), "nursing_beds": N_("Nursing beds"),
    "ordinary_beds": N_("Ordinary beds"), "residents": N_("Residents"),
    "nursing_residents": N_("Residents in nursing beds"), "ordinary_residents": N_("Residents in ordinary beds"),
    "floor_area_m2": N_("Floor area (m²)"), "has_clinic": N_("Clinic in house"),
    "price_low_fen": N_("Lowest monthly price (fen)"), "price_high_fen": N_("Highest monthly price (fen)"),
    "latitude": N_("Latitude"), "longitude": N_("Longitude"), "introduction": N_("Introduction for families"),
    "stars": N_("Stars"), "rated_on": N_("Rated on"), "rated_until": N_("Rating valid until"),
    "certificate": N_("Certificate"), "last_inspected_on": N_("Last inspection"), "as_of": N_("Day of the figures"),
}  # fmt: skip


def search_key(name: str, address: str = "", region_names: Iterable[str] = ()) -> str:
    """What text search looks through: name, address and divisions as written, spelled and by initials.

    Parts are separated by '|', so that no match runs over from one into the next.
    """
    parts: list[str] = []
    for text in (name, *region_names):
        pinyin, initials = spelled(text)
        parts += [folded(text), pinyin, initials]
    parts.append(folded(address))
    return "|".join(dict.fromkeys(part for part in parts if part))


@dataclass(frozen=True)
class RatedPeriod:
    """Stars that hold from a day; `until` is the first day they no longer hold (None: open)."""

    stars: int
    since: date
    until: date | None = None


def with_rating(periods: Sequence[RatedPeriod], stars: int, since: date) -> list[RatedPeriod]:
    """The periods after a source says `stars` as of `since`; equal stars change nothing.

    What held before stays, what the source now denies ends the day before; a later period stays later.
    """
    ordered = sorted(periods, key=lambda period: period.since)
    holding = next((p for p in ordered if p.since <= since and (p.until is None or since < p.until)), None)
    if holding is not None and holding.stars == stars:
        return ordered
    later = [p for p in ordered if p.since > since]
    kept = [p for p in ordered if p.since < since and p is not holding]
    until = later[0].since if later else None
    if holding is not None:
        until = holding.until
        if holding.since < since:
            kept.append(RatedPeriod(holding.stars, holding.since, since))
    return [*kept, RatedPeriod(stars, since, until), *later]


def without_rating(periods: Sequence[RatedPeriod], since: date) -> list[RatedPeriod]:
    """The periods after a source says that no rating holds as of `since`."""
    result: list[RatedPeriod] = []
    for period in sorted(periods, key=lambda p: p.since):
        if period.since >= since:
            continue
        ended = period.until is None or period.until > since
        result.append(RatedPeriod(period.stars, period.since, since) if ended else period)
    return result


def like_pattern(key: str) -> str:
    """A LIKE pattern that finds the folded text anywhere, its own signs taken literally."""
    escaped = key.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
