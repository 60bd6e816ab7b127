"""Who is told when a plan is ready, has failed, or is published. In the transaction of the change."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, session
from eldercare.core.i18n import N_
from eldercare.inspections.models import InspectionPlan, Inspector, VisitMember
from eldercare.inspections.rules import PlanState
from eldercare.notices import service as notices

_READY = {
    PlanState.SOLVED: N_(
        "The inspection plan %(first)s to %(last)s is ready: %(visits)s visits, %(unplaced)s not placed."
    ),
    PlanState.FAILED: N_("The inspection plan %(first)s to %(last)s could not be made."),
}
_BOOKED = N_("Inspection visits between %(first)s and %(last)s are planned for you.")


def tell(actor: Actor, plan: InspectionPlan) -> None:
    """Planners of a plan that is ready or failed; inspectors with an account of their published visits."""
    params = {
        "first": plan.first_day.isoformat(), "last": plan.last_day.isoformat(),
        "visits": plan.visit_count, "unplaced": plan.unplaced_count,
    }  # fmt: skip
    state = PlanState(plan.state)
    if state in _READY:
        notices.notify_holders(
            actor, permission="inspections.plan", region_path=plan.region_path, kind=f"inspections.plan_{state}",
            msgid=_READY[state], params=params, link=f"/inspections/plans/{plan.id}",
        )  # fmt: skip
    elif state is PlanState.PUBLISHED:
        notices.notify(
            actor, user_ids=_booked(plan), kind=f"inspections.booked.{plan.id.hex[:12]}", msgid=_BOOKED, params=params,
            link="/inspections/mine",
        )  # fmt: skip


def _booked(plan: InspectionPlan) -> list[UUID]:
    """Accounts of the plan's inspectors. As the system: a planner need not see the accounts."""
    with acting_as(Actor.system("inspections: telling")):
        found = session().scalars(
            select(Inspector.user_id)
            .join(VisitMember, VisitMember.inspector_id == Inspector.id)
            .where(VisitMember.plan_id == plan.id, Inspector.user_id.is_not(None))
            .distinct()
        )
        return [user_id for user_id in found if user_id is not None]
