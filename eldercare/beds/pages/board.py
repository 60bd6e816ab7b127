"""The institutions, the board of one, its export, and the tap that nothing has changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from eldercare.audit import service as audit
from eldercare.beds import queries, service
from eldercare.beds.pages import look as looks
from eldercare.beds.rules import LABELS, SHORT, SIGNS, BedState, BedType
from eldercare.core import clock
from eldercare.core.csvfile import write_csv
from eldercare.core.i18n import gettext as _
from eldercare.core.web import Page, access, actor, commit, flash, page_args, render, see_other

blueprint = Blueprint("beds", __name__, url_prefix="/beds")
WORDS: dict[str, Any] = {
    "labels": LABELS,
    "signs": SIGNS,
    "short": SHORT,
    "states": list(BedState),
    "types": list(BedType),
}


@blueprint.get("")
@access("beds.read")
def index() -> ResponseReturnValue:
    """The institutions in scope with their figures; an operator of one home goes straight to its board."""
    institutions = queries.institutions_with_beds()
    if len(institutions) == 1:
        return see_other("beds.board", institution_id=institutions[0].id)
    text = request.args.get("q", "").strip()[:60]
    if text:
        institutions = [one for one in institutions if text in one.name or text.lower() in one.initials]
    number, size = page_args()
    shown = institutions[(number - 1) * size : number * size]
    counts = queries.counts_by_institution(clock.now(), [one.id for one in shown])
    page = Page(shown, len(institutions), number, size)
    return render("beds/index.html", page=page, counts=counts, text=text)


@blueprint.get("/<uuid:institution_id>")
@access("beds.read")
def board(institution_id: UUID) -> Response:
    """By floor and room; `?at=` a past day, `?state=`, `?type=`, `?names=`, `?view=`."""
    institution = queries.get_institution(institution_id)
    look = looks.Look.of_request(request.args, actor())
    beds = queries.board(institution.id, look.at)
    if look.names and look.names_are_special:
        audit.record_read(
            action="beds.board.names", subject_type="institution", subject_id=institution.id, fields=["name"],
            region_path=institution.region_path,
        )  # fmt: skip
        commit()
    counts = queries.counts_by_type(look.at, [institution.id])
    return render(
        "beds/board.html",
        block="live",
        institution=institution,
        look=look,
        floors=looks.floors(beds, look),
        counts=counts,
        total=sum(counts.values(), queries.Counts()),
        fresh=queries.last_sign(institution.id, look.at),
        shown=sum(1 for bed in beds if look.keeps(bed)),
        all_beds=len(beds),
        may_change=actor().can("beds.change"),
        reports_counts=institution.beds_mode == "counts",
        **WORDS,
    )


@blueprint.get("/<uuid:institution_id>/beds.csv")
@access("beds.read")
def export(institution_id: UUID) -> Response:
    """The board as a file; names as the page would show them."""
    institution = queries.get_institution(institution_id)
    look = looks.Look.of_request(request.args, actor())
    beds = [bed for bed in queries.board(institution.id, look.at) if look.keeps(bed)]
    content = write_csv(looks.csv_header(), [looks.csv_row(bed, look) for bed in beds])
    if look.names:
        audit.record_read(
            action="beds.board.export", subject_type="institution", subject_id=institution.id, fields=["name"],
            region_path=institution.region_path,
        )  # fmt: skip
        commit()
    name = f"beds-{clock.day_of(look.at).isoformat()}.csv"
    return Response(content, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


@blueprint.post("/<uuid:institution_id>/confirm")
@access("beds.change")
def confirm(institution_id: UUID) -> ResponseReturnValue:
    service.confirm_nothing_changed(actor(), institution_id=institution_id)
    commit()
    flash(_("Thank you. The figures are shown as confirmed now."), "ok")
    return see_other("beds.board", institution_id=institution_id)
