"""The assessor's pages: list, form with preview, the stored assessment, its correction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from eldercare.assessments import queries, rules, service
from eldercare.assessments.models import Assessment
from eldercare.assessments.schemas import AssessmentForm
from eldercare.audit import service as audit
from eldercare.core import clock
from eldercare.core.crypto import mask_name
from eldercare.core.csvfile import write_csv
from eldercare.core.errors import Invalid, NotFound
from eldercare.core.i18n import gettext
from eldercare.core.web import access, actor, commit, decode, flash, page_args, render, see_other, whole_arg
from eldercare.people.queries import find_elder, get_elder
from eldercare.people.queries import search as search_elders
from eldercare.people.views import EXPORT_LIMIT, whole
from eldercare.policy import standards

blueprint = Blueprint("assessments", __name__, url_prefix="/assessments")


@blueprint.context_processor
def helpers() -> dict[str, Any]:
    """What the templates of this slice call."""
    return {
        "levels_of": lambda standard: [(band.level, f"{band.level} {band.name.pick()}") for band in standard.bands],
        "reasons_of": lambda standard: [(reason.code, reason.name.pick()) for reason in standard.reasons],
        "level_kind": level_kind,
        "level_name": level_name,
        "today": clock.today,
    }


def level_kind(level: int) -> str:
    """The badge beside the number: its words always stand next to it."""
    return ("ok", "info", "warn", "danger", "danger")[min(level, 4)]


# --- the list -----------------------------------------------------------------------------------------------------


def _filters() -> dict[str, Any]:
    level = whole_arg("level", 0, 4)
    due = clock.today() if request.args.get("due") else None
    return {"text": request.args.get("q", "").strip()[:60], "level": level, "due_by": due}


@blueprint.get("")
@access("assessments.read")
def index() -> Response:
    number, size = page_args()
    filters = _filters()
    page, elders = queries.search(**filters, page=number, per_page=size)
    standard = service.get_standard(service.DEFAULT_STANDARD)
    return render("assessments/index.html", page=page, elders=elders, filters=filters, standard=standard)


@blueprint.get("/export.csv")
@access("assessments.read")
def export() -> Response:
    """The filtered list with masked names; who took it is on record."""
    filters = _filters()
    rows, elders = queries.export(filters["text"], filters["level"], filters["due_by"], EXPORT_LIMIT + 1)
    whole(rows)
    header = [
        gettext("Name"),
        gettext("Assessed on"),
        gettext("Standard"),
        gettext("Total"),
        gettext("Level"),
        gettext("Level name"),
        gettext("Due on"),
    ]
    table = [
        [
            mask_name(elders[row.elder_id].name) if row.elder_id in elders else "",
            row.assessed_on, row.standard, row.total, row.level, level_name(row), row.due_on,
        ]
        for row in rows
    ]  # fmt: skip
    audit.record_read(
        action="assessments.export", subject_type="list", subject_id="assessments", fields=["name", "level"]
    )
    commit()
    headers = {"Content-Disposition": 'attachment; filename="assessments.csv"'}
    return Response(write_csv(header, table), mimetype="text/csv", headers=headers)


def level_name(assessment: Assessment) -> str:
    """By the standard it was made with; an old file that is gone leaves the number."""
    try:
        return standards.load(assessment.standard).level_name(assessment.level).pick()
    except (standards.UnknownStandard, StopIteration):
        return str(assessment.level)


# --- the form -----------------------------------------------------------------------------------------------------


@blueprint.get("/new")
@access("assessments.record")
def new() -> Response:
    """Choose the elder, then the form."""
    elder_id = request.args.get("elder_id", type=UUID)
    if elder_id is None:
        text = request.args.get("q", "").strip()[:60]
        number, size = page_args(10)
        found = search_elders(text, living_only=True, page=number, per_page=size) if text else None
        levels = queries.levels_on([elder.id for elder in found.items], clock.today()) if found else {}
        return render("assessments/choose.html", text=text, page=found, levels=levels)
    start = MultiDict({"assessed_on": clock.today().isoformat(), "first_assessor": actor().name})
    return _form(elder_id, start)


@blueprint.post("/new")
@access("assessments.record")
def create() -> Response | BaseResponse:
    return _handle(None)


@blueprint.get("/<uuid:assessment_id>/correct")
@access("assessments.record")
def correct(assessment_id: UUID) -> Response:
    """The form with what is on file."""
    old = queries.get_assessment(assessment_id)
    start = MultiDict(
        {
            "assessed_on": old.assessed_on.isoformat(), "reason": str(old.reason), "note": old.note,
            "first_assessor": old.first_assessor, "second_assessor": old.second_assessor,
            "risk_events_30d": str(old.risk_events_30d),
            **{f"answers[{code}]": str(answer) for code, answer in old.answers.items()},
            **{flag: "1" for flag in ("coma", "dementia", "mental_disorder") if getattr(old, flag)},
        }
    )  # fmt: skip
    return _form(old.elder_id, start, corrects=old)


@blueprint.post("/<uuid:assessment_id>/correct")
@access("assessments.record")
def correct_save(assessment_id: UUID) -> Response | BaseResponse:
    return _handle(queries.get_assessment(assessment_id))


def _handle(corrects: Assessment | None) -> Response | BaseResponse:
    """Preview or store; a refusal shows the form again with everything that was typed."""
    elder_id = corrects.elder_id if corrects else request.form.get("elder_id", type=UUID)
    if elder_id is None or find_elder(elder_id) is None:
        raise NotFound
    try:
        values = decode(AssessmentForm())
        if values["elder_id"] != elder_id:
            raise NotFound
        findings = service.Findings(
            **{k: values[k] for k in ("answers", "coma", "dementia", "mental_disorder", "risk_events_30d")}
        )
        if values["action"] == "preview":
            return _form(elder_id, request.form, corrects=corrects, result=service.score(values["standard"], findings))
        held = service.Session(
            **{k: values[k] for k in ("assessed_on", "reason", "first_assessor", "second_assessor", "note")}
        )
        found = service.record(
            actor(), elder_id=elder_id, standard_id=values["standard"], findings=findings, held=held,
            corrects=corrects.id if corrects else None,
        )  # fmt: skip
    except Invalid as error:
        return _form(elder_id, request.form, corrects=corrects, problems=error.problems, status=422)
    commit()
    flash(
        gettext("The assessment is stored: level %(level)s, %(name)s.", level=found.level, name=level_name(found)), "ok"
    )
    return see_other("assessments.show", assessment_id=found.id)


def _form(
    elder_id: UUID, form: MultiDict[str, str], *, corrects: Assessment | None = None, result: rules.Result | None = None,
    problems: Any = None, status: int = 200,
) -> Response:  # fmt: skip
    standard = service.get_standard(corrects.standard if corrects else service.DEFAULT_STANDARD)
    elder = get_elder(elder_id)
    return render(
        "assessments/form.html", status=status, elder=elder, form=form, standard=standard, corrects=corrects,
        result=result, problems=problems, earlier=queries.of_elder(elder_id)[:3],
    )  # fmt: skip


# --- one assessment -----------------------------------------------------------------------------------------------


@blueprint.get("/<uuid:assessment_id>")
@access("assessments.read")
def show(assessment_id: UUID) -> Response:
    found = queries.get_assessment(assessment_id)
    elder = get_elder(found.elder_id)
    audit.record_read(
        action="assessments.show", subject_type="elder", subject_id=elder.id, fields=["assessment"],
        region_path=elder.region_path,
    )  # fmt: skip
    commit()
    try:
        standard: standards.Standard | None = standards.load(found.standard)
    except standards.UnknownStandard:
        standard = None
    return render(
        "assessments/show.html", assessment=found, elder=elder, standard=standard,
        same_file=standard is not None and standard.content_hash == found.standard_hash,
        correction=queries.find_correction(found.id), others=[a for a in queries.of_elder(elder.id) if a.id != found.id],
    )  # fmt: skip
