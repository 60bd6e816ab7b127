"""What an import would do: each record against what is known. Pure, so that preview and import decide alike."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from eldercare.core.errors import Problem
from eldercare.core.i18n import N_
from eldercare.institutions.imports.records import Record
from eldercare.institutions.rules import RatedPeriod, with_rating, without_rating

#: Facts that stand in the institution's own row.
OWN_FIELDS = (
    "name", "legal_name", "kind", "ownership", "nature", "uscc", "address", "phone", "filed_on", "opened_on",
    "licensed_beds", "floor_area_m2", "has_clinic", "price_low_fen", "price_high_fen", "latitude", "longitude",
    "introduction",
)  # fmt: skip
#: Facts of the report of a day.
REPORT_FIELDS = {
    "licensed_beds": "beds", "nursing_beds": "nursing_beds", "residents": "residents",
    "nursing_residents": "nursing_residents", "ordinary_beds": "ordinary_beds",
    "ordinary_residents": "ordinary_residents", "last_inspected_on": "last_inspected_on",
}  # fmt: skip


class Outcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class Known:
    """An institution as the register has it."""

    id: UUID
    region_path: str
    values: Mapping[str, Any]
    numbers: frozenset[str]
    ratings: tuple[RatedPeriod, ...]
    report: Mapping[str, Any] | None
    beds_mode: str


@dataclass(frozen=True)
class Snapshot:
    """All that planning looks at. `regions`: code -> (id, path); `in_scope`: may the importer write there."""

    regions: Mapping[str, tuple[UUID, str]]
    in_scope: Callable[[str], bool]
    by_number: Mapping[str, Known]
    by_uscc: Mapping[str, Known]


@dataclass
class Planned:
    """What becomes of one row."""

    record: Record
    outcome: Outcome
    known: Known | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)
    ratings: list[RatedPeriod] | None = None
    report: dict[str, Any] | None = None
    region: tuple[UUID, str] | None = None


def plan(records: Sequence[Record], snapshot: Snapshot, *, as_of_given: bool) -> list[Planned]:
    """`as_of_given`: the file itself says for which day its figures hold."""
    return [_plan_one(record, snapshot, as_of_given) for record in records]


def plan_hash(planned: Sequence[Planned]) -> str:
    """Equal exactly when the same things would happen."""
    rows = [
        [item.record.number, item.outcome, str(item.known.id) if item.known else None, item.changes,
         [[p.field, p.msgid, p.params] for p in item.record.problems]]
        for item in planned
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False, default=str).encode()).hexdigest()


def _plan_one(record: Record, snapshot: Snapshot, as_of_given: bool) -> Planned:
    if record.problems:
        return Planned(record, Outcome.REFUSED)
    values = record.values
    known = _find(record, snapshot)
    region = snapshot.regions.get(values["region"])
    outside = region is None or not snapshot.in_scope(region[1])
    if record.problems or outside or (known is not None and not snapshot.in_scope(known.region_path)):
        if not record.problems:  # one sentence for unknown and foreign: a refusal reveals neither
            sentence = N_("The division %(code)s is unknown, or this row lies outside your scope.")
            record.problems.append(Problem("region", sentence, {"code": values["region"]}, record.number))
        return Planned(record, Outcome.REFUSED)
    if known is None:
        changes = [{"field": name, "from": None, "to": _shown(values[name])} for name in _stated(values)]
        item = Planned(record, Outcome.NEW, None, changes, region=region)
        item.ratings = _ratings((), values)
        item.report = _report(values)
        return item
    return _compare(record, known, region, as_of_given)


def _find(record: Record, snapshot: Snapshot) -> Known | None:
    number, uscc = record.values.get("number"), record.values.get("uscc")
    by_number = snapshot.by_number.get(number) if number else None
    by_uscc = snapshot.by_uscc.get(uscc) if uscc else None
    if by_number is not None and by_uscc is not None and by_number.id != by_uscc.id:
        sentence = N_("The number and the credit code belong to two different institutions.")
        record.problems.append(Problem("uscc", sentence, {}, record.number))
    return by_number or by_uscc


def _compare(record: Record, known: Known, region: tuple[UUID, str] | None, as_of_given: bool) -> Planned:
    values = record.values
    item = Planned(record, Outcome.UNCHANGED, known, region=region)
    report = known.report
    if report is not None and as_of_given and values["as_of"] < report["as_of"]:
        sentence = N_("These figures are of %(day)s; newer ones of %(newer)s are already recorded.")
        params = {"day": values["as_of"].isoformat(), "newer": report["as_of"].isoformat()}
        record.problems.append(Problem("as_of", sentence, params, record.number))
        return Planned(record, Outcome.REFUSED, known)
    for name in OWN_FIELDS:
        if name in values and values[name] != known.values.get(name):
            item.changes.append({"field": name, "from": _shown(known.values.get(name)), "to": _shown(values[name])})
    if region is not None and region[1] != known.region_path:
        item.changes.append({"field": "region", "from": known.region_path, "to": region[1]})
    if "number" in values and values["number"] not in known.numbers:
        item.changes.append({"field": "number", "from": None, "to": values["number"]})
    _compare_report(item, values, report, as_of_given)
    _compare_ratings(item, values, known.ratings)
    if item.changes:
        item.outcome = Outcome.CHANGED
    return item


def _compare_report(item: Planned, values: dict[str, Any], report: Mapping[str, Any] | None, as_of_given: bool) -> None:
    new = _report(values)
    if new is None:
        return
    before = report or {}
    if (as_of_given or report is None) and before.get("as_of") != values["as_of"]:
        item.changes.append({"field": "as_of", "from": _shown(before.get("as_of")), "to": _shown(values["as_of"])})
        item.report = {**before, **new, "as_of": values["as_of"]}
    for name, value in new.items():
        if name == "as_of" or before.get(name) == value:
            continue
        if name != "beds":  # shown already as the institution's licensed beds
            item.changes.append({"field": name, "from": _shown(before.get(name)), "to": _shown(value)})
        item.report = {**before, **new, "as_of": values["as_of"]}


def _compare_ratings(item: Planned, values: dict[str, Any], before: tuple[RatedPeriod, ...]) -> None:
    ratings = _ratings(before, values)
    if ratings is None or ratings == list(before):
        return
    item.ratings = ratings
    old, new = _stars_on(before, values["as_of"]), _stars_on(ratings, values["as_of"])
    item.changes.append({"field": "stars", "from": _shown(old), "to": _shown(new)})


def _ratings(before: tuple[RatedPeriod, ...], values: dict[str, Any]) -> list[RatedPeriod] | None:
    if values.get("rating_footnote"):
        return without_rating(before, values["as_of"])
    if "stars" not in values:
        return None
    since = values.get("rated_on") or values["as_of"]
    periods = with_rating(before, values["stars"], since)
    until: date | None = values.get("rated_until")
    if until is None:
        return periods
    return [
        RatedPeriod(p.stars, p.since, until) if p.since <= since < (p.until or date.max) and p.until is None else p
        for p in periods
    ]


def _stars_on(periods: Sequence[RatedPeriod], day: date) -> int | None:
    holding = [p.stars for p in periods if p.since <= day and (p.until is None or day < p.until)]
    return holding[0] if holding else None


def _report(values: dict[str, Any]) -> dict[str, Any] | None:
    stated = {ours: values[name] for name, ours in REPORT_FIELDS.items() if name in values}
    return {**stated, "as_of": values["as_of"]} if stated else None


def _stated(values: dict[str, Any]) -> list[str]:
    return [name for name in values if name != "rating_footnote"]


def _shown(value: Any) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
