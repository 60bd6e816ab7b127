"""What an import is compared with, and the imports themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, current, session
from eldercare.core.errors import NotFound
from eldercare.core.scope import within
from eldercare.core.web import Page
from eldercare.institutions.imports.mapping import Mapping
from eldercare.institutions.imports.plan import OWN_FIELDS, REPORT_FIELDS, Known, Snapshot
from eldercare.institutions.imports.records import Record
from eldercare.institutions.models import (
    Institution,
    InstitutionImport,
    InstitutionImportRow,
    InstitutionNumber,
    InstitutionRating,
    InstitutionReport,
)
from eldercare.institutions.rules import RatedPeriod
from eldercare.regions.models import Region


def snapshot(actor: Actor, records: Sequence[Record], mapping: Mapping) -> Snapshot:
    """What the register knows of the rows' institutions.

    Read as the system: a number that exists outside the actor's scope must not be taken twice. Planning refuses such
    rows with the sentence that unknown divisions get.
    """
    numbers = [record.values["number"] for record in records if "number" in record.values]
    codes = [record.values["uscc"] for record in records if "uscc" in record.values]
    divisions = {record.values["region"] for record in records if "region" in record.values}
    with acting_as(Actor.system("registry.import", actor.request_id)):
        numbered = _numbered(mapping.register, numbers)
        coded = {row.uscc: row.id for row in _in_chunks(Institution.uscc, codes) if row.uscc is not None}
        known = _known({*numbered.values(), *coded.values()}, mapping)
    regions = session().scalars(select(Region).where(Region.code.in_(divisions)))
    return Snapshot(
        regions={region.code: (region.id, region.path) for region in regions},
        in_scope=lambda path: actor.is_system or within(path, actor.region_paths),
        by_number={number: known[found] for number, found in numbered.items()},
        by_uscc={code: known[found] for code, found in coded.items()},
    )


def _in_chunks(column: Any, values: Sequence[Any]) -> Iterable[Institution]:
    return session().scalars(select(Institution).where(column.in_(values))).all() if values else []


def _numbered(register: str, numbers: Sequence[str]) -> dict[str, UUID]:
    statement = select(InstitutionNumber.number, InstitutionNumber.institution_id).where(
        InstitutionNumber.source == register, InstitutionNumber.number.in_(numbers)
    )
    return {row.number: row.institution_id for row in session().execute(statement)}


def _known(ids: set[UUID], mapping: Mapping) -> dict[UUID, Known]:
    numbers: dict[UUID, set[str]] = {}
    own = select(InstitutionNumber).where(
        InstitutionNumber.institution_id.in_(ids), InstitutionNumber.source == mapping.register
    )
    for number in session().scalars(own):
        numbers.setdefault(number.institution_id, set()).add(number.number)
    ratings: dict[UUID, list[RatedPeriod]] = {}
    for rating in current_ratings(ids, mapping.rating_scheme):
        ratings.setdefault(rating.institution_id, []).append(period_of(rating))
    reports = latest_reports(ids, mapping.register)
    return {
        row.id: Known(
            id=row.id,
            region_path=row.region_path,
            values={name: getattr(row, name) for name in OWN_FIELDS},
            numbers=frozenset(numbers.get(row.id, ())),
            ratings=tuple(ratings.get(row.id, ())),
            report=_report_facts(reports.get(row.id)),
            beds_mode=row.beds_mode,
        )
        for row in session().scalars(select(Institution).where(Institution.id.in_(ids)))
    }


def current_ratings(ids: Iterable[UUID], scheme: str | None) -> Sequence[InstitutionRating]:
    statement = (
        select(InstitutionRating)
        .where(
            InstitutionRating.institution_id.in_(list(ids)),
            InstitutionRating.scheme == scheme,
            current(InstitutionRating),
        )
        .order_by(InstitutionRating.institution_id, func.lower(InstitutionRating.valid))
    )
    return session().scalars(statement).all()


def period_of(rating: InstitutionRating) -> RatedPeriod:
    since = rating.valid.lower
    assert since is not None  # the table forbids an unbounded beginning
    return RatedPeriod(rating.stars, since, rating.valid.upper)


def latest_reports(ids: Iterable[UUID], register: str) -> dict[UUID, InstitutionReport]:
    statement = (
        select(InstitutionReport)
        .where(
            InstitutionReport.institution_id.in_(list(ids)),
            InstitutionReport.source == register,
            current(InstitutionReport),
        )
        .order_by(InstitutionReport.institution_id, InstitutionReport.as_of)
    )
    return {report.institution_id: report for report in session().scalars(statement)}  # the last one stays


def _report_facts(report: InstitutionReport | None) -> dict[str, Any] | None:
    if report is None:
        return None
    facts: dict[str, Any] = {name: getattr(report, name) for name in REPORT_FIELDS.values()}
    stated = {name: value for name, value in facts.items() if value is not None}
    return {**stated, "as_of": report.as_of}


# --- the imports themselves -----------------------------------------------------------------------------------------


def list_imports(page: int, per_page: int) -> Page[InstitutionImport]:
    """Newest first."""
    total = session().scalar(select(func.count(InstitutionImport.id))) or 0
    statement = (
        select(InstitutionImport)
        .order_by(InstitutionImport.created_at.desc(), InstitutionImport.id)
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    return Page(session().scalars(statement).all(), total, page, per_page)


def get_import(import_id: UUID) -> InstitutionImport:
    found = session().scalar(select(InstitutionImport).where(InstitutionImport.id == import_id))
    if found is None:
        raise NotFound
    return found


def list_rows(import_id: UUID, outcome: str, page: int, per_page: int) -> Page[InstitutionImportRow]:
    mine = (InstitutionImportRow.import_id == import_id, InstitutionImportRow.outcome == outcome)
    total = session().scalar(select(func.count()).select_from(InstitutionImportRow).where(*mine)) or 0
    statement = select(InstitutionImportRow).where(*mine).order_by(InstitutionImportRow.number)
    rows = session().scalars(statement.limit(per_page).offset((page - 1) * per_page)).all()
    return Page(rows, total, page, per_page)


def warned_rows(import_id: UUID, limit: int = 200) -> Sequence[InstitutionImportRow]:
    statement = (
        select(InstitutionImportRow)
        .where(InstitutionImportRow.import_id == import_id, func.jsonb_array_length(InstitutionImportRow.warnings) > 0)
        .order_by(InstitutionImportRow.number)
        .limit(limit)
    )
    return session().scalars(statement).all()


def refused_rows(import_id: UUID) -> Sequence[InstitutionImportRow]:
    statement = (
        select(InstitutionImportRow)
        .where(InstitutionImportRow.import_id == import_id, InstitutionImportRow.outcome == "refused")
        .order_by(InstitutionImportRow.number)
    )
    return session().scalars(statement).all()
