"""Reading plans, their tasks and visits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import selectinload

from eldercare.core.db import in_subtree, session
from eldercare.core.errors import NotFound
from eldercare.core.web import Page
from eldercare.inspections.models import InspectionPlan, InspectionTask, InspectionVisit, Inspector, VisitMember
from eldercare.inspections.scheduling.model import Member, Problem, Schedule, Unplaced, Visit
from eldercare.institutions.models import Institution


def list_plans(
    *, path: str | None = None, state: str | None = None, page: int = 1, per_page: int = 20
) -> Page[InspectionPlan]:
    """Plans, newest first."""
    where: list[ColumnElement[bool]] = []
    if path:
        where.append(in_subtree(InspectionPlan.region_path, path))
    if state:
        where.append(InspectionPlan.state == state)
    total = session().scalar(select(func.count()).select_from(InspectionPlan).where(*where)) or 0
    statement = (
        select(InspectionPlan)
        .where(*where)
        .order_by(InspectionPlan.created_at.desc(), InspectionPlan.id)
        .offset((page - 1) * per_page)
        .limit(per_page)
    )
    return Page(session().scalars(statement).all(), total, page, per_page)


def get_plan(plan_id: UUID) -> InspectionPlan:
    found = session().scalar(select(InspectionPlan).where(InspectionPlan.id == plan_id))
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit as pages and exports show it; members in order, the lead first."""

    visit: InspectionVisit
    task: InspectionTask
    institution: Institution
    members: tuple[Inspector | None, ...]


def visits_of(plan_id: UUID) -> list[VisitRow]:
    """The visits of a plan by day, as far as the reader's divisions reach."""
    statement = (
        select(InspectionVisit, InspectionTask, Institution)
        .join(InspectionTask, InspectionTask.id == InspectionVisit.task_id)
        .join(Institution, Institution.id == InspectionVisit.institution_id)
        .where(InspectionVisit.plan_id == plan_id)
        .options(selectinload(InspectionVisit.members))
        .order_by(InspectionVisit.on_date, Institution.region_path, Institution.pinyin, InspectionVisit.id)
    )
    rows = session().execute(statement).all()
    people = _inspectors({member.inspector_id for visit, _, _ in rows for member in visit.members})
    return [
        VisitRow(visit, task, institution, tuple(people.get(member.inspector_id) for member in visit.members))
        for visit, task, institution in rows
    ]


def _inspectors(ids: set[UUID]) -> dict[UUID, Inspector]:
    return {row.id: row for row in session().scalars(select(Inspector).where(Inspector.id.in_(sorted(ids))))}


@dataclass(frozen=True, slots=True)
class UnplacedRow:
    task: InspectionTask
    institution: Institution


def unplaced_of(plan_id: UUID) -> list[UnplacedRow]:
    statement = (
        select(InspectionTask, Institution)
        .join(Institution, Institution.id == InspectionTask.institution_id)
        .where(InspectionTask.plan_id == plan_id, InspectionTask.unplaced_code.is_not(None))
        .order_by(InspectionTask.unplaced_code, InspectionTask.latest, Institution.pinyin, InspectionTask.id)
    )
    return [UnplacedRow(task, institution) for task, institution in session().execute(statement)]


@dataclass(frozen=True, slots=True)
class Load:
    """How many visits an inspector makes in a plan, and on how many days."""

    inspector: Inspector
    visits: int
    days: int
    led: int


def loads_of(rows: Sequence[VisitRow], inspectors: Sequence[Inspector]) -> list[Load]:
    """Every inspector who may go, those without a visit too; the busiest first."""
    visits, led = Counter[UUID](), Counter[UUID]()
    days: dict[UUID, set[date]] = {}
    for row in rows:
        for position, member in enumerate(row.members):
            if member is not None:
                visits[member.id] += 1
                led[member.id] += position == 0
                days.setdefault(member.id, set()).add(row.visit.on_date)
    every = {row.id: row for row in inspectors} | {
        member.id: member for row in rows for member in row.members if member is not None
    }
    found = [Load(every[key], visits[key], len(days.get(key, ())), led[key]) for key in every]
    return sorted(found, key=lambda load: (-load.visits, load.inspector.name, str(load.inspector.id)))


def schedule_of(plan: InspectionPlan, problem: Problem) -> Schedule:
    """The stored schedule in the words of the problem, for the checker."""
    keys = {uuid5(plan.id, task.id): task.id for task in problem.tasks}
    statement = (
        select(InspectionVisit)
        .where(InspectionVisit.plan_id == plan.id)
        .options(selectinload(InspectionVisit.members))
        .order_by(InspectionVisit.on_date, InspectionVisit.id)
    )
    visits = tuple(
        Visit(
            keys.get(row.task_id, str(row.task_id)),
            row.on_date,
            tuple(Member(str(member.inspector_id), member.slot) for member in row.members),
        )
        for row in session().scalars(statement)
    )
    unplaced = select(InspectionTask.id, InspectionTask.unplaced_code).where(
        InspectionTask.plan_id == plan.id, InspectionTask.unplaced_code.is_not(None)
    )
    left = tuple(Unplaced(keys.get(key, str(key)), code or "") for key, code in session().execute(unplaced))
    return Schedule(visits, left, plan.solver or "", (), plan.terms)


def my_visits(user_id: UUID | None, first: date) -> list[VisitRow]:
    """The published visits of the inspector with this account, from `first` on."""
    member = VisitMember
    mine = (
        select(member.visit_id)
        .join(Inspector, Inspector.id == member.inspector_id)
        .where(Inspector.user_id == user_id, member.published)
    )
    statement = (
        select(InspectionVisit, Institution)
        .join(Institution, Institution.id == InspectionVisit.institution_id)
        .where(InspectionVisit.id.in_(mine), InspectionVisit.on_date >= first)
        .options(selectinload(InspectionVisit.members))
        .order_by(InspectionVisit.on_date, InspectionVisit.id)
    )
    rows = session().execute(statement).all()
    people = _inspectors({m.inspector_id for visit, _ in rows for m in visit.members})
    tasks = _own_tasks([visit for visit, _ in rows])
    return [
        VisitRow(visit, tasks[visit.task_id], institution, tuple(people.get(m.inspector_id) for m in visit.members))
        for visit, institution in rows
    ]


def _own_tasks(visits: Sequence[InspectionVisit]) -> dict[UUID, InspectionTask]:
    """Tasks of visits the reader may already see: plans are closed to inspectors, the reasons of their visits are not."""
    from eldercare.core.actor import Actor
    from eldercare.core.db import acting_as

    with acting_as(Actor.system("inspections: own visits")):
        rows = session().scalars(select(InspectionTask).where(InspectionTask.id.in_([v.task_id for v in visits])))
        return {row.id: row for row in rows}


def get_visit(visit_id: UUID) -> InspectionVisit:
    statement = select(InspectionVisit).where(InspectionVisit.id == visit_id)
    found = session().scalar(statement.options(selectinload(InspectionVisit.members)))
    if found is None:
        raise NotFound
    return found
