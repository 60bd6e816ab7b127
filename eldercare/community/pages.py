"""The list of elders due for a visit, and the form that records one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from eldercare.audit import service as audit
from eldercare.community import queries, service
from eldercare.community.rules import OUTCOME_LABELS, Outcome, due
from eldercare.community.schemas import VisitIn
from eldercare.core import clock
from eldercare.core.csvfile import write_csv
from eldercare.core.errors import Conflict, Invalid
from eldercare.core.i18n import gettext
from eldercare.core.web import access, actor, commit, decode, flash, page_args, render, see_other
from eldercare.people.queries import get_elder
from eldercare.people.rules import VALUES, Kind
from eldercare.people.views import EXPORT_LIMIT, whole
from eldercare.policy.visits import regular_visits
from eldercare.regions.queries import full_labels, path_meant, suggestions

blueprint = Blueprint("community", __name__, url_prefix="/community")
AHEAD = (0, 7, 30)


@blueprint.context_processor
def helpers() -> dict[str, Any]:
    situations = VALUES[Kind.LIVING_SITUATION]
    return {
        "outcomes": [(str(outcome), gettext(text)) for outcome, text in OUTCOME_LABELS.items()],
        "outcome_text": lambda outcome: gettext(OUTCOME_LABELS[Outcome(outcome)]),
        "situation_text": lambda value: gettext(situations.get(value, value)),
    }


def _filters() -> dict[str, Any]:
    division = request.args.get("division", "").strip()[:60]
    ahead = request.args.get("ahead", 0, type=int) or 0
    return {
        "region_path": path_meant(division, within=actor().region_paths),
        "ahead_days": ahead if ahead in AHEAD else 0,
    }


@blueprint.get("")
@access("community.read")
def index() -> Response:
    number, size = page_args()
    filters, standard, today = _filters(), regular_visits(), clock.today()
    page = queries.due_list(standard, today, **filters, page=number, per_page=size)
    at_risk, visited = queries.figures(standard, today, filters["region_path"])
    return render(
        "community/index.html", page=page, standard=standard, at_risk=at_risk, visited=visited, filters=filters,
        division=request.args.get("division", "").strip()[:60], suggested=suggestions(actor().region_paths),
        labels=full_labels({item.elder.region_path for item in page.items}),
    )  # fmt: skip


@blueprint.get("/export.csv")
@access("community.read")
def export() -> Response:
    """The round to walk: names in full, because the worker knocks at these doors. On record."""
    filters, standard = _filters(), regular_visits()
    page = queries.due_list(standard, clock.today(), **filters, per_page=EXPORT_LIMIT + 1)
    whole(page.items)
    labels = full_labels({item.elder.region_path for item in page.items})
    header = [
        gettext("Name"),
        gettext("Residence"),
        gettext("Living situation"),
        gettext("Last seen"),
        gettext("Due on"),
        gettext("Days late"),
    ]
    rows = [
        [
            item.elder.name, labels[item.elder.region_path],
            gettext(VALUES[Kind.LIVING_SITUATION][item.living_situation]), item.due.last_seen_on or "", item.due.due_on,
            item.due.days_late,
        ]
        for item in page.items
    ]  # fmt: skip
    audit.record_read(action="community.export", subject_type="list", subject_id="visits", fields=["name"])
    commit()
    headers = {"Content-Disposition": 'attachment; filename="visits-due.csv"'}
    return Response(write_csv(header, rows), mimetype="text/csv", headers=headers)


@blueprint.get("/<uuid:elder_id>")
@access("community.read")
def show(elder_id: UUID) -> Response:
    """One elder: when the next visit is due, the visits so far, the form."""
    return _show(elder_id, {"visited_on": clock.today().isoformat()})


def _show(elder_id: UUID, form: Any, **more: Any) -> Response:
    elder = get_elder(elder_id)
    today = clock.today()
    situation = queries.situation_of(elder_id, today)
    next_due = due(regular_visits(), *situation, queries.last_seen_on(elder_id), today) if situation else None
    return render(
        "community/show.html", elder=elder, form=form, situation=situation, due=next_due,
        visits=queries.visits_of(elder_id), labels=full_labels({elder.region_path}), standard=regular_visits(), **more,
    )  # fmt: skip


@blueprint.post("/<uuid:elder_id>")
@access("community.record")
def record(elder_id: UUID) -> Response | BaseResponse:
    get_elder(elder_id)
    try:
        values = decode(VisitIn())
        values["outcome"] = Outcome(values["outcome"])
        service.record_visit(actor(), elder_id=elder_id, **values)
    except Invalid as error:
        return _show(elder_id, request.form, problems=error.problems, status=422)
    except Conflict as error:
        return _show(elder_id, request.form, refusal=error.message, status=409)
    commit()
    flash(gettext("The regular visit is recorded."), "ok")
    return see_other("community.index")


@blueprint.post("/visits/<uuid:visit_id>/withdraw")
@access("community.record")
def withdraw(visit_id: UUID) -> BaseResponse:
    visit = service.withdraw_visit(actor(), visit_id=visit_id)
    commit()
    flash(gettext("The visit is withdrawn."), "ok")
    return see_other("community.show", elder_id=visit.elder_id)
