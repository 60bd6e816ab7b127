"""Which panels the workbench of a reader has, by what they may do."""

from __future__ import annotations

from typing import Any

from flask import current_app

from eldercare.accounts.rules import ROLE_NAMES, Role
from eldercare.beds.rules import LABELS as BED_LABELS
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.i18n import N_
from eldercare.inspections.rules import STATE_NAMES as PLAN_STATES
from eldercare.planning.rules import STANDING_NAMES, decimal_text
from eldercare.subsidies.rules import STATE_NAMES as RUN_STATES
from eldercare.work import nav, queries

#: Actions worth a button, with their address; shown to whom their route admits.
QUICK = (
    nav.Place("/assessments/new", N_("New assessment")),
    nav.Place("/people/new", N_("Register an elder")),
    nav.Place("/subsidies/runs/new", N_("New subsidy run")),
    nav.Place("/inspections/plans/new", N_("New inspection plan")),
    nav.Place("/registry/imports", N_("Import institutions")),
    nav.Place("/admin/users/new", N_("New account")),
)


def of(actor: Actor) -> dict[str, Any]:
    """The values of the page. A panel that is not the reader's is left out, not empty."""
    at, today = clock.now(), clock.today()
    panels: dict[str, Any] = {
        "who": actor,
        "roles": [ROLE_NAMES[Role(role)] for role in sorted(actor.roles)],
        "quick": nav.links(QUICK, actor),
        "bed_labels": BED_LABELS,
        "run_states": RUN_STATES,
        "plan_states": PLAN_STATES,
        "standings": STANDING_NAMES,
        "text": decimal_text,
    }
    if actor.can("notices.read"):
        panels["news"] = queries.news()
    if actor.institution_ids and actor.can("beds.read"):
        panels["homes"] = queries.homes(actor, at)
    if actor.region_paths and actor.can("registry.read"):
        panels["divisions"] = queries.divisions(actor, at, today)
    if actor.region_paths and actor.can("planning.read"):
        panels["plan_rows"] = queries.plan_rows(actor)
    panels |= _to_do(actor, today)
    return panels


def _to_do(actor: Actor, today: Any) -> dict[str, Any]:
    """What waits for the reader."""
    panels: dict[str, Any] = {}
    if actor.can("subsidies.review") or actor.can("subsidies.make"):
        panels["runs"] = queries.waiting_runs()
    if actor.can("inspections.plan"):
        panels["plans"] = queries.open_plans()
    if Role.INSPECTOR in actor.roles:
        panels["visits"] = queries.visits(actor, today)
    if actor.can("assessments.record") or Role.COMMUNITY_WORKER in actor.roles:
        panels["due"] = queries.due_assessments(today)
    if actor.elder_ids and actor.can("people.read"):
        panels["family"] = queries.family(actor)
    if nav.may_go(current_app._get_current_object(), actor, "/admin/users"):  # type: ignore[attr-defined]
        panels["administers"] = True
    return panels
