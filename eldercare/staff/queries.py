"""Reading the staff register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload, with_loader_criteria

from eldercare.core.db import current, in_subtree, session
from eldercare.core.errors import NotFound
from eldercare.core.pinyin import folded
from eldercare.core.web import Page
from eldercare.institutions.models import Institution
from eldercare.staff.models import StaffCertificate, StaffMember
from eldercare.staff.rules import last_day


def list_staff(
    *, path: str | None = None, job: str | None = None, text: str = "", institution_id: UUID | None = None,
    page: int = 1, per_page: int = 20,
) -> Page[StaffMember]:  # fmt: skip
    """People by spelling; `text` is looked for in name and spelling."""
    where = []
    if path:
        where.append(in_subtree(StaffMember.region_path, path))
    if job:
        where.append(StaffMember.job == job)
    if institution_id:
        where.append(StaffMember.institution_id == institution_id)
    if key := folded(text):
        where.append(
            or_(
                StaffMember.name.contains(key, autoescape=True),
                StaffMember.pinyin.contains(key, autoescape=True),
            )
        )
    total = session().scalar(select(func.count()).select_from(StaffMember).where(*where)) or 0
    statement = (
        select(StaffMember)
        .where(*where)
        .options(
            selectinload(StaffMember.certificates), with_loader_criteria(StaffCertificate, current(StaffCertificate))
        )
        .order_by(StaffMember.pinyin, StaffMember.id)
        .offset((page - 1) * per_page)
        .limit(per_page)
    )
    return Page(session().scalars(statement).all(), total, page, per_page)


def get_staff(staff_id: UUID) -> StaffMember:
    statement = (
        select(StaffMember)
        .where(StaffMember.id == staff_id)
        .options(
            selectinload(StaffMember.certificates), with_loader_criteria(StaffCertificate, current(StaffCertificate))
        )
    )
    found = session().scalar(statement)
    if found is None:
        raise NotFound
    return found


def get_certificate(certificate_id: UUID) -> StaffCertificate:
    found = session().scalar(
        select(StaffCertificate).where(StaffCertificate.id == certificate_id, current(StaffCertificate))
    )
    if found is None:
        raise NotFound
    return found


def certificates_of(ids: Iterable[UUID]) -> dict[UUID, list[tuple[str, date, date | None]]]:
    """{staff: [(kind, first day, last day or None)]} of all current certificates."""
    certificate = StaffCertificate
    statement = select(certificate.staff_id, certificate.kind, certificate.valid).where(
        certificate.staff_id.in_(list(ids)), current(certificate)
    )
    found: dict[UUID, list[tuple[str, date, date | None]]] = defaultdict(list)
    for row in session().execute(statement.order_by(certificate.staff_id, certificate.kind, certificate.valid)):
        found[row.staff_id].append((row.kind, row.valid.lower, last_day(row.valid.upper)))
    return found


def employer_names(people: Sequence[StaffMember]) -> dict[UUID, str]:
    """{institution: name} of the institutions these people work at, as far as the actor may see them."""
    ids = {person.institution_id for person in people if person.institution_id}
    rows = session().execute(select(Institution.id, Institution.name).where(Institution.id.in_(ids)))
    return {row.id: row.name for row in rows}


def find_institution(institution_id: UUID) -> Institution:
    found = session().scalar(select(Institution).where(Institution.id == institution_id))
    if found is None:
        raise NotFound
    return found
