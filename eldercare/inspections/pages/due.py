"""What falls due, with filters and export."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Response, request

from eldercare.core import clock
from eldercare.core.errors import DomainError, Invalid, Problem
from eldercare.core.i18n import N_, gettext
from eldercare.core.web import Page, access, actor, commit, page_args
from eldercare.inspections.pages.base import blueprint, csv_answer, division_of, page, path_of_reader, text_arg
from eldercare.inspections.policies import Policy, policy_for
from eldercare.inspections.rules import DUE_NAMES, DueKind
from eldercare.inspections.service.freezing import DueVisit, due_visits
from eldercare.regions.models import Region
from eldercare.regions.queries import choices, full_labels

_AHEAD = timedelta(days=90)


@dataclass(frozen=True)
class Asked:
    """What the reader asked for in the address."""

    region: Region | None
    as_of: date
    until: date
    kind: str
    overdue: bool
    text: str


#: Days that a visit can fall due on; further off there is only a typing error.
_EARLIEST, _LATEST = date(1990, 1, 1), date(2200, 1, 1)


def _day(name: str, default: date) -> date:
    given = text_arg(name, 10)
    try:
        found = date.fromisoformat(given) if given else default
        if not _EARLIEST <= found <= _LATEST:
            raise ValueError
        return found
    except ValueError:
        raise Invalid.one(name, N_("This is not a date. Write it as YYYY-MM-DD.")) from None


def _asked() -> Asked:
    as_of = _day("as_of", clock.today())
    until = _day("until", as_of + _AHEAD)
    kind = text_arg("kind")
    return Asked(
        region=division_of(text_arg("division", 40)),
        as_of=as_of,
        until=until,
        kind=kind if kind in set(DueKind) else "",
        overdue=request.args.get("overdue") == "1",
        text=text_arg("q"),
    )


def _rows(asked: Asked) -> tuple[list[DueVisit], Policy]:
    path = path_of_reader(asked.region)
    policy = policy_for(path, asked.as_of)
    found = [
        row
        for row in due_visits(path, asked.as_of, asked.until, policy, asked.text.lower())
        if (not asked.kind or any(due.kind == asked.kind for due in row.visit.dues))
        and (not asked.overdue or any(due.overdue_days for due in row.visit.dues))
    ]
    found.sort(key=lambda row: (row.visit.latest, -max(due.overdue_days for due in row.visit.dues), row.place.name))
    return found, policy


@blueprint.get("")
@access("inspections.read")
def due() -> Response:
    """The visits that fall due, the most urgent first."""
    number, per_page = page_args()
    context: dict[str, Any] = {
        "filters": request.args,
        "problems": None,
        "today": clock.today(),
        "divisions": choices(actor().region_paths),
    }
    try:
        asked = _asked()
        rows, policy = _rows(asked)
    except DomainError as error:
        problems = error.problems if isinstance(error, Invalid) else [_as_problem(error)]
        return page("due", "due", status=422, rows=None, asked=None, **{**context, "problems": problems})
    commit()  # a year of the calendar may have been seeded on the way
    shown = rows[(number - 1) * per_page : number * per_page]
    return page(
        "due",
        "due",
        asked=asked,
        rows=Page(shown, len(rows), number, per_page),
        overdue=sum(1 for row in rows if any(due.overdue_days for due in row.visit.dues)),
        labels=full_labels(row.place.region_path for row in shown),
        policy=policy,
        **{**context, "divisions": choices(actor().region_paths, asked.region)},
    )


def _as_problem(error: DomainError) -> Any:
    return Problem("division", error.msgid, error.params)


@blueprint.get("/due.csv")
@access("inspections.read")
def due_csv() -> Response:
    """The list as filtered, all pages."""
    rows, _policy = _rows(_asked())
    labels = full_labels(row.place.region_path for row in rows)
    header = [
        N_("Institution"), N_("Division"), N_("Why"), N_("Due on"), N_("Days overdue"), N_("Earliest"), N_("Best day"),
        N_("Latest"), N_("Source"),
    ]  # fmt: skip
    lines = [
        [
            row.place.name,
            labels[row.place.region_path],
            gettext(DUE_NAMES[one.kind]),
            one.due_on,
            one.overdue_days,
            row.visit.earliest,
            row.visit.ideal,
            row.visit.latest,
            one.source.pick(),
        ]
        for row in rows
        for one in row.visit.dues
    ]
    return csv_answer("inspections-due.csv", header, lines)
