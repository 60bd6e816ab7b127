"""The list of elders, one elder's file, and the forms that change it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from eldercare.audit import service as audit
from eldercare.core import clock
from eldercare.core.crypto import mask_name
from eldercare.core.csvfile import write_csv
from eldercare.core.errors import Conflict, Invalid, Problem
from eldercare.core.i18n import gettext
from eldercare.core.web import access, actor, commit, decode, flash, page_args, render, see_other
from eldercare.people import queries, service, views
from eldercare.people.forms import new_elder
from eldercare.people.models import Elder
from eldercare.people.rules import (
    DISABILITY_TYPES,
    GROUND_LABELS,
    INSTITUTION_KINDS,
    KIND_LABELS,
    ORIGIN_LABELS,
    PATTERNS,
    SEX_LABELS,
    VALUES,
    Kind,
    Sex,
    rows_of_institutions,
)
from eldercare.people.schemas import DeathIn, ElderEdit, ElderIn, FactIn, RevealIn
from eldercare.regions.queries import find_region, full_labels, meant, path_meant, suggestions

blueprint = Blueprint("people", __name__, url_prefix="/people")


@blueprint.context_processor
def helpers() -> dict[str, Any]:
    """What the templates of this slice call."""
    return {
        "age_of": lambda elder: views.age_text(elder, clock.today()),
        "masked_id": views.masked_id,
        "masked_phone": views.masked_phone,
        "sexes": [(str(sex), gettext(text)) for sex, text in SEX_LABELS.items()],
        "sex_text": lambda sex: gettext(SEX_LABELS[Sex(sex)]),
        "kind_text": lambda kind: gettext(KIND_LABELS[Kind(kind)]),
        "origin_text": lambda origin: gettext(ORIGIN_LABELS[origin]),
        "ground_text": lambda ground: gettext(GROUND_LABELS[ground]),
        "values_of": values_of,
    }


def values_of(kind: str) -> list[tuple[str, str]]:
    """Options of a select, in the order of the rules."""
    found = Kind(kind)
    if found is Kind.DISABILITY:
        pairs = [("none", gettext("None"))]
        pairs += [
            (f"{sort}:{n}", views.value_text(kind, f"{sort}:{n}")) for sort in DISABILITY_TYPES for n in range(1, 5)
        ]
        return pairs
    return [(value, gettext(text)) for value, text in VALUES.get(found, {}).items()]


# --- the list -----------------------------------------------------------------------------------------------------


def _filters() -> tuple[str, str | None, str]:
    """Search text, region path and the division as typed. An unknown division finds nobody."""
    text = request.args.get("q", "").strip()[:60]
    division = request.args.get("division", "").strip()[:60]
    return text, path_meant(division, within=actor().region_paths), division


@blueprint.get("")
@access("people.read")
def index() -> Response:
    number, size = page_args()
    text, path, division = _filters()
    page = queries.search(text, region_path=path, page=number, per_page=size)
    labels = full_labels({elder.region_path for elder in page.items})
    facts = queries.facts_on([elder.id for elder in page.items], clock.today())
    return render(
        "people/index.html", page=page, text=text, division=division, labels=labels, facts=facts,
        value_text=views.value_text, suggested=suggestions(actor().region_paths),
    )  # fmt: skip


@blueprint.get("/export.csv")
@access("people.read")
def export() -> Response:
    """The filtered list with masked names and numbers; who took it is on record."""
    text, path, _ = _filters()
    rows = views.whole(queries.export_rows(text, path, views.EXPORT_LIMIT + 1))
    labels = full_labels({elder.region_path for elder in rows})
    header = [
        gettext("Name"),
        gettext("Sex"),
        gettext("Age"),
        gettext("ID number"),
        gettext("Phone"),
        gettext("Residence"),
        gettext("Died on"),
    ]
    today = clock.today()
    table = [
        [
            mask_name(elder.name), gettext(SEX_LABELS[Sex(elder.sex)]), views.age_text(elder, today),
            views.masked_id(elder), views.masked_phone(elder), labels[elder.region_path], elder.death_date,
        ]
        for elder in rows
    ]  # fmt: skip
    audit.record_read(action="people.export", subject_type="list", subject_id="people", fields=["masked"])
    commit()
    headers = {"Content-Disposition": 'attachment; filename="elders.csv"'}
    return Response(write_csv(header, table), mimetype="text/csv", headers=headers)


# --- register -----------------------------------------------------------------------------------------------------


@blueprint.get("/new")
@access("people.edit")
def new() -> Response:
    return _new_form(MultiDict())


@blueprint.post("/new")
@access("people.edit")
def create() -> Response | BaseResponse:
    try:
        values = decode(ElderIn())
        for field in ("residence", "hukou"):
            values[field] = values[field] and _division_code(values[field], field)
        elder = service.register(actor(), new_elder(values), institution_id=values["institution_id"])
    except Invalid as error:
        return _new_form(request.form, problems=error.problems, status=422)
    except Conflict as error:
        return _new_form(request.form, refusal=error.message, status=409)
    commit()
    flash(gettext("%(name)s is on file.", name=elder.name), "ok")
    return see_other("people.show", elder_id=elder.id)


def _division_code(words: str, field: str) -> str:
    """The code of a division given by name or code; a problem stands at the form's own field."""
    try:
        return meant(words, within=actor().region_paths).code
    except Invalid as error:
        raise Invalid([Problem(field, one.msgid, one.params) for one in error.problems]) from None


