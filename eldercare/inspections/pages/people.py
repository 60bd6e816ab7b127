"""Inspectors: list, one inspector with leaves and conflicts, and the forms that change them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from eldercare.core import clock
from eldercare.core.errors import Conflict, Invalid, NotFound, Problem
from eldercare.core.i18n import gettext
from eldercare.core.web import access, actor, commit, decode, flash, page_args, see_other
from eldercare.inspections import schemas, service
from eldercare.inspections.pages.base import blueprint, page, text_arg
from eldercare.inspections.queries import people as lookup
from eldercare.inspections.rules import ENTERED_GROUNDS, GROUND_NAMES
from eldercare.regions.queries import find_by_path, full_labels
from eldercare.staff.queries import certificates_of, get_staff
from eldercare.staff.rules import CERTIFICATE_NAMES, last_day


@blueprint.get("/inspectors")
@access("inspections.read")
def inspectors() -> Response:
    """Who may inspect, with certificates, the next leave and the number of conflicts."""
    number, per_page = page_args()
    today = clock.today()
    rows = lookup.list_inspectors(text=text_arg("q"), page=number, per_page=per_page)
    ids = [row.id for row in rows.items]
    return page(
        "inspectors",
        "inspectors",
        rows=rows,
        filters=request.args,
        certificates=certificates_of(row.staff_id for row in rows.items),
        certificate_names=CERTIFICATE_NAMES,
        leaves=lookup.leave_counts(ids, today),
        conflicts=lookup.conflict_counts(ids, today),
        labels=full_labels([path for row in rows.items for path in (row.region_path, row.base_path)]),
        today=today,
    )


@blueprint.get("/inspectors/new")
@access("inspections.plan")
def new_inspector() -> Response:
    return _new_page({"staff_id": text_arg("staff_id", 36), "daily_capacity": 1})


def _new_page(form: Any, problems: list[Problem] | None = None) -> Response:
    try:
        person = get_staff(UUID(str(form.get("staff_id", ""))))
    except (ValueError, NotFound):
        person = None
    own = [region for path in actor().region_paths if (region := find_by_path(path))]
    status = 422 if problems else 200
    return page("inspector_new", "inspectors", person=person, form=form, problems=problems, own=own, status=status)


@blueprint.post("/inspectors")
@access("inspections.plan")
def add_inspector() -> BaseResponse:
    try:
        row = service.add_inspector(actor(), **decode(schemas.InspectorIn()))
    except Invalid as error:
        return _new_page(request.form, error.problems)
    except (Conflict, NotFound) as error:
        return _new_page(request.form, [Problem("staff_id", error.msgid, error.params)])
    commit()
    flash(gettext("Stored."), "ok")
    return see_other("inspections.inspector", inspector_id=row.id)


@blueprint.get("/inspectors/<uuid:inspector_id>")
@access("inspections.read")
def inspector(inspector_id: UUID) -> Response:
    return _inspector_page(inspector_id)


def _inspector_page(inspector_id: UUID, part: str = "", problems: list[Problem] | None = None) -> Response:
    """`part` is the form (`edit`, `leave`, `conflict`) whose problems are shown."""
    row = lookup.get_inspector(inspector_id)
    today = clock.today()
    search = text_arg("institution")
    return page(
        "inspector",
        "inspectors",
        row=row,
        username=lookup.account_name(row.user_id),
        certificates=certificates_of([row.staff_id]).get(row.staff_id, []),
        certificate_names=CERTIFICATE_NAMES,
        leaves=lookup.leaves(row.id, today),
        conflicts=lookup.conflicts(row.id, today),
        labels=full_labels([row.region_path, row.base_path]),
        grounds=[(ground.value, gettext(GROUND_NAMES[ground])) for ground in ENTERED_GROUNDS],
        last_day=last_day,
        search=search,
        found=lookup.search_institutions(search),
        part=part,
        form=request.form if part else None,
        problems=problems,
        today=today,
        status=422 if problems else 200,
    )


def _change(inspector_id: UUID, part: str, schema: Any, change: Callable[..., object]) -> BaseResponse:
    lookup.get_inspector(inspector_id)
    try:
        change(actor(), inspector_id=inspector_id, **decode(schema))
    except Invalid as error:
        return _inspector_page(inspector_id, part, error.problems)
    commit()
    flash(gettext("Stored."), "ok")
    return see_other("inspections.inspector", inspector_id=inspector_id)


@blueprint.post("/inspectors/<uuid:inspector_id>")
@access("inspections.plan")
def change_inspector(inspector_id: UUID) -> BaseResponse:
    return _change(inspector_id, "edit", schemas.InspectorEdit(), service.change_inspector)


@blueprint.post("/inspectors/<uuid:inspector_id>/leaves")
@access("inspections.plan")
def add_leave(inspector_id: UUID) -> BaseResponse:
    return _change(inspector_id, "leave", schemas.LeaveIn(), service.add_leave)


@blueprint.post("/inspectors/<uuid:inspector_id>/conflicts")
@access("inspections.plan")
def add_conflict(inspector_id: UUID) -> BaseResponse:
    return _change(inspector_id, "conflict", schemas.ConflictIn(), service.add_conflict)


@blueprint.post("/leaves/<uuid:leave_id>/withdraw")
@access("inspections.plan")
def withdraw_leave(leave_id: UUID) -> BaseResponse:
    return _withdrawn(service.withdraw_leave(actor(), leave_id=leave_id).inspector_id)


@blueprint.post("/conflicts/<uuid:conflict_id>/withdraw")
@access("inspections.plan")
def withdraw_conflict(conflict_id: UUID) -> BaseResponse:
    return _withdrawn(service.withdraw_conflict(actor(), conflict_id=conflict_id).inspector_id)


def _withdrawn(inspector_id: UUID) -> BaseResponse:
    commit()
    flash(gettext("Withdrawn."), "ok")
    return see_other("inspections.inspector", inspector_id=inspector_id)
