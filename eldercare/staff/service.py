"""Keeping the staff register: who works where, and which certificates they hold."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from eldercare.audit.service import record
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import check_version, session
from eldercare.core.errors import Invalid
from eldercare.core.i18n import N_
from eldercare.core.pinyin import spelled_person
from eldercare.core.scope import within
from eldercare.regions.queries import get_region
from eldercare.staff import queries
from eldercare.staff.models import StaffCertificate, StaffMember
from eldercare.staff.rules import dates_problem

_DAY = timedelta(days=1)
# Officials keep the register of institutions, and with it who works there.
_EDIT = "registry.edit"


def add_staff(
    actor: Actor, *, name: str, job: str, institution_id: UUID | None = None, division: str | None = None,
    employer: str = "", started_on: date | None = None,
) -> StaffMember:  # fmt: skip
    """A person of an institution, or of the office `employer` in a division. Exactly one of the two is given."""
    actor.require(_EDIT)
    if (institution_id is None) == (division is None):
        raise Invalid.one("institution_id", N_("Give either the institution or the division of the office."))
    if division is not None and not employer:
        raise Invalid.one("employer", N_("Name the office."))
    row = StaffMember(
        id=uuid4(), institution_id=institution_id, region_path=_path(actor, institution_id, division), name=name,
        pinyin=spelled_person(name)[0], job=job, employer=employer, started_on=started_on, created_by=actor.label,
    )  # fmt: skip
    session().add(row)
    session().flush()
    _record(row, "add", {"job": job, "institution_id": str(institution_id) if institution_id else None})
    return row


def _path(actor: Actor, institution_id: UUID | None, division: str | None) -> str:
    if institution_id is not None:
        return queries.find_institution(institution_id).region_path
    path = get_region(division or "").path
    if not actor.is_system and not within(path, actor.region_paths):
        raise Invalid.one("division", N_("There is no division with the code %(code)s."), code=(division or "")[:40])
    return path


def end_staff(actor: Actor, *, staff_id: UUID, ended_on: date, version: int | None = None) -> StaffMember:
    """The last day at work."""
    actor.require(_EDIT)
    row = queries.get_staff(staff_id)
    check_version(row, version)
    if row.started_on and (problem := dates_problem(row.started_on, ended_on, "ended_on")):
        raise Invalid([problem])
    row.ended_on = ended_on
    session().flush()
    _record(row, "end", {"ended_on": ended_on.isoformat()})
    return row


def add_certificate(
    actor: Actor, *, staff_id: UUID, kind: str, number: str, first_day: date, last_day: date | None = None,
    issuer: str = "",
) -> StaffCertificate:  # fmt: skip
    """A certificate valid from the first to the last day, both included; none of the kind may hold on those days."""
    actor.require(_EDIT)
    person = queries.get_staff(staff_id)
    if problem := dates_problem(first_day, last_day, "last_day"):
        raise Invalid([problem])
    row = StaffCertificate(
        id=uuid4(), staff_id=person.id, institution_id=person.institution_id, region_path=person.region_path,
        kind=kind, number=number, issuer=issuer, valid=Range(first_day, last_day + _DAY if last_day else None),
        recorded_by=actor.label,
    )  # fmt: skip
    try:
        with session().begin_nested():
            session().add(row)
            session().flush()
    except IntegrityError as error:
        raise Invalid.one("first_day", N_("A certificate of this kind already holds on some of these days.")) from error
    _record(person, "certificate", {"kind": kind, "first_day": first_day.isoformat()})
    return row


def withdraw_certificate(actor: Actor, *, certificate_id: UUID) -> StaffCertificate:
    """The certificate was entered wrongly or taken back; it stays known as superseded."""
    actor.require(_EDIT)
    row = queries.get_certificate(certificate_id)
    row.superseded_at = clock.now()
    _record(queries.get_staff(row.staff_id), "certificate_withdraw", {"certificate": str(certificate_id)})
    return row


def _record(row: StaffMember, verb: str, after: dict[str, str | None]) -> None:
    record(
        action=f"staff.member.{verb}",
        subject_type="staff_member",
        subject_id=row.id,
        after=after,
        region_path=row.region_path,
    )
