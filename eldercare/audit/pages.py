"""The log, for those who watch over it."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from eldercare.audit import queries
from eldercare.audit.models import AuditRow
from eldercare.audit.queries import Filters
from eldercare.audit.rules import Outcome
from eldercare.audit.schemas import RowFilters
from eldercare.core.actor import Actor
from eldercare.core.csvfile import write_csv
from eldercare.core.db import acting_as, commit, current_actor
from eldercare.core.errors import Invalid
from eldercare.core.i18n import N_, gettext
from eldercare.core.web import Page, access, decode, page_args, render

blueprint = Blueprint("audit", __name__, url_prefix="/audit")

OUTCOMES = {
    Outcome.DONE.value: N_("Done"),
    Outcome.REFUSED.value: N_("Access refused"),
    Outcome.READ.value: N_("Personal data read"),
}
EXPORT_MOST = 50_000
_PAGING = {"page", "per_page", "lang"}


def _filters() -> Filters:
    given = MultiDict([(key, value) for key, value in request.args.items(multi=True) if key not in _PAGING])
    return Filters(**decode(RowFilters(), given))


@blueprint.get("")
@access("audit.read")
def index() -> Response:
    """Rows of the reader's divisions, newest first, narrowed by subject, actor, action, outcome and days."""
    page, per_page = page_args(50)
    problems: Any = None
    try:
        rows, total = queries.page_of_rows(_filters(), page, per_page)
    except Invalid as error:
        problems, rows, total = error.problems, [], 0
    with acting_as(Actor.system("audit page")):
        last = queries.last_seal()
    return render(
        "audit/index.html",
        page=Page(rows, total, page, per_page),
        filters=request.args,
        problems=problems,
        outcomes=[(key, gettext(text)) for key, text in OUTCOMES.items()],
        outcome_names=OUTCOMES,
        details=_details,
        last=last,
        status=422 if problems else 200,
    )


def _details(row: AuditRow) -> str:
    """Before and after, short enough for a table cell."""
    parts = []
    if row.before:
        parts.append(gettext("before: %(values)s", values=_flat(row.before)))
    if row.after:
        parts.append(gettext("after: %(values)s", values=_flat(row.after)))
    return " · ".join(parts)


def _flat(values: dict[str, Any]) -> str:
    """`key=value` pairs; the reason of a refusal is a sentence of ours and reads in the reader's language."""
    return ", ".join(
        f"{key}={gettext(value) if key == 'reason' and isinstance(value, str) else _short(value)}"
        for key, value in values.items()
    )


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else text[:119] + "…"


@blueprint.get("/rows.csv")
@access("audit.read")
def export() -> Response:
    """The rows found, as CSV; taking them out is itself written down."""
    from eldercare.audit import service

    filters = _filters()
    header = ["id", "at", "outcome", "action", "actor_kind", "actor_id", "actor_name", "subject_type", "subject_id",
              "before", "after", "request_id", "region_path"]  # fmt: skip
    rows = [[_cell(getattr(row, name)) for name in header] for row in queries.each_row(filters, EXPORT_MOST)]
    who = current_actor()
    service.record(
        action="audit.export",
        after={"rows": len(rows), "filters": {key: value for key, value in request.args.items() if key not in _PAGING}},
        region_path=who.region_paths[0] if who and who.region_paths else None,
        outcome=Outcome.READ,
    )
    commit()
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return Response(write_csv(header, rows), mimetype="text/csv", headers=headers)


def _cell(value: Any) -> Any:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return value.isoformat() if hasattr(value, "isoformat") else value