def _new_form(form: Any, *, problems: Any = None, refusal: str | None = None, status: int = 200) -> Response:
    return render(
        "people/new.html", form=form, problems=problems, refusal=refusal, status=status,
        suggested=suggestions(actor().region_paths),
    )  # fmt: skip


# --- one elder ----------------------------------------------------------------------------------------------------


@blueprint.get("/<uuid:elder_id>")
@access("people.read")
def show(elder_id: UUID) -> Response:
    """The file: who, the facts and their days, what was replaced, who else may see it. The look is on record."""
    elder = queries.get_elder(elder_id)
    audit.record_read(
        action="people.elder.show", subject_type="elder", subject_id=elder.id, fields=["file"],
        region_path=elder.region_path,
    )  # fmt: skip
    commit()
    return _file(elder)


def _file(elder: Elder, **more: Any) -> Response:
    facts, replaced = queries.timeline(elder.id), queries.replaced(elder.id)
    codes = {row.value for row in (*facts, *replaced) if row.kind in (Kind.RESIDENCE, Kind.HUKOU)}
    found = {code: region for code in codes if (region := find_region(code))}
    labels = full_labels({elder.region_path, elder.hukou_path, *(region.path for region in found.values())})
    names = {code: labels[region.path] for code, region in found.items()}
    response = render(
        "people/show.html", elder=elder, facts=facts, replaced=replaced, labels=labels,
        grants=queries.grants(elder.id), today=clock.today(),
        value_text=lambda kind, value: views.value_text(kind, value, names), **more,
    )  # fmt: skip
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/<uuid:elder_id>/reveal")
@access("people.reveal")
def reveal(elder_id: UUID) -> Response:
    """The numbers in full, once, for a stated purpose. The answer to a POST: no address shows them again."""
    elder = queries.get_elder(elder_id)
    try:
        values = decode(RevealIn())
        revealed = service.reveal(actor(), elder_id=elder_id, purpose=values["purpose"])
    except Invalid as error:
        return _file(elder, problems=error.problems, form=request.form, status=422)
    commit()
    return _file(elder, revealed=revealed)


@blueprint.get("/<uuid:elder_id>/edit")
@access("people.edit")
def edit(elder_id: UUID) -> Response:
    elder = queries.get_elder(elder_id)
    start = {"name": elder.name, "sex": elder.sex, "birth_date": elder.birth_date.isoformat(), "version": elder.version}
    return render("people/edit.html", elder=elder, form=start)


@blueprint.post("/<uuid:elder_id>/edit")
@access("people.edit")
def edit_save(elder_id: UUID) -> Response | BaseResponse:
    elder = queries.get_elder(elder_id)
    try:
        values = decode(ElderEdit())
        values["sex"] = Sex(values["sex"])
        service.edit_elder(actor(), elder_id, **values)
    except Invalid as error:
        return render("people/edit.html", elder=elder, form=request.form, problems=error.problems, status=422)
    commit()
    flash(gettext("Stored."), "ok")
    return see_other("people.show", elder_id=elder_id)


# --- facts --------------------------------------------------------------------------------------------------------


def _kinds() -> list[Kind]:
    """Kinds this actor may record, death apart: it has a form of its own."""
    own = INSTITUTION_KINDS if rows_of_institutions(actor()) else frozenset(Kind)
    return [kind for kind in Kind if kind in own and kind is not Kind.DEATH]


