"""The one validator of what is done to beds, for JSON and for forms."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from eldercare.beds.rules import DISCHARGE_REASONS, BedState, BedType, EndReason, LeaveKind
from eldercare.beds.service import NewPerson
from eldercare.core import clock
from eldercare.core.i18n import N_
from eldercare.core.schemas import Strict

_CHOICE = N_("This is not one of the choices.")
_LONG = N_("This text is too long.")


def _one_of(values: Any) -> validate.OneOf:
    return validate.OneOf([str(value) for value in values], error=_CHOICE)


def _instant(**more: Any) -> fields.AwareDateTime:
    """A point in time; without a zone it is China time (what a form sends)."""
    return fields.AwareDateTime(format="iso", default_timezone=clock.ZONE, **more)


def _reason() -> fields.String:
    return fields.String(load_default="", validate=validate.Length(max=300, error=_LONG))


def _why() -> fields.String:
    return fields.String(required=True, validate=validate.Length(min=1, max=300, error=_LONG))


def _version() -> fields.Integer:
    return fields.Integer(
        strict=True,
        load_default=None,
        metadata={"description": "the revision that was read; another one in force is refused with 409"},
    )


class AdmitIn(Strict):
    bed_id = fields.UUID(required=True)
    elder_id = fields.UUID(load_default=None, metadata={"description": "a person on file in your scope"})
    id_number = fields.String(
        load_default=None,
        validate=validate.Length(max=30, error=_LONG),
        metadata={"description": "身份证号, instead of elder_id"},
    )
    name = fields.String(load_default=None, validate=validate.Length(max=60, error=_LONG))
    residence = fields.String(load_default=None, validate=validate.Length(max=40, error=_LONG))
    at = _instant(load_default=None, metadata={"description": "default: now; earlier needs a reason"})
    planned_until = _instant(load_default=None)
    hold_id = fields.UUID(load_default=None, metadata={"description": "the reservation this takes up"})
    reason = _reason()

    @post_load
    def card(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """The fields of the identity card as one value."""
        number, name, residence = (data.pop(key) for key in ("id_number", "name", "residence"))
        if number or name:
            data["new_person"] = NewPerson(number or "", name or "", residence)
        return data


class DischargeIn(Strict):
    end_reason = fields.String(required=True, validate=_one_of(DISCHARGE_REASONS))
    at = _instant(load_default=None)
    reason = _reason()
    version = _version()


class MoveIn(Strict):
    bed_id = fields.UUID(required=True)
    at = _instant(load_default=None)
    hold_id = fields.UUID(load_default=None)
    reason = _reason()
    version = _version()


class SwapIn(Strict):
    other_stay_id = fields.UUID(required=True)
    at = _instant(load_default=None)
    reason = _reason()


class LeaveIn(Strict):
    kind = fields.String(required=True, validate=_one_of(LeaveKind))
    at = _instant(load_default=None)
    planned_until = _instant(load_default=None)
    reason = _reason()


class ReturnIn(Strict):
    at = _instant(load_default=None)
    reason = _reason()


class HoldIn(Strict):
    bed_id = fields.UUID(required=True)
    until = _instant(required=True)
    elder_id = fields.UUID(load_default=None)
    reason = _reason()


class EndIn(Strict):
    reason = _reason()
    version = _version()


class OutageIn(Strict):
    bed_id = fields.UUID(required=True)
    at = _instant(load_default=None)
    planned_until = _instant(load_default=None)
    reason = _why()


class CorrectIn(Strict):
    start = _instant(required=True)
    end = _instant(load_default=None)
    bed_id = fields.UUID(load_default=None)
    end_reason = fields.String(load_default=None, validate=_one_of(EndReason))
    reason = _why()
    version = _version()


class WithdrawIn(Strict):
    reason = _why()
    version = _version()


class CountIn(Strict):
    bed_type = fields.String(required=True, validate=_one_of(BedType))
    total = fields.Integer(strict=True, required=True, validate=validate.Range(min=0, max=100_000))
    occupied = fields.Integer(strict=True, required=True, validate=validate.Range(min=0, max=100_000))
    as_of = fields.Date(required=True, format="iso")


class CountsIn(Strict):
    bed_counts = fields.List(fields.Nested(CountIn), required=True, validate=validate.Length(min=1, max=20))


class BoardQuery(Strict):
    at = _instant(load_default=None)
    known_at = _instant(load_default=None)
    state = fields.String(load_default=None, validate=_one_of(BedState))
    bed_type = fields.String(load_default=None, validate=_one_of(BedType))


class OccupancyQuery(Strict):
    at = _instant(load_default=None)
    known_at = _instant(load_default=None)
    institution_id = fields.UUID(load_default=None)
    division = fields.String(load_default=None, validate=validate.Length(max=40, error=_LONG))


class FactOut(Schema):
    id = fields.UUID(attribute="fact_id")
    version = fields.Integer(attribute="revision")
    kind = fields.String()
    bed_id = fields.UUID()
    institution_id = fields.UUID()
    elder_id = fields.UUID(allow_none=True)
    episode_id = fields.UUID(allow_none=True)
    since = fields.AwareDateTime(attribute="during.lower", format="iso")
    until = fields.AwareDateTime(attribute="during.upper", format="iso", allow_none=True)
    planned_until = fields.AwareDateTime(format="iso", allow_none=True)
    end_reason = fields.String(allow_none=True)
    reason = fields.String()


class LeaveOut(Schema):
    id = fields.UUID(attribute="fact_id")
    episode_id = fields.UUID()
    kind = fields.String()
    since = fields.AwareDateTime(attribute="during.lower", format="iso")
    until = fields.AwareDateTime(attribute="during.upper", format="iso", allow_none=True)


class BedOut(Schema):
    id = fields.UUID()
    building = fields.String()
    floor = fields.String()
    room = fields.String()
    label = fields.String()
    bed_type = fields.String()
    sex_rule = fields.String()
    price_fen = fields.Integer()
    state = fields.String()
    fact_id = fields.UUID(allow_none=True, metadata={"description": "the stay, hold or outage that fills it"})
    version = fields.Integer(attribute="revision", allow_none=True)
    elder_id = fields.UUID(allow_none=True)
    elder_name = fields.String(allow_none=True, metadata={"description": "masked for everybody but the operator"})
    since = fields.AwareDateTime(format="iso", allow_none=True)
    until = fields.AwareDateTime(format="iso", allow_none=True)
    planned_until = fields.AwareDateTime(format="iso", allow_none=True)


class CountsOut(Schema):
    bed_type = fields.String()
    total = fields.Integer()
    occupied = fields.Integer()
    vacant = fields.Integer(metadata={"description": "total - occupied"})
    held = fields.Integer()
    out_of_service = fields.Integer()
    free = fields.Integer(metadata={"description": "can be given now"})


class BedList(Schema):
    institution_id = fields.UUID()
    at = fields.AwareDateTime(format="iso")
    items = fields.List(fields.Nested(BedOut))
    counts = fields.List(fields.Nested(CountsOut))
    fresh_at = fields.AwareDateTime(format="iso", allow_none=True)
    fresh_by = fields.String(allow_none=True)


class Occupancy(Schema):
    at = fields.AwareDateTime(format="iso")
    items = fields.List(fields.Nested(CountsOut))


class Written(Schema):
    written = fields.Integer()


class Confirmed(Schema):
    at = fields.AwareDateTime(format="iso")
