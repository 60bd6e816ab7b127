"""Inspectors, their leaves and conflicts of interest, and the inspections that took place."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from eldercare.audit.service import record
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import check_version, current_actor, session
from eldercare.core.errors import Conflict, Forbidden, Invalid, NotFound
from eldercare.core.facts import record_change
from eldercare.core.i18n import N_
from eldercare.core.scope import within
from eldercare.inspections.models import (
    ConflictOfInterest,
    InspectionRecord,
    InspectionVisit,
    Inspector,
    InspectorLeave,
)
from eldercare.inspections.queries import people as lookup
from eldercare.inspections.queries import plans
from eldercare.inspections.rules import ENTERED_GROUNDS, Ground, RecordKind
from eldercare.regions.queries import get_region
from eldercare.staff.queries import get_staff

_DAY = timedelta(days=1)
VISIT_SOURCE = "visit"


def add_inspector(
    actor: Actor, *, staff_id: UUID, division: str, base: str | None = None, is_lead: bool, daily_capacity: int
) -> Inspector:
    """Let a staff member inspect in a division; `base` is the county where the working day starts."""
    actor.require("inspections.plan")
    person = get_staff(staff_id)
    if lookup.find_by_staff(staff_id):
        raise Conflict(N_("This person is already an inspector."))
    area = _division(actor, "division", division)
    start = _division(actor, "base", base) if base else area
    if not start.startswith(area):
        raise Invalid.one("base", N_("The starting place lies outside the division."))
    row = Inspector(
        id=uuid4(), staff_id=person.id, name=person.name, region_path=area, base_path=start, is_lead=is_lead,
        daily_capacity=daily_capacity,
    )  # fmt: skip
    session().add(row)
    session().flush()
    _record(row, "inspector", "add", {"is_lead": is_lead, "daily_capacity": daily_capacity})
    return row


def _division(actor: Actor, field: str, code: str) -> str:
    path = get_region(code).path
    if not actor.is_system and not within(path, actor.region_paths):
        raise Invalid.one(field, N_("There is no division with the code %(code)s."), code=code[:40])
    return path


def change_inspector(
    actor: Actor, *, inspector_id: UUID, version: int | None, is_lead: bool, daily_capacity: int,
    ended_on: date | None = None, username: str | None = None,
) -> Inspector:  # fmt: skip
    """Lead or not, visits a day, the last day in office, and the account that sees the own visits."""
    actor.require("inspections.plan")
    row = lookup.get_inspector(inspector_id)
    check_version(row, version)
    row.user_id = _account(row, username) if username else None
    row.is_lead, row.daily_capacity, row.ended_on = is_lead, daily_capacity, ended_on
    session().flush()
    after = {
        "is_lead": is_lead,
        "daily_capacity": daily_capacity,
        "ended_on": ended_on.isoformat() if ended_on else None,
    }
    _record(row, "inspector", "change", after)
    return row


def _account(row: Inspector, username: str) -> UUID:
    user = lookup.find_account(username)
    if user is None:
        raise Invalid.one("username", N_("There is no account with this user name in your divisions."))
    other = lookup.find_by_user(user.id)
    if other is not None and other.id != row.id:
        raise Invalid.one("username", N_("This account belongs to another inspector."))
    return user.id


def add_leave(actor: Actor, *, inspector_id: UUID, first_day: date, last_day: date, note: str = "") -> InspectorLeave:
    """Days without visits, both ends included. A leave that touches another is refused."""
    actor.require("inspections.plan")
    person = lookup.get_inspector(inspector_id)
    if last_day < first_day:
        raise Invalid.one("last_day", N_("The last day lies before the first."))
    row = InspectorLeave(
        id=uuid4(), inspector_id=person.id, region_path=person.region_path, days=Range(first_day, last_day + _DAY),
        note=note, recorded_by=actor.label,
    )  # fmt: skip
    _add_once(row, "first_day", N_("There is already a leave on some of these days."))
    _record(person, "leave", "add", {"first_day": first_day.isoformat(), "last_day": last_day.isoformat()})
    return row


def withdraw_leave(actor: Actor, *, leave_id: UUID) -> InspectorLeave:
    actor.require("inspections.plan")
    row = lookup.get_leave(leave_id)
    row.superseded_at = clock.now()
    _record(lookup.get_inspector(row.inspector_id), "leave", "withdraw", {"leave": str(leave_id)})
    return row


def add_conflict(
    actor: Actor, *, inspector_id: UUID, institution_id: UUID, ground: str, first_day: date,
    last_day: date | None = None, note: str = "",
) -> ConflictOfInterest:  # fmt: skip
    """Keep an inspector away from an institution, both days included; without a last day until withdrawn."""
    actor.require("inspections.plan")
    if ground not in ENTERED_GROUNDS:
        raise Invalid.one("ground", N_("Choose one of the grounds."))
    person = lookup.get_inspector(inspector_id)
    institution = lookup.find_institution(institution_id)
    if institution is None:
        raise Invalid.one("institution_id", N_("There is no such institution, or it is outside your scope."))
    if last_day is not None and last_day < first_day:
        raise Invalid.one("last_day", N_("The last day lies before the first."))
    row = ConflictOfInterest(
        id=uuid4(), inspector_id=person.id, institution_id=institution.id, region_path=person.region_path,
        ground=Ground(ground), valid=Range(first_day, last_day + _DAY if last_day else None), note=note,
        recorded_by=actor.label,
    )  # fmt: skip
    _add_once(row, "institution_id", N_("This conflict is already recorded for some of these days."))
    _record(person, "conflict", "add", {"institution_id": str(institution.id), "ground": ground})
    return row


def withdraw_conflict(actor: Actor, *, conflict_id: UUID) -> ConflictOfInterest:
    actor.require("inspections.plan")
    row = lookup.get_conflict(conflict_id)
    row.superseded_at = clock.now()
    _record(lookup.get_inspector(row.inspector_id), "conflict", "withdraw", {"conflict": str(conflict_id)})
    return row


def _add_once(row: InspectorLeave | ConflictOfInterest, field: str, msgid: str) -> None:
    """The database's EXCLUDE constraint decides, so that two people at once cannot both be right."""
    try:
        with session().begin_nested():
            session().add(row)
            session().flush()
    except IntegrityError as error:
        raise Invalid.one(field, msgid) from error


