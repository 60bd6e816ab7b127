"""List, open and close home care beds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from eldercare.assessments.queries import levels_on
from eldercare.audit import service as audit
from eldercare.core import clock
from eldercare.core.crypto import mask_name
from eldercare.core.csvfile import write_csv
from eldercare.core.errors import Conflict, Invalid, NotFound
from eldercare.core.i18n import gettext
from eldercare.core.web import access, actor, commit, decode, flash, page_args, render, see_other
from eldercare.homebeds import queries, service
from eldercare.homebeds.models import HomeBed
from eldercare.homebeds.rules import CLOSE_LABELS, STATE_LABELS, CloseReason, State, state
from eldercare.homebeds.schemas import CloseIn, HomeBedIn
from eldercare.people.queries import find_elder, get_elder
from eldercare.people.queries import search as search_elders
from eldercare.people.views import EXPORT_LIMIT, whole
from eldercare.regions.queries import full_labels, path_meant, suggestions

blueprint = Blueprint("homebeds", __name__, url_prefix="/homebeds")
COUNTY_DEPTH = 4  # /cn/37/3702/370202/


@blueprint.context_processor
def helpers() -> dict[str, Any]:
    return {
        "state_of": state_of,
        "state_text": lambda value: gettext(STATE_LABELS[value]),
        "states": [(str(value), gettext(text)) for value, text in STATE_LABELS.items()],
        "close_reasons": [(str(value), gettext(text)) for value, text in CLOSE_LABELS.items()],
        "close_text": lambda value: gettext(CLOSE_LABELS[CloseReason(value)]),
    }


def state_of(bed: HomeBed) -> State:
    start = bed.valid.lower
    assert start is not None
    return state(start, bed.valid.upper, clock.today())


def _filters() -> dict[str, Any]:
    division = request.args.get("division", "").strip()[:60]
    wanted = request.args.get("state", "")
    return {
        "text": request.args.get("q", "").strip()[:60],
        "region_path": path_meant(division, within=actor().region_paths),
        "state": State(wanted) if wanted in State._value2member_map_ else None,
    }


@blueprint.get("")
@access("homebeds.read")
def index() -> Response:
    number, size = page_args()
    filters = _filters()
    page, elders, homes = queries.search(
        filters["text"], region_path=filters["region_path"], state=filters["state"], today=clock.today(),
        page=number, per_page=size,
    )  # fmt: skip
    counts = queries.open_by_division(clock.today(), COUNTY_DEPTH)
    labels = full_labels({bed.region_path for bed in page.items} | {path for path, _ in counts})
    return render(
        "homebeds/index.html", page=page, elders=elders, homes=homes, counts=counts, labels=labels, filters=filters,
        division=request.args.get("division", "").strip()[:60], suggested=suggestions(actor().region_paths), total_open=sum(count for _, count in counts),
    )  # fmt: skip


@blueprint.get("/export.csv")
@access("homebeds.read")
def export() -> Response:
    """The filtered list with masked names; who took it is on record."""
    filters = _filters()
    beds, elders, homes = queries.export(
        filters["text"], filters["region_path"], filters["state"], clock.today(), EXPORT_LIMIT + 1
    )
    whole(beds)
    labels = full_labels({bed.region_path for bed in beds})
    header = [
        gettext("Name"),
        gettext("Provider"),
        gettext("Division"),
        gettext("From"),
        gettext("Until"),
        gettext("Level"),
        gettext("State"),
    ]
    rows = [
        [
            mask_name(elders[bed.elder_id].name) if bed.elder_id in elders else "",
            homes[bed.institution_id].name if bed.institution_id in homes else "",
            labels[bed.region_path], bed.valid.lower, bed.valid.upper or "", bed.level,
            gettext(STATE_LABELS[state_of(bed)]),
        ]
        for bed in beds
    ]  # fmt: skip
    audit.record_read(action="homebeds.export", subject_type="list", subject_id="homebeds", fields=["name"])
    commit()
    headers = {"Content-Disposition": 'attachment; filename="home-beds.csv"'}
    return Response(write_csv(header, rows), mimetype="text/csv", headers=headers)


# --- open ---------------------------------------------------------------------------------------------------------


@blueprint.get("/new")
@access("homebeds.edit")
def new() -> Response:
    """Choose the elder, then the contract."""
    elder_id = request.args.get("elder_id", type=UUID)
    if elder_id is not None:
        level = levels_on([elder_id], clock.today()).get(elder_id)
        start = {"valid_from": clock.today().isoformat(), "level": str(level.level) if level else ""}
        return _form(elder_id, MultiDict(start))
    text = request.args.get("q", "").strip()[:60]
    number, size = page_args(10)
    found = search_elders(text, living_only=True, page=number, per_page=size) if text else None
    return render("homebeds/choose.html", text=text, page=found)


@blueprint.post("/new")
@access("homebeds.edit")
def create() -> Response | BaseResponse:
    elder_id = request.form.get("elder_id", type=UUID)
    if elder_id is None or find_elder(elder_id) is None:
        raise NotFound
    try:
        bed = service.open_bed(actor(), **decode(HomeBedIn()))
    except Invalid as error:
        return _form(elder_id, request.form, problems=error.problems, status=422)
    except Conflict as error:
        return _form(elder_id, request.form, refusal=error.message, status=409)
    commit()
    flash(gettext("The home bed is open."), "ok")
    return see_other("homebeds.show", contract_id=bed.contract_id)


def _form(
    elder_id: UUID, form: Any, *, problems: Any = None, refusal: str | None = None, status: int = 200
) -> Response:
    return render(
        "homebeds/new.html", elder=get_elder(elder_id), form=form, problems=problems, refusal=refusal, status=status,
        providers=[(str(one.id), one.name) for one in queries.providers()],
    )  # fmt: skip


# --- one contract -------------------------------------------------------------------------------------------------


@blueprint.get("/<uuid:contract_id>")
@access("homebeds.read")
def show(contract_id: UUID) -> Response:
    return _show(queries.get_contract(contract_id))


def _show(bed: HomeBed, **more: Any) -> Response:
    form = more.pop("form", {"closes_on": clock.today().isoformat()})
    return render(
        "homebeds/show.html", bed=bed, elder=find_elder(bed.elder_id), home=queries.find_institution(bed.institution_id),
        labels=full_labels({bed.region_path}), versions=queries.versions(bed.contract_id), form=form, **more,
    )  # fmt: skip


@blueprint.post("/<uuid:contract_id>/close")
@access("homebeds.edit")
def close(contract_id: UUID) -> Response | BaseResponse:
    bed = queries.get_contract(contract_id)
    try:
        values = decode(CloseIn())
        closed = service.close_bed(
            actor(), contract_id=contract_id, closes_on=values["closes_on"], reason=CloseReason(values["reason"])
        )
    except Invalid as error:
        return _show(bed, form=request.form, problems=error.problems, status=422)
    commit()
    flash(gettext("The home bed is closed."), "ok")
    return see_other("homebeds.show", contract_id=contract_id) if closed else see_other("homebeds.index")
