"""Beds for operators' own systems: the board, stays, reservations, outages, counts. Send an Idempotency-Key on POST."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from eldercare.beds import queries, service
from eldercare.beds.models import BedConfirmation, BedOccupancy, StayLeave
from eldercare.beds.rules import EndReason, LeaveKind
from eldercare.beds.schemas import (
    AdmitIn,
    BedList,
    BoardQuery,
    Confirmed,
    CorrectIn,
    CountsIn,
    DischargeIn,
    EndIn,
    FactOut,
    HoldIn,
    LeaveIn,
    LeaveOut,
    MoveIn,
    Occupancy,
    OccupancyQuery,
    OutageIn,
    ReturnIn,
    SwapIn,
    WithdrawIn,
    Written,
)
from eldercare.core import clock
from eldercare.core.api import Blueprint
from eldercare.core.crypto import mask_name
from eldercare.core.web import access, actor, commit
from eldercare.regions.queries import get_region

blueprint = Blueprint("api_beds", __name__, url_prefix="/api/v1", description="Beds 床位")


def _counts(found: dict[str, queries.Counts]) -> list[dict[str, Any]]:
    names = ("total", "occupied", "vacant", "held", "out_of_service", "free")
    return [{"bed_type": kind, **{name: getattr(one, name) for name in names}} for kind, one in found.items()]


@blueprint.get("/institutions/<uuid:institution_id>/beds")
@access("beds.read")
@blueprint.arguments(BoardQuery, location="query")
@blueprint.response(200, BedList)
def list_beds(query: dict[str, Any], institution_id: UUID) -> dict[str, Any]:
    """The board at an instant (default: now), as known at another (default: now)."""
    institution = queries.get_institution(institution_id)
    at = query["at"] or clock.now()
    beds = queries.board(institution.id, at, query["known_at"])
    if not actor().can("beds.change"):
        beds = [replace(bed, elder_name=mask_name(bed.elder_name)) if bed.elder_name else bed for bed in beds]
    kept = [bed for bed in beds if query["state"] in (None, bed.state) and query["bed_type"] in (None, bed.bed_type)]
    fresh = queries.last_sign(institution.id, at)
    return {
        "institution_id": institution.id,
        "at": at,
        "items": kept,
        "counts": _counts(queries.counts_by_type(at, [institution.id], known_at=query["known_at"])),
        "fresh_at": fresh[0] if fresh else None,
        "fresh_by": fresh[1] if fresh else None,
    }


@blueprint.get("/occupancy")
@access("beds.read")
@blueprint.arguments(OccupancyQuery, location="query")
@blueprint.response(200, Occupancy)
def occupancy(query: dict[str, Any]) -> dict[str, Any]:
    """Counts by bed type of an institution, of a division with all below it, or of all one may see."""
    at = query["at"] or clock.now()
    path = get_region(query["division"]).path if query["division"] else None
    one = query["institution_id"]
    ids = [queries.get_institution(one).id] if one else None
    found = queries.counts_by_type(at, ids, region_path=path, known_at=query["known_at"])
    return {"at": at, "items": _counts(found)}


@blueprint.post("/stays")
@access("beds.change")
@blueprint.arguments(AdmitIn)
@blueprint.response(201, FactOut)
def admit(body: dict[str, Any]) -> BedOccupancy:
    """Admit a person: one on file (`elder_id`) or anybody by `id_number` and `name`. 409 names who was first."""
    stay = service.admit(actor(), **body)
    commit()
    return stay


@blueprint.get("/stays/<uuid:stay_id>")
@access("beds.read")
@blueprint.response(200, FactOut)
def get_stay(stay_id: UUID) -> BedOccupancy:
    """A stay as it stands now."""
    return queries.get_fact(stay_id)


@blueprint.post("/stays/<uuid:stay_id>/discharge")
@access("beds.change")
@blueprint.arguments(DischargeIn)
@blueprint.response(200, FactOut)
def discharge(body: dict[str, Any], stay_id: UUID) -> BedOccupancy:
    """End a stay; the bed is free from that moment."""
    end_reason = EndReason(body.pop("end_reason"))
    stay = service.discharge(actor(), stay_id=stay_id, end_reason=end_reason, **body)
    commit()
    return stay


@blueprint.post("/stays/<uuid:stay_id>/move")
@access("beds.change")
@blueprint.arguments(MoveIn)
@blueprint.response(200, FactOut)
def move(body: dict[str, Any], stay_id: UUID) -> BedOccupancy:
    """To another bed of the institution; answers with the new stay of the same episode."""
    stay = service.move(actor(), stay_id=stay_id, **body)
    commit()
    return stay


@blueprint.post("/stays/<uuid:stay_id>/swap")
@access("beds.change")
@blueprint.arguments(SwapIn)
@blueprint.response(200, FactOut(many=True))
def swap(body: dict[str, Any], stay_id: UUID) -> list[BedOccupancy]:
    """Two residents change beds."""
    stays = service.swap(actor(), stay_id=stay_id, **body)
    commit()
    return list(stays)


@blueprint.post("/stays/<uuid:stay_id>/leave")
@access("beds.change")
@blueprint.arguments(LeaveIn)
@blueprint.response(201, LeaveOut)
def start_leave(body: dict[str, Any], stay_id: UUID) -> StayLeave:
    """The resident goes on leave; the bed stays theirs."""
    leave = service.start_leave(actor(), stay_id=stay_id, kind=LeaveKind(body.pop("kind")), **body)
    commit()
    return leave


@blueprint.post("/stays/<uuid:stay_id>/return")
@access("beds.change")
@blueprint.arguments(ReturnIn)
@blueprint.response(200, LeaveOut)
def end_leave(body: dict[str, Any], stay_id: UUID) -> StayLeave:
    """The resident is back."""
    leave = service.end_leave(actor(), stay_id=stay_id, **body)
    commit()
    return leave


@blueprint.post("/holds")
@access("beds.change")
@blueprint.arguments(HoldIn)
@blueprint.response(201, FactOut)
def hold(body: dict[str, Any]) -> BedOccupancy:
    """Reserve a bed until an instant; it frees itself then."""
    row = service.hold(actor(), **body)
    commit()
    return row


@blueprint.post("/holds/<uuid:hold_id>/release")
@access("beds.change")
@blueprint.arguments(EndIn)
@blueprint.response(200, FactOut)
def release(body: dict[str, Any], hold_id: UUID) -> BedOccupancy:
    """Give up a hold before its time."""
    row = service.release(actor(), hold_id=hold_id, **body)
    commit()
    return row


@blueprint.post("/outages")
@access("beds.change")
@blueprint.arguments(OutageIn)
@blueprint.response(201, FactOut)
def out_of_service(body: dict[str, Any]) -> BedOccupancy:
    """Take a bed out of service."""
    row = service.out_of_service(actor(), **body)
    commit()
    return row


@blueprint.post("/outages/<uuid:outage_id>/end")
@access("beds.change")
@blueprint.arguments(EndIn)
@blueprint.response(200, FactOut)
def in_service(body: dict[str, Any], outage_id: UUID) -> BedOccupancy:
    """Put a bed back into service."""
    row = service.in_service(actor(), outage_id=outage_id, **body)
    commit()
    return row


@blueprint.post("/occupancies/<uuid:fact_id>/correct")
@access("beds.change")
@blueprint.arguments(CorrectIn)
@blueprint.response(200, FactOut)
def correct(body: dict[str, Any], fact_id: UUID) -> BedOccupancy:
    """Say how it really was; the version that is replaced stays on record."""
    end_reason = body.pop("end_reason")
    row = service.correct(actor(), fact_id=fact_id, end_reason=EndReason(end_reason) if end_reason else None, **body)
    commit()
    return row


@blueprint.post("/occupancies/<uuid:fact_id>/withdraw")
@access("beds.change")
@blueprint.arguments(WithdrawIn)
@blueprint.response(200, FactOut)
def withdraw(body: dict[str, Any], fact_id: UUID) -> BedOccupancy:
    """Withdraw a fact that was entered by mistake; it stays in the history."""
    row = service.withdraw_fact(actor(), fact_id=fact_id, **body)
    commit()
    return row


@blueprint.post("/institutions/<uuid:institution_id>/beds/confirm")
@access("beds.change")
@blueprint.response(201, Confirmed)
def confirm(institution_id: UUID) -> BedConfirmation:
    """Nothing has changed: the figures are fresh again."""
    row = service.confirm_nothing_changed(actor(), institution_id=institution_id)
    commit()
    return row


@blueprint.post("/institutions/<uuid:institution_id>/bed-counts")
@access("beds.change")
@blueprint.arguments(CountsIn)
@blueprint.response(200, Written)
def report_counts(body: dict[str, Any], institution_id: UUID) -> dict[str, int]:
    """Counts of an institution that does not keep single beds. The same values again change nothing."""
    written = service.report_counts(actor(), institution_id=institution_id, bed_counts=body["bed_counts"], source="api")
    commit()
    return {"written": written}
