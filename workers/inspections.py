"""Jobs of the inspections: solve a plan, and ring again for plans that still wait."""

from __future__ import annotations

from uuid import UUID

from eldercare.core.actor import Actor
from eldercare.inspections import service
from workers.edge import job


@job
def solve_plan(actor: Actor, plan_id: str) -> bool:
    """Claim, solve and store one plan in one transaction; False when it was taken or done already."""
    return service.solve_plan(actor, plan_id=UUID(plan_id))


@job
def sweep(actor: Actor) -> int:
    """Ring for plans whose bell was lost or whose worker died; how many."""
    return service.ring_open_plans(actor)
