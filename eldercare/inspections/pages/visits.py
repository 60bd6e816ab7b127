"""The inspector's own visits, and the inspections that were made."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from eldercare.core import clock
from eldercare.core.errors import Invalid
from eldercare.core.i18n import gettext
from eldercare.core.web import access, actor, commit, decode, flash, page_args, see_other
from eldercare.inspections import schemas, service
from eldercare.inspections.pages.base import blueprint, page
from eldercare.inspections.queries import people, plans
from eldercare.regions.queries import full_labels

_BACK = timedelta(days=30)


@blueprint.get("/mine")
@access("inspections.read")
def mine() -> Response:
    """The published visits of the reader, from a month ago on."""
    return _mine()


def _mine(problems: list[object] | None = None) -> Response:
    today = clock.today()
    rows = plans.my_visits(actor().user_id, today - _BACK)
    return page(
        "mine",
        "mine",
        person=people.find_by_user(actor().user_id),
        rows=rows,
        done=people.recorded_visits([(row.visit.institution_id, row.visit.on_date) for row in rows]),
        labels=full_labels(row.institution.region_path for row in rows),
        today=today,
        problems=problems,
        status=422 if problems else 200,
    )


@blueprint.post("/visits/<uuid:visit_id>/record")
@access("inspections.read")
def record_visit(visit_id: UUID) -> BaseResponse:
    """The visit took place on the given day."""
    try:
        service.record_visit(actor(), visit_id=visit_id, on=decode(schemas.VisitDone())["on"])
    except Invalid as error:
        return _mine(list(error.problems))
    commit()
    flash(gettext("The visit is recorded."), "ok")
    return see_other("inspections.mine")


@blueprint.get("/records")
@access("inspections.read")
def records() -> Response:
    """Inspections that took place, newest first."""
    number, per_page = page_args()
    rows = people.records_of(None, number, per_page)
    labels = full_labels(record.region_path for record, _name in rows.items)
    return page("records", "records", rows=rows, labels=labels, filters=request.args)
