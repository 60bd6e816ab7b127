"""Plans: list, new, one plan in its views, decisions, export."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from eldercare.core import clock
from eldercare.core.errors import DomainError, Invalid, Problem
from eldercare.core.i18n import N_, gettext
from eldercare.core.web import Page, access, actor, commit, decode, flash, page_args, see_other
from eldercare.inspections import schemas, service
from eldercare.inspections.models import InspectionPlan
from eldercare.inspections.pages.base import blueprint, csv_answer, division_of, page, reason_words, text_arg
from eldercare.inspections.queries import facts
from eldercare.inspections.queries import plans as lookup
from eldercare.inspections.queries.plans import VisitRow
from eldercare.inspections.rules import PlanState
from eldercare.inspections.texts import unplaced_text, weekday_name
from eldercare.regions.queries import choices, find_by_path, find_region, full_labels

VIEWS = ("days", "inspectors", "unplaced", "proof")
_PER_PAGE = 50


@blueprint.get("/plans")
@access("inspections.read")
def plans() -> Response:
    """Plans of the reader's divisions, newest first."""
    number, per_page = page_args()
    state = text_arg("state")
    state = state if state in set(PlanState) else ""
    rows = lookup.list_plans(state=state or None, page=number, per_page=per_page)
    labels = full_labels(plan.region_path for plan in rows.items)
    return page("plans", "plans", rows=rows, labels=labels, filters=request.args)


@blueprint.get("/plans/new")
@access("inspections.plan")
def new_plan() -> Response:
    """The form, filled in for the next quarter of a year."""
    region = division_of(text_arg("division", 40))
    return _form(_suggestion(region.code if region else ""))


def _suggestion(division: str) -> dict[str, Any]:
    today = clock.today()
    first = today + timedelta(days=1)
    return {
        "division": division,
        "as_of": today.isoformat(),
        "first_day": first.isoformat(),
        "last_day": (first + timedelta(days=90)).isoformat(),
        "seconds": 60,
    }


def _form(form: Any, problems: list[Problem] | None = None) -> Response:
    chosen = find_region(str(form.get("division") or "")[:40])
    own = choices(actor().region_paths, chosen)
    return page("plan_new", "plans", form=form, problems=problems, own=own, status=422 if problems else 200)


@blueprint.post("/plans")
@access("inspections.plan")
def create_plan() -> BaseResponse:
    try:
        plan = service.create_plan(actor(), **decode(schemas.PlanIn()))
    except Invalid as error:
        return _form(request.form, error.problems)
    except DomainError as error:
        return _form(request.form, [Problem("division", error.msgid, error.params)])
    commit()
    return see_other("inspections.plan", plan_id=plan.id)


@blueprint.get("/plans/<uuid:plan_id>")
@access("inspections.read")
def plan(plan_id: UUID) -> Response:
    """One plan: while a worker solves it this page asks again by itself; then days, inspectors, unplaced, proof."""
    found = lookup.get_plan(plan_id)
    view = text_arg("view")
    view = view if view in VIEWS else "days"
    region = find_by_path(found.region_path)
    context: dict[str, Any] = {"plan": found, "view": view, "region": region, "filters": request.args}
    if found.solver is not None:
        context |= _VIEW[view](found)
    return page("plan", "plans", block="plan_body", **context)


def _days(plan: InspectionPlan) -> dict[str, Any]:
    number, per_page = page_args(_PER_PAGE)
    rows = lookup.visits_of(plan.id)
    wanted = text_arg("inspector", 36)
    if wanted:
        rows = [row for row in rows if any(member and str(member.id) == wanted for member in row.members)]
    shown = rows[(number - 1) * per_page : number * per_page]
    return {
        "rows": Page(shown, len(rows), number, per_page),
        "labels": full_labels(row.institution.region_path for row in shown),
        "day_names": _day_names(shown),
        "only": next((m.name for row in rows for m in row.members if m and str(m.id) == wanted), None),
    }


def _day_names(rows: list[VisitRow]) -> dict[date, str]:
    return {row.visit.on_date: weekday_name(row.visit.on_date) for row in rows}


