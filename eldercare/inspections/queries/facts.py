"""The facts from which dues and schedules are made, read for one division in a handful of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Date, func, literal, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from eldercare.core.db import current, in_subtree, session
from eldercare.inspections.models import (
    ConflictOfInterest,
    InspectionRecord,
    InspectionVisit,
    Inspector,
    InspectorLeave,
    VisitMember,
)
from eldercare.inspections.rules import Subject
from eldercare.institutions.models import Institution, InstitutionRating
from eldercare.institutions.rules import Kind


@dataclass(frozen=True, slots=True)
class Place:
    """An institution with what its dues depend on."""

    id: UUID
    name: str
    region_path: str
    subject: Subject
    last_inspectors: tuple[str, ...]


def places(path: str, as_of: date, text: str = "") -> list[Place]:
    """Care homes of the subtree open on the day, with last inspection, filing and rating."""
    where: list[ColumnElement[bool]] = [
        in_subtree(Institution.region_path, path),
        Institution.kind == Kind.CARE_HOME,
        or_(Institution.closed_on.is_(None), Institution.closed_on > as_of),
        or_(Institution.opened_on.is_(None), Institution.opened_on <= as_of),
    ]
    if text:
        where.append(Institution.search_key.contains(text, autoescape=True))
    statement = select(Institution.id, Institution.name, Institution.region_path, Institution.filed_on).where(*where)
    rows = session().execute(statement.order_by(Institution.id)).all()
    last, ratings = last_inspections(path, as_of), _ratings_until(path, as_of)
    found = []
    for row in rows:
        inspected_on, who = last.get(row.id, (None, ()))
        subject = Subject(row.filed_on, inspected_on, ratings.get(row.id))
        found.append(Place(row.id, row.name, row.region_path, subject, who))
    return found


def last_inspections(path: str, as_of: date) -> dict[UUID, tuple[date, tuple[str, ...]]]:
    """{institution: (day of the last inspection up to `as_of`, who made it)}"""
    record = InspectionRecord
    statement = (
        select(record.institution_id, record.on_date, record.inspector_ids)
        .where(in_subtree(record.region_path, path), record.on_date <= as_of, current(record))
        .order_by(record.institution_id, record.on_date.desc(), record.id)
        .ext(distinct_on(record.institution_id))
    )
    return {row.institution_id: (row.on_date, tuple(row.inspector_ids)) for row in session().execute(statement)}


def _ratings_until(path: str, as_of: date) -> dict[UUID, date]:
    """The last day of the newest rating that had begun; ratings without end are left out."""
    rating = InstitutionRating
    statement = (
        select(rating.institution_id, func.upper(rating.valid, type_=Date).label("end"))
        .where(in_subtree(rating.region_path, path), current(rating), func.lower(rating.valid, type_=Date) <= as_of)
        .order_by(rating.institution_id, func.lower(rating.valid).desc(), rating.id)
        .ext(distinct_on(rating.institution_id))
    )
    ends = {row.institution_id: row.end for row in session().execute(statement)}
    return {key: end - timedelta(days=1) for key, end in ends.items() if end is not None}


def inspectors_for(path: str, first: date) -> Sequence[Inspector]:
    """Inspectors who may act somewhere in the subtree and are still in office on `first`."""
    area = Inspector.region_path
    statement = select(Inspector).where(
        or_(in_subtree(area, path), func.starts_with(literal(path), area)),
        or_(Inspector.ended_on.is_(None), Inspector.ended_on >= first),
    )
    return session().scalars(statement.order_by(Inspector.id)).all()


def leaves_of(ids: Iterable[UUID], first: date, last: date) -> dict[UUID, list[tuple[date, date]]]:
    """{inspector: [(first day, last day)]} of leaves that touch the period."""
    leave = InspectorLeave
    statement = select(leave.inspector_id, leave.days).where(
        leave.inspector_id.in_(list(ids)),
        current(leave),
        func.lower(leave.days, type_=Date) <= last,
        func.upper(leave.days, type_=Date) > first,
    )
    found: dict[UUID, list[tuple[date, date]]] = defaultdict(list)
    for row in session().execute(statement.order_by(leave.inspector_id, leave.days)):
        found[row.inspector_id].append((row.days.lower, row.days.upper - timedelta(days=1)))
    return found


@dataclass(frozen=True, slots=True)
class Interest:
    inspector_id: UUID
    institution_id: UUID
    ground: str
    first: date
    last: date | None


def conflicts_of(ids: Iterable[UUID], first: date, last: date) -> list[Interest]:
    """Recorded conflicts of these inspectors that hold on some day of the period."""
    row = ConflictOfInterest
    statement = select(row).where(
        row.inspector_id.in_(list(ids)),
        current(row),
        func.lower(row.valid, type_=Date) <= last,
        or_(func.upper_inf(row.valid), func.upper(row.valid, type_=Date) > first),
    )
    found = []
    for item in session().scalars(statement.order_by(row.inspector_id, row.institution_id, row.ground, row.valid)):
        end = item.valid.upper
        begin = item.valid.lower or date.min
        last_day = end - timedelta(days=1) if end else None
        found.append(Interest(item.inspector_id, item.institution_id, item.ground, begin, last_day))
    return found


def booked_slots(
    ids: Iterable[UUID], first: date, last: date, *, except_plan: UUID | None = None
) -> dict[UUID, dict[date, list[int]]]:
    """Slots of these inspectors that published plans use. Needs the system's eyes: plans of other divisions count."""
    member = VisitMember
    statement = select(member.inspector_id, member.on_date, member.slot).where(
        member.inspector_id.in_(list(ids)), member.published, member.on_date.between(first, last)
    )
    if except_plan is not None:
        statement = statement.where(member.plan_id != except_plan)
    found: dict[UUID, dict[date, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in session().execute(statement.order_by(member.inspector_id, member.on_date, member.slot)):
        found[row.inspector_id][row.on_date].append(row.slot)
    return found


def already_planned(path: str, first: date, last: date) -> set[UUID]:
    """Institutions of the subtree that a published plan visits within the days."""
    published = select(VisitMember.visit_id).where(VisitMember.published)
    statement = select(InspectionVisit.institution_id).where(
        in_subtree(InspectionVisit.region_path, path),
        InspectionVisit.on_date.between(first, last),
        InspectionVisit.id.in_(published),
    )
    return set(session().scalars(statement))