def _record(person: Inspector, what: str, verb: str, after: dict[str, Any]) -> None:
    record(
        action=f"inspections.{what}.{verb}",
        subject_type="inspector",
        subject_id=person.id,
        after=after,
        region_path=person.region_path,
    )


def note_imported(
    *, institution_id: UUID, last_inspection: date | None = None, source: str = "import", **_more: Any
) -> None:
    """Handler of `institutions.imported`: keep the last inspection the file tells of. The same again changes nothing."""
    if last_inspection is None or lookup.records_on(institution_id, last_inspection, RecordKind.CHECK, source):
        return
    institution = lookup.find_institution(institution_id)
    if institution is None:
        raise NotFound
    _keep(
        current_actor() or Actor.system("import"), institution_id, institution.region_path, last_inspection, source, ()
    )


def _keep(
    actor: Actor, institution_id: UUID, region_path: str, on: date, source: str, inspectors: tuple[UUID, ...]
) -> InspectionRecord:
    row = InspectionRecord(
        id=uuid4(),
        institution_id=institution_id,
        region_path=region_path,
        on_date=on,
        kind=RecordKind.CHECK,
        source=source,
        inspector_ids=[str(one) for one in inspectors],
        recorded_by=actor.label,
    )
    session().add(row)
    session().flush()
    record_change(
        actor,
        kind="inspections.record",
        subject_type="inspection_record",
        subject_id=row.id,
        valid_from=on,
        region_path=region_path,
        institution_id=institution_id,
    )
    return row


def record_visit(actor: Actor, *, visit_id: UUID, on: date) -> InspectionRecord:
    """A member of the team (or the planner) says that a published visit took place."""
    actor.require("inspections.read")
    visit = plans.get_visit(visit_id)
    person = lookup.find_by_user(actor.user_id)
    is_member = person is not None and any(member.inspector_id == person.id for member in visit.members)
    if not is_member and not actor.can("inspections.plan"):
        raise Forbidden
    _check_visit(visit, on)
    if lookup.records_on(visit.institution_id, on, RecordKind.CHECK, VISIT_SOURCE):
        raise Conflict(N_("This visit is already recorded."))
    team = tuple(member.inspector_id for member in visit.members)
    row = _keep(actor, visit.institution_id, visit.region_path, on, VISIT_SOURCE, team)
    record(
        action="inspections.visit.record",
        subject_type="inspection_visit",
        subject_id=visit.id,
        after={"on": on.isoformat()},
        region_path=visit.region_path,
    )
    return row


def _check_visit(visit: InspectionVisit, on: date) -> None:
    if not all(member.published for member in visit.members):
        raise Conflict(N_("The plan of this visit is not published."))
    if on > clock.today():
        raise Invalid.one("on", N_("A visit can be recorded once it took place."))
    if not visit.on_date <= on <= visit.on_date + 7 * _DAY:
        raise Invalid.one("on", N_("The visit was planned for %(day)s; record it within a week of that day."),
                          day=visit.on_date.isoformat())  # fmt: skip