def _inspectors(plan: InspectionPlan) -> dict[str, Any]:
    people = facts.inspectors_for(plan.region_path, plan.first_day)
    loads = lookup.loads_of(lookup.visits_of(plan.id), people)
    return {
        "loads": loads,
        "most": max((load.visits for load in loads), default=0),
        "labels": full_labels(load.inspector.base_path for load in loads),
    }


def _unplaced(plan: InspectionPlan) -> dict[str, Any]:
    number, per_page = page_args(_PER_PAGE)
    rows = lookup.unplaced_of(plan.id)
    shown = rows[(number - 1) * per_page : number * per_page]
    return {
        "unplaced": Page(shown, len(rows), number, per_page),
        "labels": full_labels(row.institution.region_path for row in shown),
    }


def _proof(plan: InspectionPlan) -> dict[str, Any]:
    return {}


_VIEW = {"days": _days, "inspectors": _inspectors, "unplaced": _unplaced, "proof": _proof}


@blueprint.get("/plans/<uuid:plan_id>.csv")
@access("inspections.read")
def plan_csv(plan_id: UUID) -> Response:
    """Every task of the plan: its visit with the team, or why it has none."""
    found = lookup.get_plan(plan_id)
    visits, unplaced = lookup.visits_of(plan_id), lookup.unplaced_of(plan_id)
    places = [row.institution for row in visits] + [left.institution for left in unplaced]
    labels = full_labels(place.region_path for place in places)
    header = [
        N_("Day"), N_("Institution"), N_("Division"), N_("Address"), N_("Lead"), N_("Member"), N_("Why"),
        N_("Earliest"), N_("Latest"), N_("Not placed because"),
    ]  # fmt: skip
    lines: list[list[Any]] = []
    for row in visits:
        names = [member.name if member else "" for member in row.members]
        place = row.institution
        lines.append([row.visit.on_date, place.name, labels[place.region_path], place.address, names[0],
                      ", ".join(names[1:]), _why(row.task.reasons), row.task.earliest, row.task.latest, ""])  # fmt: skip
    for left in unplaced:
        place = left.institution
        because = unplaced_text(left.task.unplaced_code or "", left.task.unplaced_facts)
        lines.append(["", place.name, labels[place.region_path], place.address, "", "", _why(left.task.reasons),
                      left.task.earliest, left.task.latest, because])  # fmt: skip
    return csv_answer(f"inspections-{found.division}-{found.first_day}.csv", header, lines)


def _why(reasons: list[dict[str, Any]]) -> str:
    return "; ".join(f"{words['name']} {words['due_on']}" for words in map(reason_words, reasons))


@blueprint.get("/plans/<uuid:plan_id>/publish")
@access("inspections.plan")
def confirm_publish(plan_id: UUID) -> Response:
    """What publishing does, before it is done."""
    return page("plan_publish", "plans", plan=lookup.get_plan(plan_id), verb="publish")


@blueprint.post("/plans/<uuid:plan_id>/publish")
@access("inspections.plan")
def publish(plan_id: UUID) -> BaseResponse:
    return _decide(plan_id, service.publish_plan, N_("The plan is published. The inspectors see their visits."))


@blueprint.get("/plans/<uuid:plan_id>/cancel")
@access("inspections.plan")
def confirm_cancel(plan_id: UUID) -> Response:
    return page("plan_publish", "plans", plan=lookup.get_plan(plan_id), verb="cancel")


@blueprint.post("/plans/<uuid:plan_id>/cancel")
@access("inspections.plan")
def cancel(plan_id: UUID) -> BaseResponse:
    return _decide(plan_id, service.cancel_plan, N_("The plan is cancelled."))


@blueprint.post("/plans/<uuid:plan_id>/retry")
@access("inspections.plan")
def retry(plan_id: UUID) -> BaseResponse:
    return _decide(plan_id, service.retry_plan, N_("A worker tries the plan again."))


def _decide(plan_id: UUID, change: Any, told: str) -> BaseResponse:
    change(actor(), plan_id=plan_id, version=decode(schemas.Decision())["version"])
    commit()
    flash(gettext(told), "ok")
    return see_other("inspections.plan", plan_id=plan_id)