@blueprint.get("/<uuid:elder_id>/facts/new")
@access("people.edit")
def new_fact(elder_id: UUID) -> Response:
    """First the kind, then its value and days."""
    form = {"kind": request.args.get("kind", ""), "valid_from": clock.today().isoformat()}
    return _fact_form(queries.get_elder(elder_id), form)


@blueprint.post("/<uuid:elder_id>/facts/new")
@access("people.edit")
def save_fact(elder_id: UUID) -> Response | BaseResponse:
    elder = queries.get_elder(elder_id)
    try:
        values = decode(FactIn())
        kind = Kind(values.pop("kind"))
        if kind in (Kind.RESIDENCE, Kind.HUKOU):
            values["value"] = _division_code(values["value"], "value")
        service.set_fact(actor(), elder_id=elder_id, kind=kind, **values)
    except Invalid as error:
        return _fact_form(elder, request.form, problems=error.problems, status=422)
    commit()
    flash(gettext("Recorded: %(kind)s.", kind=gettext(KIND_LABELS[kind])), "ok")
    return see_other("people.show" if queries.find_elder(elder_id) else "people.index", **_still(elder_id))


def _still(elder_id: UUID) -> dict[str, Any]:
    """A move may take the person out of the reader's scope: then back to the list."""
    return {"elder_id": elder_id} if queries.find_elder(elder_id) else {}


def _fact_form(elder: Elder, form: Any, *, problems: Any = None, status: int = 200) -> Response:
    kind = form.get("kind", "")
    kinds = _kinds()
    if kind not in kinds:
        return render("people/fact_kind.html", elder=elder, kinds=kinds, status=status)
    is_code = Kind(kind) in PATTERNS and kind != Kind.DISABILITY
    return render(
        "people/fact.html", elder=elder, form=form, kind=kind, is_code=is_code, problems=problems, status=status,
        suggested=suggestions(actor().region_paths) if is_code else [],
    )  # fmt: skip


@blueprint.get("/<uuid:elder_id>/facts/<int:fact_id>/withdraw")
@access("people.edit")
def ask_withdraw(elder_id: UUID, fact_id: int) -> Response:
    elder, fact = queries.get_elder(elder_id), queries.get_circumstance(elder_id, fact_id)
    return render("people/withdraw.html", elder=elder, fact=fact, value_text=views.value_text)


@blueprint.post("/<uuid:elder_id>/facts/<int:fact_id>/withdraw")
@access("people.edit")
def withdraw(elder_id: UUID, fact_id: int) -> BaseResponse:
    was_death = queries.get_circumstance(elder_id, fact_id).kind == Kind.DEATH
    service.withdraw_fact(actor(), elder_id=elder_id, circumstance_id=fact_id)
    commit()
    flash(gettext("Withdrawn. It stays visible among what was replaced."), "ok")
    if was_death:
        flash(gettext("Stays and home beds that ended with the death stay ended."), "warn")
    return see_other("people.show", elder_id=elder_id)


@blueprint.get("/<uuid:elder_id>/death")
@access("people.edit")
def death(elder_id: UUID) -> Response:
    elder = queries.get_elder(elder_id)
    start = {"died_on": (elder.death_date or clock.today()).isoformat()}
    return render("people/death.html", elder=elder, form=start)


@blueprint.post("/<uuid:elder_id>/death")
@access("people.edit")
def death_save(elder_id: UUID) -> Response | BaseResponse:
    elder = queries.get_elder(elder_id)
    try:
        values = decode(DeathIn())
        service.record_death(actor(), elder_id=elder_id, **values)
    except Invalid as error:
        problems = [
            type(p)("died_on" if p.field == "valid_from" else p.field, p.msgid, p.params) for p in error.problems
        ]
        return render("people/death.html", elder=elder, form=request.form, problems=problems, status=422)
    commit()
    flash(gettext("The death is recorded."), "ok")
    return see_other("people.show", elder_id=elder_id)


@blueprint.post("/<uuid:elder_id>/grants/<int:grant_id>/end")
@access("people.edit")
def end_grant(elder_id: UUID, grant_id: int) -> BaseResponse:
    service.end_grant(actor(), elder_id=elder_id, grant_id=grant_id)
    commit()
    flash(gettext("The grant has ended."), "ok")
    return see_other("people.show" if queries.find_elder(elder_id) else "people.index", **_still(elder_id))
