"""`/subsidies`: the list of runs, a new run, one run with its lines, decisions on it, the export."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request, send_file
from werkzeug.wrappers import Response as BaseResponse

from eldercare.core import clock
from eldercare.core.csvfile import write_csv
from eldercare.core.db import rollback
from eldercare.core.errors import Conflict, DomainError, Invalid, NoRuleInForce, Problem
from eldercare.core.i18n import gettext as _
from eldercare.core.web import access, actor, commit, decode, flash, page_args, render, see_other
from eldercare.people.rules import KIND_LABELS, ORIGIN_LABELS
from eldercare.subsidies import export, queries, rules, views
from eldercare.subsidies.engine.segments import Month
from eldercare.subsidies.models import SubsidyRun
from eldercare.subsidies.schemas import CancelIn, DecisionIn, RunIn
from eldercare.subsidies.service import chunks, explaining, runs

#: Runs are one a month and jurisdiction: no list of them comes near this.
MOST_EXPORTED = 10_000

blueprint = Blueprint("subsidies", __name__, url_prefix="/subsidies")


@blueprint.get("")
@access("subsidies.read")
def index() -> Response:
    """Runs in scope, the newest month first."""
    page, per_page = page_args()
    filters = {name: request.args.get(name, "")[:40] for name in ("jurisdiction", "state")}
    found = queries.runs(page, per_page, **{key: value or None for key, value in filters.items()})
    return render(
        "subsidies/index.html",
        page=found,
        filters=filters,
        titles=runs.pack_titles(),
        state_names=rules.STATE_NAMES,
        badges=views.BADGES,
        state_options=[(str(state), _(name)) for state, name in rules.STATE_NAMES.items()],
        may_make=bool(runs.runnable(actor())),
        is_maker=actor().can("subsidies.make"),
    )


@blueprint.get("/runs.csv")
@access("subsidies.read")
def index_csv() -> Response:
    """The list of runs as filtered, all pages."""
    filters = {name: request.args.get(name, "")[:40] or None for name in ("jurisdiction", "state")}
    found = queries.runs(1, MOST_EXPORTED, **filters)
    header = [_("Month"), _("Jurisdiction"), _("State"), _("Persons"), _("Lines"), _("Total"), _("Made")]
    rows = [
        [f"{run.month:%Y-%m}", run.jurisdiction, _(rules.STATE_NAMES[run.state]), run.persons, run.lines,
         f"{run.total_fen // 100}.{run.total_fen % 100:02d}", run.made_at]
        for run in found.items
    ]  # fmt: skip
    headers = {"Content-Disposition": 'attachment; filename="subsidy-runs.csv"'}
    return Response(write_csv(header, rows), mimetype="text/csv", headers=headers)


@blueprint.get("/runs/new")
@access("subsidies.make")
def new() -> Response:
    return _new_form()


@blueprint.post("/runs/new")
@access("subsidies.make")
def create() -> BaseResponse:
    try:
        body = decode(RunIn())
        run = runs.create(actor(), month=Month.parse(body.pop("month")), **body)
        commit()
    except Invalid as error:
        return _new_form(error.problems, 422)
    except (Conflict, NoRuleInForce) as error:
        return _new_form([Problem("month", error.msgid, error.params)], 409 if isinstance(error, Conflict) else 422)
    flash(_("The run was made. It is being computed now."), "ok")
    return see_other("subsidies.show", run_id=run.id)


def _new_form(problems: list[Problem] | None = None, status: int = 200) -> Response:
    if problems:
        rollback()
    choices = runs.runnable(actor())
    return render(
        "subsidies/new.html",
        problems=problems,
        form=request.form if request.method == "POST" else None,
        choices=choices,
        jurisdiction_options=[(choice.code, choice.title) for choice in choices],
        known="; ".join(f"{choice.title} {', '.join(choice.months)}" for choice in choices),
        month=f"{clock.today():%Y-%m}",
        status=status,
    )


@blueprint.get("/runs/<uuid:run_id>")
@access("subsidies.read")
def show(run_id: UUID) -> Response:
    """State, progress, totals by division and scheme, and what may be done next."""
    run = queries.get_run(run_id)
    return render(
        "subsidies/run.html",
        **_frame(run, "overview"),
        progress=_progress(run),
        steps=[(_(rules.STATE_NAMES[state]), mark) for state, mark in views.steps(run)],
        columns=views.total_columns(run),
        totals=views.division_totals(queries.totals(run_id)) if run.state not in rules.WORKING else [],
        events=queries.events(run_id),
        failed=[chunk for chunk in queries.chunks(run_id) if chunk.state == "failed"],
        may=runs.decisions(actor(), run),
    )


@blueprint.get("/runs/<uuid:run_id>/progress")
@access("subsidies.read")
def progress(run_id: UUID) -> Response:
    """The bar alone, asked for every two seconds while work goes on; the whole page at the end."""
    run = queries.get_run(run_id)
    state = _progress(run)
    response = render("subsidies/progress.html", run=run, progress=state)
    if not state["going"]:
        response.headers["HX-Refresh"] = "true"
    return response


def _progress(run: SubsidyRun) -> dict[str, Any]:
    counts = queries.chunk_counts(run.id)
    total = sum(counts.values())
    return {
        "done": counts["done"],
        "total": total,
        "failed": counts["failed"],
        "going": run.state in rules.WORKING and not (counts["failed"] and not counts["open"]),
    }


def _frame(run: SubsidyRun, tab: str) -> dict[str, Any]:
    """What every tab of a run shows."""
    pack = runs.pack_of(run)
    return {
        "run": run,
        "tab": tab,
        "pack": pack,
        "titles": views.scheme_titles(pack),
        "state_name": _(rules.STATE_NAMES[run.state]),
        "state_names": rules.STATE_NAMES,
        "badge": views.BADGES[run.state],
    }


@blueprint.get("/runs/<uuid:run_id>/lines")
@access("subsidies.read")
def lines(run_id: UUID) -> Response:
    run = queries.get_run(run_id)
    page, per_page = page_args(50)
    filters = {name: request.args.get(name, "")[:60] for name in ("division", "scheme")}
    found = queries.lines(run_id, page, per_page, **{key: value or None for key, value in filters.items()})
    divisions = queries.division_names({row["division"] for row in queries.totals(run_id)})
    return render(
        "subsidies/lines.html",
        **_frame(run, "lines"),
        page=found,
        filters=filters,
        divisions=divisions,
        division_options=sorted(divisions.items()),
        scheme_options=list(views.scheme_titles(runs.pack_of(run)).items()),
        persons=views.persons_of(found.items),
    )


@blueprint.get("/runs/<uuid:run_id>/lines/<int:number>")
@access("subsidies.read")
def line(run_id: UUID, number: int) -> Response:
    """One amount opened down to its facts, its rule row, its clause and its arithmetic."""
    run = queries.get_run(run_id)
    opened = explaining.open_line(actor(), run=run, number=number)
    commit()  # the look at personal data is on record
    return render(
        "subsidies/line.html",
        **_frame(run, "lines"),
        opened=opened,
        kind_labels=KIND_LABELS,
        value_label=views.value_label,
        places=queries.division_names({fact.value for fact in opened.facts if fact.kind in ("residence", "hukou")}),
        origin_labels=ORIGIN_LABELS,
        person=views.persons_of([opened.line]).get(opened.line.elder_id),
        division=queries.division_names({opened.line.division}).get(opened.line.division, opened.line.division),
    )


@blueprint.get("/runs/<uuid:run_id>/skipped")
@access("subsidies.read")
def skipped(run_id: UUID) -> Response:
    run = queries.get_run(run_id)
    page, per_page = page_args(50)
    filters = {name: request.args.get(name, "")[:60] for name in ("reason", "scheme")}
    found = queries.skips(run_id, page, per_page, **{key: value or None for key, value in filters.items()})
    counts = queries.skip_counts(run_id)
    return render(
        "subsidies/skipped.html",
        **_frame(run, "skipped"),
        page=found,
        filters=filters,
        counts=counts,
        reason_text=views.reason_text,
        skip_text=views.skip_text,
        divisions=queries.division_names({skip.division for skip in found.items}),
        persons=views.persons_of(found.items),
    )


@blueprint.get("/runs/<uuid:run_id>/lines.csv")
@access("subsidies.read")
def export_lines(run_id: UUID) -> Response:
    """All lines in scope as CSV: UTF-8 with the mark Excel needs, formulas escaped."""
    run = queries.get_run(run_id)
    export.record(actor(), run)
    commit()
    name = f"subsidies-{run.jurisdiction}-{run.month:%Y-%m}.csv"
    return send_file(export.lines_file(run), mimetype="text/csv", as_attachment=True, download_name=name)


@blueprint.get("/runs/<uuid:run_id>/<any(review, approve, cancel):step>")
@access("subsidies.read")
def confirm(run_id: UUID, step: str) -> Response:
    """The page before a decision: what it means, and whether this person may take it."""
    return _confirm(queries.get_run(run_id), step)


def _confirm(run: SubsidyRun, step: str, error: DomainError | None = None) -> Response:
    return render(
        "subsidies/confirm.html",
        **_frame(run, "overview"),
        step=step,
        why_not=runs.decisions(actor(), run)[step],
        problems=error.problems if isinstance(error, Invalid) else None,
        form=request.form if error else None,
        status=200 if error is None else 422,
    )


@blueprint.post("/runs/<uuid:run_id>/review")
@access("subsidies.review")
def review(run_id: UUID) -> BaseResponse:
    runs.review(actor(), run_id=run_id, **decode(DecisionIn()))
    commit()
    flash(_("The run is reviewed. It can be approved now."), "ok")
    return see_other("subsidies.show", run_id=run_id)


@blueprint.post("/runs/<uuid:run_id>/approve")
@access("subsidies.approve")
def approve(run_id: UUID) -> BaseResponse:
    runs.approve(actor(), run_id=run_id, **decode(DecisionIn()))
    commit()
    flash(_("The run is approved."), "ok")
    return see_other("subsidies.show", run_id=run_id)


@blueprint.post("/runs/<uuid:run_id>/cancel")
@access("subsidies.make")
def cancel(run_id: UUID) -> BaseResponse:
    try:
        runs.cancel(actor(), run_id=run_id, **decode(CancelIn()))
        commit()
    except Invalid as error:
        rollback()
        return _confirm(queries.get_run(run_id), "cancel", error)
    flash(_("The run is cancelled. Its facts and lines stay as evidence."), "ok")
    return see_other("subsidies.show", run_id=run_id)


@blueprint.post("/runs/<uuid:run_id>/retry")
@access("subsidies.make")
def retry(run_id: UUID) -> BaseResponse:
    count = chunks.retry_failed(actor(), run_id=run_id)
    commit()
    flash(_("%(count)s failed parts are being computed again.", count=count), "ok")
    return see_other("subsidies.show", run_id=run_id)
