"""The house behind the board: rooms and beds made, renamed, priced and closed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue

from eldercare.beds import queries, service
from eldercare.beds.models import Room
from eldercare.beds.pages.board import WORDS, blueprint
from eldercare.beds.pages.look import natural
from eldercare.beds.queries import house
from eldercare.beds.rules import LABELS, BedType, SexRule, rooms_of
from eldercare.beds.schemas import BedIn, CloseBedIn, NewBedsIn, NewRoomsIn, RoomIn, VersionIn
from eldercare.core import clock, money
from eldercare.core.db import rollback
from eldercare.core.errors import Conflict, DomainError, Invalid
from eldercare.core.i18n import gettext as _
from eldercare.core.i18n import ngettext
from eldercare.core.web import access, actor, commit, decode, flash, render, see_other


def _options() -> dict[str, Any]:
    return {
        "type_options": [(str(one), _(LABELS[one])) for one in BedType],
        "sex_options": [(str(one), _(LABELS[one])) for one in SexRule],
        "now": clock.now(),
        "plain_yuan": lambda fen: money.yuan(fen).replace(",", "").removesuffix(".00"),
        **WORDS,
    }


def _kind(values: dict[str, Any]) -> service.BedKind:
    """Takes what describes a bed out of the form's values."""
    return service.BedKind(
        bed_type=BedType(values.pop("bed_type")),
        sex_rule=SexRule(values.pop("sex_rule")),
        price_fen=values.pop("price"),
        subsidised=values.pop("subsidised"),
    )


@blueprint.get("/<uuid:institution_id>/rooms")
@access("beds.change")
def rooms(institution_id: UUID) -> Response:
    """Every room with its beds, and the form that makes more."""
    return _rooms_page(institution_id)


def _rooms_page(institution_id: UUID, error: Invalid | None = None) -> Response:
    institution = queries.get_institution(institution_id)
    found = sorted(
        house.rooms_with_beds(institution.id),
        key=lambda one: (natural(one.room.building), natural(one.room.floor), natural(one.room.name)),
    )
    return render(
        "beds/rooms.html",
        institution=institution,
        rooms=found,
        reports_counts=institution.beds_mode == "counts",
        form=request.form if error else None,
        problems=error.problems if error else None,
        status=422 if error else 200,
        **_options(),
    )


@blueprint.post("/<uuid:institution_id>/rooms")
@access("beds.change")
def add_rooms(institution_id: UUID) -> ResponseReturnValue:
    """Rooms such as 301-312 with the same beds in each."""
    try:
        values = decode(NewRoomsIn())
        kind = _kind(values)
        made = service.add_rooms(
            actor(), institution_id=institution_id, kind=kind, beds_each=values.pop("beds"),
            rooms=rooms_of(values.pop("rooms")), **values,
        )  # fmt: skip
        commit()
    except Invalid as error:
        rollback()
        return _rooms_page(institution_id, error)
    flash(ngettext("%(num)s bed was made.", "%(num)s beds were made.", made), "ok")
    return see_other("beds.rooms", institution_id=institution_id)


@blueprint.get("/room/<uuid:room_id>")
@access("beds.change")
def room(room_id: UUID) -> Response:
    """One room: its name, its beds, the form for more."""
    return _room_page(house.get_room(room_id))


def _room_page(found: Room, error: Invalid | None = None, part: str = "") -> Response:
    return render(
        "beds/room.html",
        room=found,
        institution=queries.get_institution(found.institution_id),
        beds=house.beds_in(found.id),
        form=request.form if error else None,
        part=part,
        problems=error.problems if error else None,
        status=422 if error else 200,
        **_options(),
    )


@blueprint.post("/room/<uuid:room_id>")
@access("beds.change")
def edit_room(room_id: UUID) -> ResponseReturnValue:
    try:
        service.edit_room(actor(), room_id=room_id, **decode(RoomIn()))
        commit()
    except Invalid as error:
        rollback()
        return _room_page(house.get_room(room_id), error, "room")
    flash(_("Stored."), "ok")
    return see_other("beds.room", room_id=room_id)


@blueprint.post("/room/<uuid:room_id>/beds")
@access("beds.change")
def add_beds(room_id: UUID) -> ResponseReturnValue:
    try:
        values = decode(NewBedsIn())
        kind = _kind(values)
        labels = service.add_beds(actor(), room_id=room_id, kind=kind, count=values.pop("beds"), **values)
        commit()
    except Invalid as error:
        rollback()
        return _room_page(house.get_room(room_id), error, "beds")
    flash(ngettext("%(num)s bed was made.", "%(num)s beds were made.", len(labels)), "ok")
    return see_other("beds.room", room_id=room_id)


@blueprint.get("/bed/<uuid:bed_id>/edit")
@access("beds.change")
def edit_bed(bed_id: UUID) -> Response:
    """What one bed is called and like; from here it is closed or opened again."""
    return _edit_page(bed_id)


def _edit_page(bed_id: UUID, error: DomainError | None = None, template: str = "beds/bed_edit.html") -> Response:
    bed = house.get_bed_record(bed_id)
    return render(
        template,
        bed=bed,
        room=house.get_room(bed.room_id),
        institution=queries.get_institution(bed.institution_id),
        form=request.form if error else None,
        problems=error.problems if isinstance(error, Invalid) else None,
        refusal=error if isinstance(error, Conflict) else None,
        status=200 if error is None else 422 if isinstance(error, Invalid) else 409,
        **_options(),
    )


@blueprint.post("/bed/<uuid:bed_id>/edit")
@access("beds.change")
def save_bed(bed_id: UUID) -> ResponseReturnValue:
    try:
        values = decode(BedIn())
        kind = _kind(values)
        bed = service.edit_bed(actor(), bed_id=bed_id, kind=kind, **values)
        commit()
    except (Invalid, Conflict) as error:
        rollback()
        return _edit_page(bed_id, error)
    flash(_("Stored."), "ok")
    return see_other("beds.room", room_id=bed.room_id)


@blueprint.get("/bed/<uuid:bed_id>/close")
@access("beds.change")
def ask_close(bed_id: UUID) -> Response:
    """Asks why, and says what closing means."""
    return _edit_page(bed_id, template="beds/bed_close.html")


@blueprint.post("/bed/<uuid:bed_id>/close")
@access("beds.change")
def close_bed(bed_id: UUID) -> ResponseReturnValue:
    bed = house.get_bed_record(bed_id)
    room_id, label = bed.room_id, bed.label
    try:
        service.close_bed(actor(), bed_id=bed_id, **decode(CloseBedIn()))
        commit()
    except (Invalid, Conflict) as error:
        rollback()
        return _edit_page(bed_id, error, "beds/bed_close.html")
    flash(_("Bed %(bed)s is closed. Its history stays; it can be opened again from its room.", bed=label), "ok")
    return see_other("beds.room", room_id=room_id)


@blueprint.post("/bed/<uuid:bed_id>/reopen")
@access("beds.change")
def reopen_bed(bed_id: UUID) -> ResponseReturnValue:
    try:
        bed = service.reopen_bed(actor(), bed_id=bed_id, **decode(VersionIn()))
        commit()
    except (Invalid, Conflict) as error:
        rollback()
        return _edit_page(bed_id, error)
    flash(_("Bed %(bed)s is in use again.", bed=bed.label), "ok")
    return see_other("beds.room", room_id=bed.room_id)
