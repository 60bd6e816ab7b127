"""Making a plan, publishing it, taking it back."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, timedelta
from uuid import UUID, uuid4, uuid5

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from eldercare.audit.service import record
from eldercare.core import clock, jobs
from eldercare.core.actor import Actor
from eldercare.core.db import check_version, session
from eldercare.core.errors import Conflict, Invalid, NotFound
from eldercare.core.i18n import N_
from eldercare.core.jobs import JobName
from eldercare.core.scope import within
from eldercare.inspections.models import InspectionPlan, InspectionTask, VisitMember
from eldercare.inspections.queries import facts
from eldercare.inspections.queries import plans as lookup
from eldercare.inspections.rules import Due, PlanState, may_publish
from eldercare.inspections.scheduling.checker import check
from eldercare.inspections.scheduling.frozen import canonical, digest, problem_of
from eldercare.inspections.service.freezing import DueVisit, Frozen, freeze, freeze_conflicts, freeze_inspectors
from eldercare.inspections.service.telling import tell
from eldercare.regions.models import Region
from eldercare.regions.queries import get_region

MOST_DAYS = 366
SECONDS = 60


def create_plan(
    actor: Actor, *, division: str, as_of: date, first_day: date, last_day: date, seconds: int = SECONDS
) -> InspectionPlan:
    """Freeze what is due in the division and who may go, and ask a worker for the schedule.

    `seconds` bounds the solver; 0 takes the greedy schedule at once.
    """
    actor.require("inspections.plan")
    region = _region(actor, division)
    _check_period(as_of, first_day, last_day)
    frozen = freeze(region.path, as_of, first_day, last_day)
    if not frozen.visits:
        raise Invalid.one("division", N_("Nothing falls due there up to %(last)s."), last=last_day.isoformat())
    plan = _store(actor, region, frozen, as_of=as_of, seconds=seconds)
    record(
        action="inspections.plan.create",
        subject_type="inspection_plan",
        subject_id=plan.id,
        after={"division": region.code, "tasks": plan.task_count, "problem_hash": plan.problem_hash},
        region_path=plan.region_path,
    )
    ring(plan)
    return plan


def ring(plan: InspectionPlan) -> None:
    jobs.after_commit(JobName.SOLVE_PLAN, plan.id, job_id=f"plan-{plan.id}-{uuid4().hex[:8]}")


def _region(actor: Actor, division: str) -> Region:
    region = get_region(division)
    if not actor.is_system and not within(region.path, actor.region_paths):
        raise NotFound(N_("There is no division with the code %(code)s."), code=division[:40])
    return region


def _check_period(as_of: date, first: date, last: date) -> None:
    if last < first:
        raise Invalid.one("last_day", N_("The period ends before it begins."))
    if (last - first).days >= MOST_DAYS:
        raise Invalid.one("last_day", N_("A plan covers at most %(days)s days."), days=MOST_DAYS)
    if as_of > last:
        raise Invalid.one("as_of", N_("The day of the facts lies after the period."))
    if as_of < first - timedelta(days=MOST_DAYS):
        raise Invalid.one("as_of", N_("The day of the facts lies more than a year before the period."))


def _store(actor: Actor, region: Region, frozen: Frozen, *, as_of: date, seconds: int) -> InspectionPlan:
    text = canonical(frozen.problem)
    plan = InspectionPlan(
        id=uuid4(),
        region_path=region.path,
        division=region.code,
        as_of=as_of,
        first_day=frozen.problem.first,
        last_day=frozen.problem.last,
        state=PlanState.QUEUED,
        pack=frozen.policy.pack.code,
        pack_hash=frozen.policy.pack.content_hash,
        problem=text,
        problem_hash=digest(text),
        provisional_days=frozen.provisional_days,
        already_planned=frozen.already_planned,
        seconds=seconds,
        task_count=len(frozen.visits),
        inspector_count=len(frozen.problem.inspectors),
        created_by=actor.label,
        created_by_name=actor.name,
    )
    session().add(plan)
    session().flush()
    session().add_all(_task_row(plan, due) for due in frozen.visits)
    session().flush()
    return plan


def task_id(plan_id: UUID, key: str) -> UUID:
    """The row of a problem's task in this plan."""
    return uuid5(plan_id, key)


