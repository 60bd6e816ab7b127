"""One bed: who has it, what was, and everything that is done to it. Each form works without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from eldercare.beds import queries, service
from eldercare.beds.pages.board import WORDS, blueprint
from eldercare.beds.pages.look import Look
from eldercare.beds.rules import DISCHARGE_REASONS, LABELS, BedState, EndReason, LeaveKind
from eldercare.beds.schemas import (
    AdmitIn,
    CorrectIn,
    DischargeIn,
    EndIn,
    HoldIn,
    LeaveIn,
    MoveIn,
    OutageIn,
    ReturnIn,
    SwapIn,
    WithdrawIn,
)
from eldercare.core import clock
from eldercare.core.db import rollback
from eldercare.core.errors import Conflict, DomainError, Invalid, Problem
from eldercare.core.i18n import N_
from eldercare.core.i18n import gettext as _
from eldercare.core.web import access, actor, commit, decode, flash, render, see_other


@blueprint.get("/bed/<uuid:bed_id>")
@access("beds.read")
def bed(bed_id: UUID) -> Response:
    """One bed: who has it, what can be done, what was."""
    return _bed_page(bed_id)


ACTIONS: dict[BedState, tuple[str, ...]] = {
    BedState.VACANT: ("admit", "hold", "outage"),
    BedState.HELD: ("admit", "release", "correct", "withdraw"),
    BedState.OUT_OF_SERVICE: ("in_service", "correct", "withdraw"),
    BedState.OCCUPIED: ("discharge", "leave", "move", "swap", "correct", "withdraw"),
    BedState.ON_LEAVE: ("return", "discharge", "move", "swap", "correct", "withdraw"),
}
ACTION_LABELS = {
    "admit": N_("Admit"),
    "hold": N_("Reserve"),
    "outage": N_("Take out of service"),
    "release": N_("Release the reservation"),
    "in_service": N_("Back in service"),
    "discharge": N_("Discharge"),
    "leave": N_("Leave or hospital"),
    "return": N_("Is back"),
    "move": N_("Move"),
    "swap": N_("Exchange beds"),
    "correct": N_("Correct"),
    "withdraw": N_("Entered by mistake"),
}


def _bed_page(
    bed_id: UUID,
    *,
    doing: str = "",
    problems: list[Problem] | None = None,
    refusal: DomainError | None = None,
    status: int = 200,
) -> Response:
    look = Look.of_request(request.args, actor())
    found = queries.get_bed(bed_id, look.at)
    allowed = ACTIONS[found.state] if actor().can("beds.change") and look.live else ()
    chosen = doing or request.args.get("do", "")
    return render(
        "beds/bed.html",
        block="panel",
        status=status,
        bed=found,
        institution=queries.get_institution(found.institution_id),
        look=look,
        history=queries.bed_history(bed_id, with_corrected=request.args.get("all") == "1"),
        actions=[(key, _(ACTION_LABELS[key])) for key in allowed],
        doing=chosen if chosen in allowed else next(iter(allowed), ""),
        problems=problems,
        refusal=refusal,
        form=request.form if status >= 400 else None,
        **_choices(found, look, chosen if chosen in allowed else next(iter(allowed), "")),
        **WORDS,
    )


def _choices(bed: queries.BedOnBoard, look: Look, doing: str) -> dict[str, list[tuple[Any, str]]]:
    """What the form of the chosen action offers: only what it needs is read."""
    people = queries.without_bed(look.at) if doing == "admit" else []
    free = queries.free_in(bed.institution_id, look.at) if doing == "move" else []
    others = queries.residents(bed.institution_id, look.at, limit=1000) if doing == "swap" else []
    return {
        "people": [(one.id, f"{look.name(one.name)} ({one.birth_date.year})") for one in people],
        "free": [
            (one.id, f"{one.building} {one.room}-{one.label} · {_(LABELS[one.bed_type])}".strip()) for one in free
        ],
        "neighbours": [
            (one.fact_id, f"{one.room}-{one.label} {look.name(one.name)}")
            for one in others
            if one.fact_id != bed.fact_id
        ],
        "reasons": [(str(one), _(LABELS[one])) for one in DISCHARGE_REASONS],
        "leave_kinds": [(str(one), _(LABELS[one])) for one in LeaveKind],
    }


def _change(bed_id: UUID, doing: str, done: str, work: Callable[[], Any]) -> ResponseReturnValue:
    """Do it, commit once, go back to the board; a refusal shows the bed again with what was typed."""
    institution_id = queries.get_bed(bed_id, clock.now()).institution_id
    try:
        work()
        commit()
    except Invalid as error:
        rollback()
        return _bed_page(bed_id, doing=doing, problems=error.problems, status=422)
    except Conflict as error:
        rollback()
        return _bed_page(bed_id, doing=doing, refusal=error, status=409)
    flash(done, "ok")
    return see_other("beds.board", institution_id=institution_id, _anchor=f"bed-{bed_id}")


def _form(**fixed: Any) -> MultiDict[str, str]:
    """The form with what the address already says."""
    data: MultiDict[str, str] = MultiDict(request.form)
    for name, value in fixed.items():
        data[name] = str(value)
    return data


@blueprint.post("/bed/<uuid:bed_id>/admit")
@access("beds.change")
def admit(bed_id: UUID) -> ResponseReturnValue:
    def work() -> None:
        service.admit(actor(), **decode(AdmitIn(), _form(bed_id=bed_id)))

    return _change(bed_id, "admit", _("Admitted."), work)


@blueprint.post("/bed/<uuid:bed_id>/hold")
@access("beds.change")
def hold(bed_id: UUID) -> ResponseReturnValue:
    return _change(
        bed_id, "hold", _("Reserved."), lambda: service.hold(actor(), **decode(HoldIn(), _form(bed_id=bed_id)))
    )


@blueprint.post("/bed/<uuid:bed_id>/out-of-service")
@access("beds.change")
def out_of_service(bed_id: UUID) -> ResponseReturnValue:
    return _change(
        bed_id,
        "outage",
        _("The bed is out of service."),
        lambda: service.out_of_service(actor(), **decode(OutageIn(), _form(bed_id=bed_id))),
    )


@blueprint.post("/bed/<uuid:bed_id>/<uuid:fact_id>/discharge")
@access("beds.change")
def discharge(bed_id: UUID, fact_id: UUID) -> ResponseReturnValue:
    def work() -> None:
        data = decode(DischargeIn())
        service.discharge(actor(), stay_id=fact_id, end_reason=EndReason(data.pop("end_reason")), **data)

    return _change(bed_id, "discharge", _("Discharged. The bed is free."), work)


@blueprint.post("/bed/<uuid:bed_id>/<uuid:fact_id>/move")
@access("beds.change")
def move(bed_id: UUID, fact_id: UUID) -> ResponseReturnValue:
    return _change(bed_id, "move", _("Moved."), lambda: service.move(actor(), stay_id=fact_id, **decode(MoveIn())))


@blueprint.post("/bed/<uuid:bed_id>/<uuid:fact_id>/swap")
@access("beds.change")
def swap(bed_id: UUID, fact_id: UUID) -> ResponseReturnValue:
    return _change(
        bed_id, "swap", _("Beds exchanged."), lambda: service.swap(actor(), stay_id=fact_id, **decode(SwapIn()))
    )


@blueprint.post("/bed/<uuid:bed_id>/<uuid:fact_id>/leave")
@access("beds.change")
def leave(bed_id: UUID, fact_id: UUID) -> ResponseReturnValue:
    def work() -> None:
        data = decode(LeaveIn())
        service.start_leave(actor(), stay_id=fact_id, kind=LeaveKind(data.pop("kind")), **data)

    return _change(bed_id, "leave", _("The leave is recorded; the bed is kept."), work)


@blueprint.post("/bed/<uuid:bed_id>/<uuid:fact_id>/return")
@access("beds.change")
def come_back(bed_id: UUID, fact_id: UUID) -> ResponseReturnValue:
    return _change(
        bed_id,
        "return",
        _("The return is recorded."),
        lambda: service.end_leave(actor(), stay_id=fact_id, **decode(ReturnIn())),
    )


@blueprint.post("/bed/<uuid:bed_id>/<uuid:fact_id>/release")
@access("beds.change")
def release(bed_id: UUID, fact_id: UUID) -> ResponseReturnValue:
    return _change(
        bed_id,
        "release",
        _("Released. The bed is free."),
        lambda: service.release(actor(), hold_id=fact_id, **decode(EndIn())),
    )


@blueprint.post("/bed/<uuid:bed_id>/<uuid:fact_id>/in-service")
@access("beds.change")
def in_service(bed_id: UUID, fact_id: UUID) -> ResponseReturnValue:
    return _change(
        bed_id,
        "in_service",
        _("The bed is back in service."),
        lambda: service.in_service(actor(), outage_id=fact_id, **decode(EndIn())),
    )


@blueprint.post("/bed/<uuid:bed_id>/<uuid:fact_id>/correct")
@access("beds.change")
def correct(bed_id: UUID, fact_id: UUID) -> ResponseReturnValue:
    def work() -> None:
        data = decode(CorrectIn())
        end_reason = data.pop("end_reason")
        service.correct(actor(), fact_id=fact_id, end_reason=EndReason(end_reason) if end_reason else None, **data)

    return _change(bed_id, "correct", _("Corrected. The earlier entry stays on record."), work)


@blueprint.post("/bed/<uuid:bed_id>/<uuid:fact_id>/withdraw")
@access("beds.change")
def withdraw(bed_id: UUID, fact_id: UUID) -> ResponseReturnValue:
    return _change(
        bed_id,
        "withdraw",
        _("Withdrawn. The entry stays on record as a mistake."),
        lambda: service.withdraw_fact(actor(), fact_id=fact_id, **decode(WithdrawIn())),
    )
