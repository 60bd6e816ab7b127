"""Reading inspectors with their certificates, leaves and conflicts, and the records of an institution."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Date, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from eldercare.accounts.models import User
from eldercare.core.db import current, in_subtree, session
from eldercare.core.errors import NotFound
from eldercare.core.web import Page
from eldercare.inspections.models import ConflictOfInterest, InspectionRecord, Inspector, InspectorLeave
from eldercare.institutions.models import Institution


def list_inspectors(*, path: str | None = None, text: str = "", page: int = 1, per_page: int = 20) -> Page[Inspector]:
    where = []
    if path:
        where.append(in_subtree(Inspector.region_path, path))
    if text:
        where.append(Inspector.name.contains(text, autoescape=True))
    total = session().scalar(select(func.count()).select_from(Inspector).where(*where)) or 0
    statement = select(Inspector).where(*where).order_by(Inspector.region_path, Inspector.name, Inspector.id)
    return Page(session().scalars(statement.offset((page - 1) * per_page).limit(per_page)).all(), total, page, per_page)


def get_inspector(inspector_id: UUID) -> Inspector:
    found = session().scalar(select(Inspector).where(Inspector.id == inspector_id))
    if found is None:
        raise NotFound
    return found


def find_by_user(user_id: UUID | None) -> Inspector | None:
    return session().scalar(select(Inspector).where(Inspector.user_id == user_id)) if user_id else None


def find_account(username: str) -> User | None:
    return session().scalar(select(User).where(func.lower(User.username) == username.strip().lower()))


def account_name(user_id: UUID | None) -> str:
    """The user name of an inspector's account; empty without one or outside the reader's divisions."""
    return (session().scalar(select(User.username).where(User.id == user_id)) if user_id else None) or ""


def find_by_staff(staff_id: UUID) -> Inspector | None:
    return session().scalar(select(Inspector).where(Inspector.staff_id == staff_id))


def leaves(inspector_id: UUID, since: date) -> Sequence[InspectorLeave]:
    leave = InspectorLeave
    statement = select(leave).where(
        leave.inspector_id == inspector_id, current(leave), func.upper(leave.days, type_=Date) > since
    )
    return session().scalars(statement.order_by(leave.days)).all()


def leave_counts(ids: Iterable[UUID], on: date) -> dict[UUID, InspectorLeave]:
    """Who is on leave on the day or will be next: the nearest leave of each."""
    leave = InspectorLeave
    statement = (
        select(leave)
        .where(leave.inspector_id.in_(list(ids)), current(leave), func.upper(leave.days, type_=Date) > on)
        .order_by(leave.inspector_id, leave.days)
        .ext(distinct_on(leave.inspector_id))
    )
    return {row.inspector_id: row for row in session().scalars(statement)}


def conflicts(inspector_id: UUID, since: date) -> list[tuple[ConflictOfInterest, str]]:
    """Conflicts that hold on `since` or later, with the institution's name where the reader may see it."""
    row = ConflictOfInterest
    statement = (
        select(row, Institution.name)
        .join(Institution, Institution.id == row.institution_id)
        .where(
            row.inspector_id == inspector_id,
            current(row),
            or_(func.upper_inf(row.valid), func.upper(row.valid, type_=Date) > since),
        )
        .order_by(Institution.pinyin, row.ground, row.id)
    )
    return [(item, name) for item, name in session().execute(statement)]


def conflict_counts(ids: Iterable[UUID], on: date) -> dict[UUID, int]:
    row = ConflictOfInterest
    statement = (
        select(row.inspector_id, func.count())
        .where(
            row.inspector_id.in_(list(ids)),
            current(row),
            or_(func.upper_inf(row.valid), func.upper(row.valid, type_=Date) > on),
        )
        .group_by(row.inspector_id)
    )
    return {row[0]: row[1] for row in session().execute(statement)}


def get_leave(leave_id: UUID) -> InspectorLeave:
    found = session().scalar(select(InspectorLeave).where(InspectorLeave.id == leave_id, current(InspectorLeave)))
    if found is None:
        raise NotFound
    return found


def get_conflict(conflict_id: UUID) -> ConflictOfInterest:
    row = ConflictOfInterest
    found = session().scalar(select(row).where(row.id == conflict_id, current(row)))
    if found is None:
        raise NotFound
    return found


def find_institution(institution_id: UUID) -> Institution | None:
    return session().scalar(select(Institution).where(Institution.id == institution_id))


def search_institutions(text: str, limit: int = 20) -> Sequence[Institution]:
    """Institutions whose name, spelling or address holds the text, for a picker."""
    if not text:
        return []
    statement = select(Institution).where(Institution.search_key.contains(text.lower(), autoescape=True))
    return session().scalars(statement.order_by(Institution.pinyin, Institution.id).limit(limit)).all()


def records_of(institution_ids: Iterable[UUID] | None, page: int, per_page: int) -> Page[tuple[InspectionRecord, str]]:
    """Inspections that took place, newest first; all that the reader may see, or those of some institutions."""
    row = InspectionRecord
    where = [current(row)]
    if institution_ids is not None:
        where.append(row.institution_id.in_(list(institution_ids)))
    total = session().scalar(select(func.count()).select_from(row).where(*where)) or 0
    statement = (
        select(row, Institution.name)
        .join(Institution, Institution.id == row.institution_id)
        .where(*where)
        .order_by(row.on_date.desc(), row.id)
        .offset((page - 1) * per_page)
        .limit(per_page)
    )
    return Page([(item, name) for item, name in session().execute(statement)], total, page, per_page)


def records_on(institution_id: UUID, on: date, kind: str, source: str) -> InspectionRecord | None:
    row = InspectionRecord
    return session().scalar(
        select(row).where(
            row.institution_id == institution_id,
            row.on_date == on,
            row.kind == kind,
            row.source == source,
            current(row),
        )
    )


def recorded_visits(pairs: Sequence[tuple[UUID, date]]) -> set[tuple[UUID, date]]:
    """Which of these (institution, planned day) have a record within the week after."""
    if not pairs:
        return set()
    row = InspectionRecord
    statement = select(row.institution_id, row.on_date).where(
        row.institution_id.in_({key for key, _ in pairs}), row.source == "visit", current(row)
    )
    done: dict[UUID, list[date]] = defaultdict(list)
    for key, on in session().execute(statement):
        done[key].append(on)
    return {(key, day) for key, day in pairs if any(day <= on <= day + timedelta(days=7) for on in done.get(key, ()))}


def first_path() -> str | None:
    """Where any institution the reader may see lies; for readers with institutions instead of divisions."""
    return session().scalar(select(Institution.region_path).order_by(Institution.id).limit(1))
