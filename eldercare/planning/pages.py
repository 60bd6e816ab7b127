"""`/planning`: every indicator of a plan with baseline, target, present figure and distance; CSV export."""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, Response, make_response, request

from eldercare.core.csvfile import write_csv
from eldercare.core.errors import NotFound
from eldercare.core.i18n import gettext as _
from eldercare.core.web import access, actor, render
from eldercare.planning import queries
from eldercare.planning.rules import KIND_NAMES, STANDING_NAMES, Row, Standing, decimal_text

blueprint = Blueprint("planning", __name__, url_prefix="/planning")

#: How a standing looks beside its word.
SIGNS = {
    Standing.REACHED: "ok",
    Standing.ON_TRACK: "info",
    Standing.BEHIND: "warn",
    Standing.MISSED: "danger",
}


@blueprint.get("")
@access("planning.read")
def index() -> Response:
    found = queries.choices(actor())
    choice = _chosen(found)
    rows = queries.rows(choice) if choice else []
    counts = Counter(row.standing for row in rows)
    return render(
        "planning/index.html", choices=found, choice=choice, rows=rows, counts=counts, Standing=Standing, signs=SIGNS,
        kinds=KIND_NAMES, standings=STANDING_NAMES, text=decimal_text,
    )  # fmt: skip


@blueprint.get("/export.csv")
@access("planning.read")
def export() -> Response:
    choice = _chosen(queries.choices(actor()))
    if choice is None:
        raise NotFound
    header = [
        _("Indicator"), _("Unit"), _("Kind"), _("Baseline"), _("Year"), _("Target"), _("Due"), _("Now"),
        _("Counted"), _("Of"), _("Distance"), _("Standing"), _("Section of the plan"),
    ]  # fmt: skip
    response = make_response(write_csv(header, [_csv_row(row) for row in queries.rows(choice)]))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    code = choice.region.code if choice.region else "none"
    response.headers["Content-Disposition"] = f'attachment; filename="plan-{choice.plan.key}-{code}.csv"'
    return response


def _chosen(found: list[queries.Choice]) -> queries.Choice | None:
    """The plan of the address (`plan`, `division`), else the first; an unknown one is refused."""
    plan, division = request.args.get("plan"), request.args.get("division")
    if plan is None:
        return found[0] if found else None
    for choice in found:
        if choice.plan.key == plan and (division is None or (choice.region and choice.region.code == division)):
            return choice
    raise NotFound


def _csv_row(row: Row) -> list[object]:
    indicator, actual = row.indicator, row.actual
    plain = [
        decimal_text(value).replace(",", "")
        for value in (indicator.baseline, indicator.target, row.value, row.distance)
    ]
    baseline, target, now, distance = ("" if text == "—" else text for text in plain)
    return [
        indicator.name, indicator.unit, _(KIND_NAMES[indicator.kind]), baseline, indicator.baseline_at, target,
        indicator.due, now, actual.part if actual else None, actual.whole if actual else None, distance,
        _(STANDING_NAMES[row.standing]), indicator.section,
    ]  # fmt: skip
