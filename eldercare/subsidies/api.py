"""Estimates for everybody; runs and their lines for those who make and check them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from eldercare.core.api import Blueprint
from eldercare.core.errors import Invalid
from eldercare.core.i18n import N_
from eldercare.core.web import access, actor, api_page, commit, public
from eldercare.subsidies import queries
from eldercare.subsidies.engine.segments import Month
from eldercare.subsidies.models import SubsidyRun
from eldercare.subsidies.schemas import (
    CancelIn,
    DecisionIn,
    EstimateIn,
    EstimateOut,
    LineOut,
    LinePage,
    LineQuery,
    RunIn,
    RunOut,
    RunPage,
    RunQuery,
)
from eldercare.subsidies.service import chunks, estimate, runs

blueprint = Blueprint("api_subsidies", __name__, url_prefix="/api/v1", description="Subsidies 补贴")


@blueprint.post("/estimates")
@public
@blueprint.arguments(EstimateIn)
@blueprint.response(200, EstimateOut)
def estimates(body: dict[str, Any]) -> dict[str, Any]:
    """What one person would get in a month. Nothing is stored, nobody signs in."""
    person = estimate.Person(**body.pop("person"))
    found = estimate.estimate(actor(), person=person, **body)
    return {
        "lines": [
            {
                "scheme": line.scheme,
                "title": line.title.pick(),
                "amount_fen": line.amount_fen,
                "explanation": line.explanation.pick(),
                "source": line.source.pick(),
                "assumed": line.assumed,
            }
            for line in found.lines
        ],
        "total_fen": found.total_fen,
        "skipped": [
            {"scheme": skip.scheme, "title": skip.title.pick(), "reason": skip.reason.pick()} for skip in found.skipped
        ],
    }


@blueprint.get("/subsidy-runs")
@access("subsidies.read")
@blueprint.arguments(RunQuery, location="query")
@blueprint.response(200, RunPage)
def list_runs(query: dict[str, Any]) -> dict[str, Any]:
    """Runs in the caller's scope, the newest month first."""
    page = queries.runs(**query)
    return api_page(page, list(page.items))


@blueprint.post("/subsidy-runs")
@access("subsidies.make")
@blueprint.arguments(RunIn)
@blueprint.response(202, RunOut)
def create_run(body: dict[str, Any]) -> SubsidyRun:
    """Make a run of a month; workers freeze and compute it. Send an Idempotency-Key."""
    try:
        month = Month.parse(body.pop("month"))
    except (ValueError, OverflowError):
        raise Invalid.one("month", N_("Write the month as YYYY-MM, for example 2023-01.")) from None
    run = runs.create(actor(), month=month, **body)
    commit()
    return run


@blueprint.get("/subsidy-runs/<uuid:run_id>")
@access("subsidies.read")
@blueprint.response(200, RunOut)
def get_run(run_id: UUID) -> SubsidyRun:
    """A run with its state and totals."""
    return queries.get_run(run_id)


@blueprint.get("/subsidy-runs/<uuid:run_id>/lines")
@access("subsidies.read")
@blueprint.arguments(LineQuery, location="query")
@blueprint.response(200, LinePage)
def list_lines(query: dict[str, Any], run_id: UUID) -> dict[str, Any]:
    """Lines of a run that the caller may see."""
    queries.get_run(run_id)
    page = queries.lines(run_id, **query)
    return api_page(page, list(page.items))


@blueprint.get("/subsidy-runs/<uuid:run_id>/lines/<int:number>")
@access("subsidies.read")
@blueprint.response(200, LineOut)
def get_line(run_id: UUID, number: int) -> Any:
    """One line with its trace: days, rule rows, amounts and the facts they were chosen by."""
    queries.get_run(run_id)
    return queries.get_line(run_id, number)


@blueprint.post("/subsidy-runs/<uuid:run_id>/review")
@access("subsidies.review")
@blueprint.arguments(DecisionIn)
@blueprint.response(200, RunOut)
def review(body: dict[str, Any], run_id: UUID) -> SubsidyRun:
    """Mark a computed run as reviewed; never by its maker."""
    run = runs.review(actor(), run_id=run_id, **body)
    commit()
    return run


@blueprint.post("/subsidy-runs/<uuid:run_id>/approve")
@access("subsidies.approve")
@blueprint.arguments(DecisionIn)
@blueprint.response(200, RunOut)
def approve(body: dict[str, Any], run_id: UUID) -> SubsidyRun:
    """Approve a reviewed run; never by its maker."""
    run = runs.approve(actor(), run_id=run_id, **body)
    commit()
    return run


@blueprint.post("/subsidy-runs/<uuid:run_id>/cancel")
@access("subsidies.make")
@blueprint.arguments(CancelIn)
@blueprint.response(200, RunOut)
def cancel(body: dict[str, Any], run_id: UUID) -> SubsidyRun:
    """Cancel a run before its approval; what it was computed from stays as evidence."""
    run = runs.cancel(actor(), run_id=run_id, **body)
    commit()
    return run


@blueprint.post("/subsidy-runs/<uuid:run_id>/retry")
@access("subsidies.make")
@blueprint.response(200, RunOut)
def retry(run_id: UUID) -> SubsidyRun:
    """Try the failed parts of a run again."""
    chunks.retry_failed(actor(), run_id=run_id)
    commit()
    return queries.get_run(run_id)
