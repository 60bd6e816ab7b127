"""The worker's part: claim an open plan, solve it, store the schedule, all in one transaction."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from uuid import UUID, uuid5

import structlog
from sqlalchemy import insert, select, update

from eldercare.audit.service import record
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import session
from eldercare.inspections.models import InspectionPlan, InspectionTask, InspectionVisit, VisitMember
from eldercare.inspections.rules import PlanState
from eldercare.inspections.scheduling.checker import Breach, check
from eldercare.inspections.scheduling.frozen import problem_of, result_digest
from eldercare.inspections.scheduling.model import Problem, Schedule
from eldercare.inspections.scheduling.plan import schedule
from eldercare.inspections.service.plans import ring, task_id
from eldercare.inspections.service.telling import tell

log = structlog.get_logger(__name__)


def solve_plan(actor: Actor, *, plan_id: UUID) -> bool:
    """Solve the plan if it is open and nobody else has it; False when there was nothing to do.

    The claim is the row lock: a killed worker leaves the plan queued, a second delivery finds it taken or done.
    """
    actor.require("inspections.solve")
    statement = select(InspectionPlan).where(InspectionPlan.id == plan_id, InspectionPlan.state == PlanState.QUEUED)
    plan = session().scalar(statement.with_for_update(skip_locked=True))
    if plan is None:
        return False
    plan.attempts += 1
    try:
        problem = problem_of(plan.problem)
        made = schedule(problem, seconds=plan.seconds)
        breaches = check(problem, made)
    except Exception as error:
        log.exception("inspections.solve_failed", plan=str(plan_id))
        plan.state, plan.error = PlanState.FAILED, f"{type(error).__name__}: {error}"[:500]
        tell(actor, plan)
        return True
    _store(plan, problem, made, breaches)
    record(
        action="inspections.plan.solve",
        subject_type="inspection_plan",
        subject_id=plan.id,
        after={"visits": len(made.visits), "unplaced": len(made.unplaced), "result_hash": plan.result_hash},
        region_path=plan.region_path,
    )
    tell(actor, plan)
    return True


def _store(plan: InspectionPlan, problem: Problem, made: Schedule, breaches: list[Breach]) -> None:
    _store_visits(plan, problem, made)
    for item in made.unplaced:
        session().execute(
            update(InspectionTask)
            .where(InspectionTask.id == task_id(plan.id, item.task_id))
            .values(unplaced_code=item.code, unplaced_facts=dict(item.facts))
            .execution_options(synchronize_session=False)
        )
    plan.solver = made.solver
    plan.stages = [asdict(stage) for stage in made.stages]
    plan.terms = dict(made.terms)
    plan.objective = made.total
    plan.visit_count, plan.unplaced_count = len(made.visits), len(made.unplaced)
    plan.breaches = [_breach(breach) for breach in breaches]
    plan.result_hash = result_digest(made)
    plan.solved_at, plan.error = clock.now(), ""
    plan.state = PlanState.SOLVED
    session().flush()


def _store_visits(plan: InspectionPlan, problem: Problem, made: Schedule) -> None:
    tasks = {task.id: task for task in problem.tasks}
    visits, members = [], []
    for visit in made.visits:
        task = tasks[visit.task_id]
        row = task_id(plan.id, visit.task_id)
        common = {"plan_id": plan.id, "region_path": task.region_path, "on_date": visit.day}
        visit_id = uuid5(row, "visit")
        visits.append({**common, "id": visit_id, "task_id": row, "institution_id": UUID(task.institution_id)})
        members += [
            {
                **common,
                "visit_id": visit_id,
                "inspector_id": UUID(member.inspector_id),
                "slot": member.slot,
                "position": position,
                "published": False,
            }
            for position, member in enumerate(visit.members, start=1)
        ]
    if visits:
        session().execute(insert(InspectionVisit), visits)
        session().execute(insert(VisitMember), members)


def _breach(breach: Breach) -> dict[str, str | None]:
    return {**asdict(breach), "day": breach.day.isoformat() if breach.day else None}


def ring_open_plans(actor: Actor) -> int:
    """Ring again for plans that still wait: the first bell was lost, or its worker died. How many."""
    actor.require("inspections.solve")
    waiting = select(InspectionPlan).where(
        InspectionPlan.state == PlanState.QUEUED,
        InspectionPlan.created_at < clock.now() - timedelta(seconds=30),
    )
    # A plan that is being solved is locked and left alone.
    found = session().scalars(waiting.order_by(InspectionPlan.created_at).with_for_update(skip_locked=True)).all()
    for plan in found:
        ring(plan)
    return len(found)