def _task_row(plan: InspectionPlan, due: DueVisit) -> InspectionTask:
    return InspectionTask(
        id=task_id(plan.id, str(due.key)),
        plan_id=plan.id,
        region_path=due.place.region_path,
        institution_id=due.place.id,
        reasons=[_reason(reason) for reason in due.visit.dues],
        earliest=due.visit.earliest,
        ideal=due.visit.ideal,
        latest=due.visit.latest,
        priority=due.visit.priority,
    )


def _reason(due: Due) -> dict[str, object]:
    return {
        "kind": due.kind,
        "due_on": due.due_on.isoformat(),
        "overdue_days": due.overdue_days,
        "source": asdict(due.source),
        "assumed": asdict(due.assumed) if due.assumed else None,
    }


def _locked(plan_id: UUID, version: int | None) -> InspectionPlan:
    """The plan under a row lock. A plan that a worker is solving is not waited for."""
    statement = select(InspectionPlan).where(InspectionPlan.id == plan_id)
    locking = statement.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    plan = session().scalar(locking)
    if plan is None:
        lookup.get_plan(plan_id)
        raise Conflict(N_("A worker is solving this plan right now. Try again in a minute."))
    check_version(plan, version)
    return plan


def publish_plan(actor: Actor, *, plan_id: UUID, version: int | None = None) -> InspectionPlan:
    """Book the inspectors. Checked once more against today's leaves, conflicts, certificates and bookings."""
    actor.require("inspections.plan")
    plan = _locked(plan_id, version)
    if not may_publish(PlanState(plan.state), plan.breaches):
        raise Conflict(N_("Only a solved plan without broken rules can be published."))
    _check_again(plan)
    booked = update(VisitMember).where(VisitMember.plan_id == plan.id).values(published=True)
    try:
        with session().begin_nested():
            session().execute(booked)
    except IntegrityError as error:
        raise Conflict(
            N_("Another published plan already books one of these inspectors. Make the plan again.")
        ) from error
    plan.state, plan.published_at = PlanState.PUBLISHED, clock.now()
    plan.published_by, plan.published_by_name = actor.label, actor.name
    _record(plan, "publish", PlanState.SOLVED)
    tell(actor, plan)
    return plan


def _check_again(plan: InspectionPlan) -> None:
    """Facts may have changed since the plan was made; the independent checker says what no longer holds."""
    problem = problem_of(plan.problem)
    people = facts.inspectors_for(plan.region_path, plan.first_day)
    due = {UUID(task.institution_id) for task in problem.tasks}
    places = [place for place in facts.places(plan.region_path, plan.as_of) if place.id in due]
    present = replace(
        problem,
        inspectors=freeze_inspectors(people, plan.first_day, plan.last_day, except_plan=plan.id),
        conflicts=freeze_conflicts(people, places, plan.first_day, plan.last_day),
    )
    breaches = check(present, lookup.schedule_of(plan, problem))
    if breaches:
        raise Conflict(
            N_(
                "%(count)s visits no longer keep the rules (leave, conflict or certificate changed). Make the plan again."
            ),
            count=len({breach.task_id for breach in breaches}),
        )


def cancel_plan(actor: Actor, *, plan_id: UUID, version: int | None = None) -> InspectionPlan:
    """Take a plan back; a published one gives its bookings free."""
    actor.require("inspections.plan")
    plan = _locked(plan_id, version)
    if plan.state == PlanState.CANCELLED:
        raise Conflict(N_("The plan is already cancelled."))
    before = PlanState(plan.state)
    freed = update(VisitMember).where(VisitMember.plan_id == plan.id).values(published=False)
    session().execute(freed)
    plan.state = PlanState.CANCELLED
    _record(plan, "cancel", before)
    return plan


def retry_plan(actor: Actor, *, plan_id: UUID, version: int | None = None) -> InspectionPlan:
    """Give a failed plan to the workers again, with the same frozen input."""
    actor.require("inspections.plan")
    plan = _locked(plan_id, version)
    if plan.state != PlanState.FAILED:
        raise Conflict(N_("Only a failed plan can be tried again."))
    plan.state, plan.error = PlanState.QUEUED, ""
    _record(plan, "retry", PlanState.FAILED)
    ring(plan)
    return plan


def _record(plan: InspectionPlan, verb: str, before: PlanState) -> None:
    record(
        action=f"inspections.plan.{verb}",
        subject_type="inspection_plan",
        subject_id=plan.id,
        before={"state": before},
        after={"state": plan.state, "result_hash": plan.result_hash},
        region_path=plan.region_path,
    )
