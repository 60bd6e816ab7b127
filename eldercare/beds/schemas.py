"""The one validator of what is done to beds, for JSON and for forms."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from eldercare.beds.rules import DISCHARGE_REASONS, BedState, BedType, EndReason, LeaveKind, SexRule
from eldercare.beds.service import NewPerson
from eldercare.core import clock, money
from eldercare.core.i18n import N_
from eldercare.core.schemas import Line, Strict

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


def _whole() -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(min=0, max=100_000))


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


class Price(fields.String):
    """Yuan a month with at most two decimals, as integer fen."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        plain = str(super()._deserialize(value, attr, data, **kwargs)).removeprefix("¥").removesuffix("元")
        plain = plain.replace(",", "").replace("，", "").strip()
        if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,2})?", plain):
            raise ValidationError(N_("Write an amount in yuan, such as 3600 or 3600.50."))
        return money.fen_of(plain)


def _line(longest: int, **more: Any) -> Line:
    return Line(validate=validate.Length(max=longest, error=_LONG), **more)


class BedKindIn(Strict):
    """What all new beds, or one bed, are like. Prices are a month."""

    bed_type = fields.String(required=True, validate=_one_of(BedType))
    sex_rule = fields.String(load_default=str(SexRule.ANY), validate=_one_of(SexRule))
    price = Price(load_default=0)
    subsidised = fields.Boolean(load_default=False)


class NewBedsIn(BedKindIn):
    """Further beds of a room, labelled on from its highest number."""

    beds = fields.Integer(
        strict=True,
        required=True,
        validate=validate.Range(min=1, max=30, error=N_("A room takes 1 to 30 beds.")),
    )
    since = fields.Date(load_default=None, format="iso")


class NewRoomsIn(NewBedsIn):
    """Rooms of one floor with the same beds in each: `rooms` as in '301-312, 315'."""

    building = _line(40, load_default="")
    floor = _line(20, load_default="")
    rooms = _line(600, required=True)


class RoomIn(Strict):
    building = _line(40, load_default="")
    floor = _line(20, load_default="")
    name = _line(20, required=True)


class BedIn(BedKindIn):
    label = _line(20, required=True)
    version = fields.Integer(strict=True, required=True)


class VersionIn(Strict):
    version = fields.Integer(strict=True, required=True)


class CloseBedIn(VersionIn):
    reason = _why()


class CountsForm(Strict):
    """One day's counts as a form: `total[nursing]`, `occupied[nursing]` ... An empty pair is not reported."""

    as_of = fields.Date(required=True, format="iso")
    total = fields.Dict(keys=fields.String(validate=_one_of(BedType)), values=_whole(), load_default=dict)
    occupied = fields.Dict(keys=fields.String(validate=_one_of(BedType)), values=_whole(), load_default=dict)

    @post_load
    def pairs(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """A list of counts by type; each half of a pair needs the other."""
        total, occupied = data["total"], data["occupied"]
        wrong = {
            f"{name}.{kind}": [N_("Give both: the beds there are and how many are taken.")]
            for name, given, other in (("total", total, occupied), ("occupied", occupied, total))
            for kind in other
            if kind not in given
        }
        wrong |= {
            f"occupied.{kind}": [N_("More beds are taken than there are.")]
            for kind, beds in total.items()
            if occupied.get(kind, 0) > beds
        }
        if data["as_of"] > clock.today():
            wrong["as_of"] = [N_("This day lies in the future.")]
        if not wrong and not total:
            wrong = {"total.nursing": [N_("Enter the beds of at least one type.")]}
        if wrong:
            raise ValidationError(wrong)
        counts = [
            {"bed_type": kind, "total": total[kind], "occupied": occupied[kind], "as_of": data["as_of"]}
            for kind in total
        ]
        return {"bed_counts": counts}


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
