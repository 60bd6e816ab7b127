"""The register: list, export, one institution, its form and its papers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from eldercare.core import clock
from eldercare.core.csvfile import write_csv
from eldercare.core.db import rollback
from eldercare.core.errors import Invalid, StaleVersion
from eldercare.core.i18n import N_
from eldercare.core.i18n import gettext as _
from eldercare.core.web import access, actor, commit, decode, flash, page_args, render, see_other
from eldercare.institutions import queries, ratings, service
from eldercare.institutions.imports.records import reason_of
from eldercare.institutions.models import Institution
from eldercare.institutions.queries import Filters
from eldercare.institutions.rules import LABELS, SCHEMES, BedsMode, Kind, Nature, Ownership, PaperKind
from eldercare.institutions.schemas import InstitutionForm, PaperForm, RatingForm
from eldercare.regions.models import Region
from eldercare.regions.queries import choices, find_region, full_labels, get_region_by_id, suggestions

blueprint = Blueprint("registry", __name__, url_prefix="/registry")

OPTIONS: dict[str, list[str]] = {
    "kind": list(Kind),
    "ownership": list(Ownership),
    "nature": list(Nature),
    "beds_mode": list(BedsMode),
    "paper": list(PaperKind),
}


def options(name: str) -> list[tuple[str, str]]:
    return [(value, _(LABELS[value])) for value in OPTIONS[name]]


def _filters() -> tuple[Filters, Region | None]:
    """The filters of the address; a word that is not known counts as none."""
    get = request.args.get
    region = find_region(get("region", "")[:40]) if get("region") else None
    stars = get("stars", type=int)
    kind, ownership = get("kind"), get("ownership")
    filters = Filters(
        text=get("q", "").strip()[:80],
        region_path=region.path if region else None,
        kind=kind if kind in OPTIONS["kind"] else None,
        ownership=ownership if ownership in OPTIONS["ownership"] else None,
        stars=stars if stars in (1, 2, 3, 4, 5) else None,
        closed=get("closed") == "1",
    )
    return filters, region


@blueprint.get("")
@access("registry.read")
def index() -> Response:
    """The register in one's scope."""
    filters, region = _filters()
    page = queries.list_institutions(filters, clock.today(), *page_args())
    return render(
        "registry/index.html",
        page=page,
        filters=filters,
        region=region,
        region_text=request.args.get("region", ""),
        divisions=choices(actor().region_paths, region),
        labels=full_labels(row.region_path for row in page.items),
        ratings=queries.ratings_on([row.id for row in page.items], clock.today()),
        options=options,
        words=LABELS,
    )


EXPORT_COLUMNS = (
    "机构编号", "机构名称", "登记名称", "机构类型", "公民办", "单位性质", "统一社会信用代码", "区划代码", "地址", "联系电话",
    "经度", "纬度", "备案日期", "开业日期", "床位数", "建筑面积", "内设医疗机构", "月收费下限", "月收费上限", "星级",
    "评定日期", "等级有效期至", "等级证书编号", "简介",
)  # fmt: skip


@blueprint.get("/export.csv")
@access("registry.read")
def export() -> Response:
    """The filtered list in the columns of the mapping `generic-zh`: it can be corrected and imported again."""
    filters, _region = _filters()
    today = clock.today()
    rows = list(queries.all_institutions(filters, today))
    content = write_csv(EXPORT_COLUMNS, queries.export_rows(rows, today))
    headers = {"Content-Disposition": f'attachment; filename="register-{today.isoformat()}.csv"'}
    return Response(content, mimetype="text/csv", headers=headers)


@blueprint.get("/<uuid:institution_id>")
@access("registry.read")
def show(institution_id: UUID) -> Response:
    institution = queries.get_institution(institution_id)
    return _show(institution)


def _show(institution: Institution, problems: Any = None, form: Any = None, status: int = 200) -> Response:
    today = clock.today()
    return render(
        "registry/show.html",
        status=status,
        institution=institution,
        where=full_labels([institution.region_path])[institution.region_path],
        ratings=queries.ratings_of(institution.id),
        numbers=queries.numbers_of(institution.id),
        papers=queries.papers_of(institution.id),
        reports=queries.reports_of(institution.id),
        today=today,
        options=options,
        words=LABELS,
        schemes=SCHEMES,
        reason=reason_of,
        problems=problems,
        form=form,
        may_edit=actor().can("registry.edit"),
    )


