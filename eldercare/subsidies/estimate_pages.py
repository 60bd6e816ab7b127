"""`/estimate`: a few questions of a family, answered by the run's own engine. For everybody, nothing stored."""

from __future__ import annotations

from flask import Blueprint, Response, request

from eldercare.core.errors import DomainError, Invalid, NoRuleInForce, Problem
from eldercare.core.web import actor, decode, public, render
from eldercare.subsidies import queries
from eldercare.subsidies.schemas import EstimateIn
from eldercare.subsidies.service import estimate

blueprint = Blueprint("estimate", __name__, url_prefix="/estimate")


@blueprint.get("")
@public
def show() -> Response:
    """The places with rules, or the questions for the chosen one."""
    chosen = request.args.get("jurisdiction", "")
    if chosen and chosen not in estimate.jurisdictions():
        chosen = ""
    return _page(chosen)


@blueprint.post("")
@public
def answer() -> Response:
    chosen = request.form.get("jurisdiction", "")
    if chosen not in estimate.jurisdictions():
        return _page("", status=422)
    try:
        body = decode(EstimateIn())
        person = estimate.Person(**body.pop("person"))
        found = estimate.estimate(actor(), person=person, **body)
    except (Invalid, NoRuleInForce) as error:
        return _page(chosen, problems=_on_this_form(error), status=422)
    return _page(chosen, found=found)


def _on_this_form(error: DomainError) -> list[Problem]:
    """The problems by the names of the form's fields: `person.birth_date` is asked as `person[birth_date]`."""
    if not isinstance(error, Invalid):
        return [Problem("month", error.msgid, error.params)]
    names = {"person.county_group": "person[division]", "person": "person[division]"}
    return [Problem(names.get(p.field) or _bracketed(p.field), p.msgid, p.params) for p in error.problems]


def _bracketed(field: str) -> str:
    outer, dot, inner = field.partition(".")
    return f"{outer}[{inner}]" if dot else field


def _page(
    chosen: str, *, found: estimate.Estimate | None = None, problems: list[Problem] | None = None, status: int = 200
) -> Response:
    known = estimate.jurisdictions()
    months = {code: estimate.months_known(code) for code in known}
    return render(
        "subsidies/estimate.html",
        jurisdictions=known,
        months=months,
        chosen=chosen,
        divisions=queries.counties(estimate.pack_in_use(chosen).divisions) if chosen else [],
        month=estimate.latest_month(chosen) if chosen else "",
        form=request.form if request.method == "POST" else None,
        found=found,
        problems=problems,
        status=status,
    )
