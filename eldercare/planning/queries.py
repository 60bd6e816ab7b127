"""Figures of the plan indicators, counted from the facts of a division that the actor may see."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from eldercare.beds.queries import figures
from eldercare.beds.rules import BedType
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import current, in_subtree, session
from eldercare.homebeds.models import HomeBed
from eldercare.institutions.models import Institution
from eldercare.institutions.rules import Kind as InstitutionKind
from eldercare.planning.rules import Actual, Indicator, Plan, Row, judge, plans
from eldercare.regions.models import Region
from eldercare.regions.queries import find_region
from eldercare.regions.rules import Kind as RegionKind
from eldercare.regions.rules import Level


@dataclass(frozen=True)
class Choice:
    """A plan as an actor meets it: the division whose figures are shown, and whether it is the plan's whole area."""

    plan: Plan
    region: Region | None
    whole_area: bool


def choices(actor: Actor) -> list[Choice]:
    """Plans of the actor's divisions, of divisions below them, and of those above (then for the actor's part)."""
    found: list[Choice] = []
    for plan in plans().values():
        if plan.division is None:
            found.append(Choice(plan, None, True))
            continue
        region = find_region(plan.division)
        if region is None:
            continue
        if any(region.path.startswith(path) for path in actor.region_paths) or actor.is_system:
            found.append(Choice(plan, region, True))
        else:
            parts = sorted(path for path in actor.region_paths if path.startswith(region.path))
            own = [session().scalar(select(Region).where(Region.path == path)) for path in parts]
            found.extend(Choice(plan, part, False) for part in own if part is not None)
    return found


def rows(choice: Choice) -> list[Row]:
    """Every indicator of the plan with its figure, in the plan's order."""
    return _rows(choice, choice.plan.indicators)


def rows_of(choice: Choice, code: str) -> list[Row]:
    """The plan's rows of one indicator: one, or none."""
    return _rows(choice, [indicator for indicator in choice.plan.indicators if indicator.code == code])


def _rows(choice: Choice, indicators: Iterable[Indicator]) -> list[Row]:
    day = clock.today()
    return [
        judge(indicator, _actual(indicator, choice.region, day), day, whole_area=choice.whole_area)
        for indicator in indicators
    ]


def _actual(indicator: Indicator, region: Region | None, day: date) -> Actual | None:
    count = MEASURES.get(indicator.code)
    if region is None or count is None:
        return None
    return count(indicator, region.path, day)


def _open(path: str, day: date, *kinds: InstitutionKind) -> Select[Any]:
    """Institutions of the division that are open on the day, of some kinds or of all."""
    statement = select(Institution.id).where(
        in_subtree(Institution.region_path, path),
        or_(Institution.opened_on.is_(None), Institution.opened_on <= day),
        or_(Institution.closed_on.is_(None), Institution.closed_on > day),
    )
    return statement.where(Institution.kind.in_(kinds)) if kinds else statement


def _size(statement: Select[Any]) -> int:
    return session().scalar(select(func.count()).select_from(statement.subquery())) or 0


def _nursing_bed_share(_indicator: Indicator, path: str, day: date) -> Actual:
    at: datetime = clock.now()
    found = figures(at, _open(path, day, InstitutionKind.CARE_HOME))
    nursing = func.coalesce(func.sum(found.c.total).filter(found.c.bed_type == BedType.NURSING), 0)
    part, whole = session().execute(select(nursing, func.coalesce(func.sum(found.c.total), 0))).one()
    return Actual(int(part), int(whole))


def _home_beds(_indicator: Indicator, path: str, day: date) -> Actual:
    held = select(HomeBed.id).where(
        current(HomeBed), HomeBed.valid.contains(day), in_subtree(HomeBed.region_path, path)
    )
    return Actual(_size(held))


def _institutions(_indicator: Indicator, path: str, day: date) -> Actual:
    return Actual(_size(_open(path, day, InstitutionKind.CARE_HOME)))


def _facilities(_indicator: Indicator, path: str, day: date) -> Actual:
    return Actual(_size(_open(path, day)))


def _is_street() -> ColumnElement[bool]:
    """街道办事处 by its name; the others of the level are towns and townships."""
    return or_(Region.name.like("%街道"), Region.name.like("%街道办事处"))


def _towns(path: str, which: str) -> Select[Any]:
    """Towns, streets or both: administrative divisions of the level, zones left out."""
    statement = select(Region.path).where(
        Region.level == Level.TOWN, Region.kind == RegionKind.ADMINISTRATIVE, in_subtree(Region.path, path)
    )
    if which == "towns":
        return statement.where(~_is_street())
    return statement.where(_is_street()) if which == "streets" else statement


def _covered(path: str, day: date, which: str) -> Actual:
    """Of the towns and streets, those with an open centre of their own."""
    towns = _towns(path, which)
    centres = select(Institution.region_path).where(Institution.id.in_(_open(path, day, InstitutionKind.TOWN_CENTRE)))
    return Actual(_size(towns.where(Region.path.in_(centres))), _size(towns))


def _town_center_coverage(indicator: Indicator, path: str, day: date) -> Actual:
    return _covered(path, day, "towns" if indicator.measure == "towns" else "both")


def _street_center_coverage(_indicator: Indicator, path: str, day: date) -> Actual:
    return _covered(path, day, "streets")


def _large_centres(which: str) -> Callable[[Indicator, str, date], Actual]:
    def count(indicator: Indicator, path: str, day: date) -> Actual:
        large = _open(path, day, InstitutionKind.TOWN_CENTRE).where(
            Institution.floor_area_m2 >= (indicator.min_floor_area_m2 or 0),
            Institution.region_path.in_(_towns(path, which)),
        )
        return Actual(_size(large))

    return count


#: What can be counted from recorded facts; every other indicator waits for its figure.
MEASURES: dict[str, Callable[[Indicator, str, date], Actual]] = {
    "nursing_bed_share": _nursing_bed_share,
    "home_beds": _home_beds,
    "institutions": _institutions,
    "facilities": _facilities,
    "town_center_coverage": _town_center_coverage,
    "subdistrict_center_coverage": _street_center_coverage,
    "subdistrict_centers": _large_centres("streets"),
    "town_centers": _large_centres("towns"),
}