@blueprint.get("/new")
@access("registry.edit")
def new() -> Response:
    return _form(None)


@blueprint.post("/new")
@access("registry.edit")
def create() -> BaseResponse:
    try:
        values = decode(InstitutionForm())
        values.pop("version")
        institution = service.create_institution(actor(), **values)
        commit()
    except Invalid as error:
        rollback()
        return _form(None, error, 422)
    flash(_("“%(name)s” was entered into the register.", name=institution.name), "ok")
    return see_other("registry.show", institution_id=institution.id)


@blueprint.get("/<uuid:institution_id>/edit")
@access("registry.edit")
def edit(institution_id: UUID) -> Response:
    return _form(queries.get_institution(institution_id))


@blueprint.post("/<uuid:institution_id>/edit")
@access("registry.edit")
def change(institution_id: UUID) -> BaseResponse:
    institution = queries.get_institution(institution_id)
    try:
        values = decode(InstitutionForm())
        if values["version"] is None:
            raise Invalid.one("version", N_("This field is required."))
        service.change_institution(actor(), institution_id=institution_id, **values)
        commit()
    except Invalid as error:
        rollback()
        return _form(queries.get_institution(institution_id), error, 422)
    except StaleVersion:
        rollback()
        flash(
            _("Somebody changed this record while you edited it. Below is what you typed: compare and store again."),
            "warn",
        )
        return _form(queries.get_institution(institution_id), None, 409, typed=True)
    flash(_("“%(name)s” was stored.", name=institution.name), "ok")
    return see_other("registry.show", institution_id=institution_id)


def _form(
    institution: Institution | None, error: Invalid | None = None, status: int = 200, typed: bool = False
) -> Response:
    shown = request.form if error is not None or typed else None
    return render(
        "registry/edit.html",
        status=status,
        institution=institution,
        region=get_region_by_id(institution.region_id) if institution else None,
        problems=error.problems if error else None,
        form=shown,
        options=options,
        divisions=suggestions(actor().region_paths),
    )


# --- star ratings ---------------------------------------------------------------------------------------------------


@blueprint.post("/<uuid:institution_id>/ratings")
@access("registry.edit")
def add_rating(institution_id: UUID) -> BaseResponse:
    try:
        ratings.record_rating(actor(), institution_id=institution_id, **decode(RatingForm()))
        commit()
    except Invalid as error:
        rollback()
        return _show(queries.get_institution(institution_id), error.problems, request.form, 422)
    flash(_("The rating was recorded. What it replaces stays in the history."), "ok")
    return see_other("registry.show", institution_id=institution_id, _anchor="ratings")


@blueprint.post("/<uuid:institution_id>/ratings/<uuid:rating_id>/withdraw")
@access("registry.edit")
def withdraw_rating(institution_id: UUID, rating_id: UUID) -> BaseResponse:
    ratings.withdraw_rating(actor(), institution_id=institution_id, rating_id=rating_id)
    commit()
    flash(_("The rating was withdrawn. The audit trail keeps what it said."), "ok")
    return see_other("registry.show", institution_id=institution_id, _anchor="ratings")


# --- papers ---------------------------------------------------------------------------------------------------------


@blueprint.post("/<uuid:institution_id>/papers")
@access("registry.edit")
def add_paper(institution_id: UUID) -> BaseResponse:
    try:
        service.record_paper(actor(), institution_id=institution_id, **decode(PaperForm()))
        commit()
    except Invalid as error:
        rollback()
        return _show(queries.get_institution(institution_id), error.problems, request.form, 422)
    flash(_("The certificate was recorded."), "ok")
    return see_other("registry.show", institution_id=institution_id, _anchor="papers")


@blueprint.post("/<uuid:institution_id>/papers/<uuid:paper_id>/remove")
@access("registry.edit")
def remove_paper(institution_id: UUID, paper_id: UUID) -> BaseResponse:
    service.remove_paper(actor(), institution_id=institution_id, paper_id=paper_id)
    commit()
    flash(_("The certificate was taken out. The audit trail keeps what it said."), "ok")
    return see_other("registry.show", institution_id=institution_id, _anchor="papers")
