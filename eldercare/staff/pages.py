"""The staff register: list, one person with certificates, and the forms that change them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from eldercare.core import clock
from eldercare.core.csvfile import write_csv
from eldercare.core.errors import Invalid, NotFound, Problem
from eldercare.core.i18n import N_, gettext
from eldercare.core.web import Page, access, actor, commit, decode, flash, page_args, render, see_other
from eldercare.regions.queries import find_by_path, full_labels
from eldercare.staff import queries, schemas, service
from eldercare.staff.models import StaffMember
from eldercare.staff.rules import CERTIFICATE_NAMES, JOB_NAMES, CertificateKind, Job, last_day

blueprint = Blueprint("staff", __name__, url_prefix="/staff")
_MOST_EXPORTED = 100_000


def _page(template: str, **context: Any) -> Response:
    words: dict[str, Any] = {"job_names": JOB_NAMES, "certificate_names": CERTIFICATE_NAMES, "last_day": last_day}
    return render(
        f"staff/{template}.html", may_edit=actor().can("registry.edit"), today=clock.today(), **words, **context
    )


def _found(page: int, per_page: int) -> Page[StaffMember]:
    job = request.args.get("job", "")
    institution = request.args.get("institution", "")
    try:
        institution_id = UUID(institution) if institution else None
    except ValueError:
        raise NotFound from None
    return queries.list_staff(
        text=request.args.get("q", "").strip()[:60],
        job=job if job in set(Job) else None,
        institution_id=institution_id,
        page=page,
        per_page=per_page,
    )


def _employer(person: StaffMember, names: dict[UUID, str]) -> str:
    return names.get(person.institution_id, "") if person.institution_id else person.employer


@blueprint.get("")
@access("staff.read")
def index() -> Response:
    """People by name, with what they hold and until when."""
    rows = _found(*page_args())
    names = queries.employer_names(rows.items)
    employers = {person.id: _employer(person, names) for person in rows.items}
    jobs = [(job.value, gettext(JOB_NAMES[job])) for job in Job]
    labels = full_labels(person.region_path for person in rows.items)
    return _page("index", rows=rows, employers=employers, jobs=jobs, labels=labels, filters=request.args)


@blueprint.get("/export.csv")
@access("staff.read")
def export() -> Response:
    """The list as filtered, one line per certificate."""
    rows = _found(1, _MOST_EXPORTED).items
    names, labels = queries.employer_names(rows), full_labels(person.region_path for person in rows)
    header = [N_("Name"), N_("Job"), N_("Works at"), N_("Division"), N_("Certificate"), N_("Number"), N_("Valid from"),
              N_("Valid until")]  # fmt: skip
    lines: list[list[object]] = []
    for person in rows:
        first = [person.name, gettext(JOB_NAMES[Job(person.job)]), _employer(person, names), labels[person.region_path]]
        held: list[list[object]] = [
            [
                gettext(CERTIFICATE_NAMES[CertificateKind(one.kind)]),
                one.number,
                one.valid.lower,
                last_day(one.valid.upper),
            ]
            for one in person.certificates
        ]
        lines += [[*first, *cells] for cells in held or [["", "", "", ""]]]
    body = write_csv([gettext(cell) for cell in header], lines)
    return Response(body, mimetype="text/csv", headers={"Content-Disposition": 'attachment; filename="staff.csv"'})


@blueprint.get("/<uuid:staff_id>")
@access("staff.read")
def show(staff_id: UUID) -> Response:
    return _person_page(staff_id)


def _person_page(staff_id: UUID, part: str = "", problems: list[Problem] | None = None) -> Response:
    person = queries.get_staff(staff_id)
    return _page(
        "show",
        person=person,
        employer=_employer(person, queries.employer_names([person])),
        labels=full_labels([person.region_path]),
        kinds=[(kind.value, gettext(name)) for kind, name in CERTIFICATE_NAMES.items()],
        part=part,
        form=request.form if part else None,
        problems=problems,
        may_plan=actor().can("inspections.plan"),
        status=422 if problems else 200,
    )


@blueprint.get("/new")
@access("registry.edit")
def new() -> Response:
    return _new_page({"institution_id": request.args.get("institution", "")[:36]})


def _new_page(form: Any, problems: list[Problem] | None = None) -> Response:
    try:
        institution = queries.find_institution(UUID(str(form.get("institution_id", ""))))
    except (ValueError, NotFound):
        institution = None
    return _page(
        "new",
        form=form,
        problems=problems,
        institution=institution,
        jobs=[(job.value, gettext(JOB_NAMES[job])) for job in Job],
        own=[region for path in actor().region_paths if (region := find_by_path(path))],
        status=422 if problems else 200,
    )


@blueprint.post("")
@access("registry.edit")
def add() -> BaseResponse:
    try:
        person = service.add_staff(actor(), **decode(schemas.StaffIn()))
    except Invalid as error:
        return _new_page(request.form, error.problems)
    except NotFound as error:
        field = "institution_id" if request.form.get("institution_id") else "division"
        return _new_page(request.form, [Problem(field, error.msgid, error.params)])
    commit()
    flash(gettext("Stored."), "ok")
    return see_other("staff.show", staff_id=person.id)


def _change(staff_id: UUID, part: str, schema: Any, change: Callable[..., object]) -> BaseResponse:
    queries.get_staff(staff_id)
    try:
        change(actor(), staff_id=staff_id, **decode(schema))
    except Invalid as error:
        return _person_page(staff_id, part, error.problems)
    commit()
    flash(gettext("Stored."), "ok")
    return see_other("staff.show", staff_id=staff_id)


@blueprint.post("/<uuid:staff_id>/end")
@access("registry.edit")
def end(staff_id: UUID) -> BaseResponse:
    return _change(staff_id, "end", schemas.StaffEnd(), service.end_staff)


@blueprint.post("/<uuid:staff_id>/certificates")
@access("registry.edit")
def add_certificate(staff_id: UUID) -> BaseResponse:
    return _change(staff_id, "certificate", schemas.CertificateIn(), service.add_certificate)


@blueprint.post("/certificates/<uuid:certificate_id>/withdraw")
@access("registry.edit")
def withdraw_certificate(certificate_id: UUID) -> BaseResponse:
    row = service.withdraw_certificate(actor(), certificate_id=certificate_id)
    commit()
    flash(gettext("Withdrawn."), "ok")
    return see_other("staff.show", staff_id=row.staff_id)
