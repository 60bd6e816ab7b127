"""Inspection plans for other systems: list, make, read with visits, publish, cancel."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from eldercare.core.api import Blueprint
from eldercare.core.i18n import Text
from eldercare.core.web import access, actor, api_page, commit
from eldercare.inspections import service
from eldercare.inspections.models import InspectionPlan, InspectionTask
from eldercare.inspections.queries import plans
from eldercare.inspections.schemas import Decision, PlanDetail, PlanIn, PlanOut, PlanPage, PlanQuery
from eldercare.inspections.texts import unplaced_text

blueprint = Blueprint(
    "api_inspections", __name__, url_prefix="/api/v1/inspection-plans", description="Inspection plans 检查计划"
)


@blueprint.get("")
@access("inspections.read")
@blueprint.arguments(PlanQuery, location="query")
@blueprint.response(200, PlanPage)
def list_plans(query: dict[str, Any]) -> dict[str, Any]:
    """Plans of the caller's divisions, newest first."""
    page = plans.list_plans(**query)
    return api_page(page, list(page.items))


@blueprint.post("")
@access("inspections.plan")
@blueprint.arguments(PlanIn)
@blueprint.response(202, PlanOut)
def create_plan(body: dict[str, Any]) -> InspectionPlan:
    """Freeze what is due and let a worker schedule it. Send an Idempotency-Key."""
    plan = service.create_plan(actor(), **body)
    commit()
    return plan


@blueprint.get("/<uuid:plan_id>")
@access("inspections.read")
@blueprint.response(200, PlanDetail)
def get_plan(plan_id: UUID) -> dict[str, Any]:
    """A plan with its visits and with the reason for each task that has none."""
    plan = plans.get_plan(plan_id)
    fields = {name: getattr(plan, name) for name in PlanOut().fields}
    return {**fields, "visits": _visits(plan), "unplaced": _unplaced(plan)}


@blueprint.post("/<uuid:plan_id>/publish")
@access("inspections.plan")
@blueprint.arguments(Decision)
@blueprint.response(200, PlanOut)
def publish(body: dict[str, Any], plan_id: UUID) -> InspectionPlan:
    """Book the inspectors."""
    plan = service.publish_plan(actor(), plan_id=plan_id, **body)
    commit()
    return plan


@blueprint.post("/<uuid:plan_id>/cancel")
@access("inspections.plan")
@blueprint.arguments(Decision)
@blueprint.response(200, PlanOut)
def cancel(body: dict[str, Any], plan_id: UUID) -> InspectionPlan:
    """Take a plan back; bookings of a published one are given free."""
    plan = service.cancel_plan(actor(), plan_id=plan_id, **body)
    commit()
    return plan


def _visits(plan: InspectionPlan) -> list[dict[str, Any]]:
    return [
        {
            "id": row.visit.id,
            "institution_id": row.institution.id,
            "institution": row.institution.name,
            "on_date": row.visit.on_date,
            "earliest": row.task.earliest,
            "latest": row.task.latest,
            "reasons": _reasons(row.task),
            "team": [
                {"inspector_id": seat.inspector_id, "name": person.name if person else None, "slot": seat.slot}
                for seat, person in zip(row.visit.members, row.members, strict=True)
            ],
        }
        for row in plans.visits_of(plan.id)
    ]


def _unplaced(plan: InspectionPlan) -> list[dict[str, Any]]:
    return [
        {
            "institution_id": row.institution.id,
            "institution": row.institution.name,
            "earliest": row.task.earliest,
            "latest": row.task.latest,
            "reasons": _reasons(row.task),
            "code": row.task.unplaced_code,
            "text": unplaced_text(row.task.unplaced_code or "", row.task.unplaced_facts),
        }
        for row in plans.unplaced_of(plan.id)
    ]


def _reasons(task: InspectionTask) -> list[dict[str, Any]]:
    return [
        {
            **reason,
            "due_on": date.fromisoformat(reason["due_on"]),
            "source": Text(**reason["source"]).pick(),
            "assumed": Text(**reason["assumed"]).pick() if reason["assumed"] else None,
        }
        for reason in task.reasons
    ]
