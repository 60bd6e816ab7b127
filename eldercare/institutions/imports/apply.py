"""Writing a plan into the register. Part of the import's one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import Range

from eldercare.audit import service as audit
from eldercare.core import clock, facts
from eldercare.core.actor import Actor
from eldercare.core.db import lock_rows, session
from eldercare.core.effects import emit
from eldercare.institutions.imports import queries
from eldercare.institutions.imports.mapping import Mapping
from eldercare.institutions.imports.plan import OWN_FIELDS, Outcome, Planned
from eldercare.institutions.imports.records import kept, occupied_beds
from eldercare.institutions.models import Institution, InstitutionNumber, InstitutionRating, InstitutionReport
from eldercare.institutions.rules import BedsMode, RatedPeriod
from eldercare.institutions.service import move_rows, put_search_words
from eldercare.regions.queries import prefixes, regions_by_path


def apply(actor: Actor, planned: Sequence[Planned], mapping: Mapping, *, source: str) -> dict[int, UUID]:
    """Write all new and changed rows; `{row number: institution id}`."""
    writing = [item for item in planned if item.outcome in (Outcome.NEW, Outcome.CHANGED)]
    known = {row.id: row for row in lock_rows(Institution, [item.known.id for item in writing if item.known])}
    names = _region_names(writing)
    written: dict[int, UUID] = {}
    for item in writing:
        institution = known[item.known.id] if item.known else _new(actor, item, mapping)
        _put(actor, institution, item, names)
        written[item.record.number] = institution.id
    session().flush()
    for item in writing:
        row = known[item.known.id] if item.known else session().get_one(Institution, written[item.record.number])
        _put_number(row, item, mapping)
        _put_report(actor, row, item, mapping)
    session().flush()
    _put_ratings(actor, writing, written, mapping, source)
    for item in writing:
        row = session().get_one(Institution, written[item.record.number])
        _tell(actor, row, item, mapping)
    return written


def _region_names(writing: Sequence[Planned]) -> dict[str, list[str]]:
    paths = {item.region[1] for item in writing if item.region}
    found = regions_by_path(paths)
    names: dict[str, list[str]] = {}
    for path in paths:
        regions = [found[prefix] for prefix in prefixes(path)[1:] if prefix in found]
        names[path] = [name for region in regions for name in (region.name, region.name_en) if name]
    return names


def _new(actor: Actor, item: Planned, mapping: Mapping) -> Institution:
    mode = BedsMode.COUNTS if _counts(item, mapping) else BedsMode.SINGLE
    institution = Institution(id=uuid4(), beds_mode=mode, updated_by=actor.label)
    session().add(institution)
    return institution


def _put(actor: Actor, institution: Institution, item: Planned, names: dict[str, list[str]]) -> None:
    values = item.record.values
    for name in OWN_FIELDS:
        if name in values:
            setattr(institution, name, values[name])
    assert item.region is not None  # rows without a division were refused
    if item.known is not None and item.region[1] != item.known.region_path:
        move_rows(institution.id, item.region[1])
    institution.region_id, institution.region_path = item.region
    institution.updated_at, institution.updated_by = clock.now(), actor.label
    put_search_words(institution, names[item.region[1]])


def _put_number(institution: Institution, item: Planned, mapping: Mapping) -> None:
    number = item.record.values.get("number")
    if number is None or (item.known is not None and number in item.known.numbers):
        return
    session().add(
        InstitutionNumber(
            institution_id=institution.id,
            region_path=institution.region_path,
            source=mapping.register,
            number=number,
        )
    )


def _put_report(actor: Actor, institution: Institution, item: Planned, mapping: Mapping) -> None:
    if item.report is None:
        return
    before = queries.latest_reports([institution.id], mapping.register).get(institution.id) if item.known else None
    if before is not None and before.as_of == item.report["as_of"]:
        before.superseded_at = clock.now()
        session().flush()
    session().add(
        InstitutionReport(
            institution_id=institution.id,
            region_path=institution.region_path,
            source=mapping.register,
            recorded_by=actor.label,
            warnings=[kept(warning) for warning in item.record.warnings],
            **item.report,
        )
    )


def _put_ratings(
    actor: Actor, writing: Sequence[Planned], written: dict[int, UUID], mapping: Mapping, source: str
) -> None:
    """Supersede what no longer holds, then add the new periods: in this order, because periods may not overlap."""
    rated = {written[item.record.number]: item for item in writing if item.ratings is not None}
    if not rated or mapping.rating_scheme is None:
        return
    certificates: dict[tuple[UUID, RatedPeriod], InstitutionRating] = {}
    for rating in queries.current_ratings(rated, mapping.rating_scheme):
        period = queries.period_of(rating)
        if period in (rated[rating.institution_id].ratings or []):
            certificates[rating.institution_id, period] = rating
        else:
            rating.superseded_at = clock.now()
    session().flush()
    for institution_id, item in rated.items():
        for period in item.ratings or []:
            if (institution_id, period) not in certificates:
                session().add(_rating(actor, institution_id, item, period, mapping, source))
    session().flush()


def _rating(
    actor: Actor, institution_id: UUID, item: Planned, period: RatedPeriod, mapping: Mapping, source: str
) -> InstitutionRating:
    assert item.region is not None
    return InstitutionRating(
        institution_id=institution_id,
        region_path=item.region[1],
        scheme=mapping.rating_scheme or "",
        stars=period.stars,
        valid=Range(period.since, period.until),
        certificate=item.record.values.get("certificate"),
        source=source,
        recorded_by=actor.label,
    )


def _counts(item: Planned, mapping: Mapping) -> list[dict[str, Any]]:
    """Bed counts that the row states whole: beds and residents of a type. Nothing is inferred."""
    values, found = item.record.values, []
    for rule in mapping.bed_counts:
        total, residents = values.get(rule.total), values.get(rule.occupied)
        if total is not None and residents is not None:
            found.append(
                {
                    "bed_type": rule.bed_type,
                    "total": total,
                    "occupied": occupied_beds(residents),
                    "reported_average": residents,
                    "as_of": values["as_of"],
                }
            )
    return found


def _tell(actor: Actor, institution: Institution, item: Planned, mapping: Mapping) -> None:
    """Higher slices take their facts; the feed and the audit learn of the change."""
    counts = _counts(item, mapping) if item.report and institution.beds_mode == BedsMode.COUNTS else []
    emit(
        "institutions.imported",
        institution_id=institution.id,
        bed_counts=counts,
        last_inspection=item.record.values.get("last_inspected_on"),
        source=mapping.register,
    )
    facts.record_change(
        actor,
        kind="institution.imported",
        subject_type="institution",
        subject_id=institution.id,
        region_path=institution.region_path,
        institution_id=institution.id,
        valid_from=item.record.values["as_of"],
    )
    audit.record(
        action=f"registry.institution.{'create' if item.known is None else 'change'}",
        subject_type="institution",
        subject_id=institution.id,
        before={change["field"]: change["from"] for change in item.changes} if item.known else None,
        after={change["field"]: change["to"] for change in item.changes},
        region_path=institution.region_path,
    )
