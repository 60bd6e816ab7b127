"""The one validator of estimates and runs, for JSON and for forms."""

from __future__ import annotations

from datetime import date

from marshmallow import Schema, ValidationError, fields, validate, validates

from eldercare.core import clock
from eldercare.core.i18n import N_
from eldercare.core.schemas import Strict

OLDEST = date(1890, 1, 1)
ECONOMIC_CATEGORIES = ("destitute", "minimum_living", "low_income", "ordinary")
ABILITIES = ("self", "half", "full")
SETTINGS = ("home", "institution")
_DIVISION = validate.Regexp(r"^\d{4}[0-9Z]\d$", error=N_("Write the division as its code of six digits."))
_MONTH = validate.Regexp(
    r"^(19|20|21)\d{2}-(0[1-9]|1[0-2])$", error=N_("Write the month as YYYY-MM, for example 2023-01.")
)
_CHOICE = N_("This is not one of the choices.")


class StrictBoolean(fields.Boolean):
    """true or false, not the words and numbers that could mean them."""

    truthy = {True}
    falsy = {False}

    def _deserialize(self, value, attr, data, **kwargs):  # type: ignore[no-untyped-def]
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class PersonIn(Strict):
    birth_date = fields.Date(required=True, format="iso", metadata={"description": "出生日期", "example": "1940-05-01"})
    economic_category = fields.String(
        required=True,
        validate=validate.OneOf(ECONOMIC_CATEGORIES, error=_CHOICE),
        metadata={"description": "经济类别: destitute 特困, minimum_living 低保, low_income 低保边缘, ordinary"},
    )
    ability = fields.String(
        required=True,
        validate=validate.OneOf(ABILITIES, error=_CHOICE),
        metadata={"description": "特困自理能力: self 全自理, half 半护理, full 全护理"},
    )
    setting = fields.String(
        required=True,
        validate=validate.OneOf(SETTINGS, error=_CHOICE),
        metadata={"description": "home 分散供养, institution 集中供养"},
    )
    urban = StrictBoolean(required=True, metadata={"description": "true 城市, false 农村"})
    division = fields.String(validate=_DIVISION, metadata={"description": "区划代码; overrides county_group"})
    county_group = fields.String(
        validate=validate.Length(min=1, max=20, error=N_("Write at most 20 characters.")),
        metadata={"description": "区市分组 of the jurisdiction's rules, for example A"},
    )

    @validates("birth_date")
    def check_birth_date(self, value: date, **_: object) -> None:
        if value > clock.today():
            raise ValidationError(N_("The birth date is in the future."))
        if value < OLDEST:
            raise ValidationError(N_("The birth date is too long ago."))


class EstimateIn(Strict):
    jurisdiction = fields.String(
        required=True,
        validate=validate.Length(min=1, max=40, error=N_("Write at most 40 characters.")),
        metadata={"example": "yantai"},
    )
    month = fields.String(required=True, validate=_MONTH, metadata={"example": "2023-01"})
    person = fields.Nested(PersonIn, required=True)


class EstimateLineOut(Schema):
    scheme = fields.String(required=True)
    title = fields.String(required=True)
    amount_fen = fields.Integer(required=True)
    explanation = fields.String(required=True)
    source = fields.String(required=True)
    assumed = fields.Boolean(required=True, metadata={"description": "Rests on something no source says; explained"})


class EstimateSkipOut(Schema):
    scheme = fields.String(required=True)
    title = fields.String(required=True)
    reason = fields.String(required=True)


class EstimateOut(Schema):
    lines = fields.List(fields.Nested(EstimateLineOut), required=True)
    total_fen = fields.Integer(required=True)
    skipped = fields.List(fields.Nested(EstimateSkipOut), required=True)


class RunIn(Strict):
    jurisdiction = fields.String(
        required=True, validate=validate.Length(min=1, max=40, error=N_("Write at most 40 characters."))
    )
    month = fields.String(required=True, validate=_MONTH)
    schemes = fields.List(
        fields.String(validate=validate.Length(min=1, max=60, error=N_("Write at most 60 characters."))),
        validate=validate.Length(min=1, max=50, error=N_("Choose at least one scheme.")),
    )


class DecisionIn(Strict):
    """A decision on a run as it was read: `version` guards against a change in between."""

    version = fields.Integer(strict=True, required=True)


class CancelIn(DecisionIn):
    reason = fields.String(
        required=True, validate=validate.Length(min=2, max=500, error=N_("Write 2 to 500 characters."))
    )


class RunOut(Schema):
    id = fields.UUID(required=True)
    jurisdiction = fields.String(required=True)
    schemes = fields.List(fields.String(), required=True)
    month = fields.Function(lambda run: f"{run.month:%Y-%m}")
    kind = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    pack_hash = fields.String(required=True)
    engine_version = fields.String(required=True)
    persons = fields.Integer(required=True)
    lines = fields.Integer(required=True)
    skipped = fields.Integer(required=True)
    total_fen = fields.Integer(required=True)
    facts_hash = fields.String(allow_none=True)
    lines_hash = fields.String(allow_none=True)
    made_at = fields.DateTime(required=True)
    computed_at = fields.DateTime(allow_none=True)
    reviewed_at = fields.DateTime(allow_none=True)
    approved_at = fields.DateTime(allow_none=True)


class LineOut(Schema):
    number = fields.Integer(required=True)
    elder_id = fields.UUID(required=True)
    scheme = fields.String(required=True)
    origin_month = fields.Function(lambda line: f"{line.origin_month:%Y-%m}")
    kind = fields.String(required=True)
    division = fields.String(required=True)
    days = fields.Integer(required=True)
    amount_fen = fields.Integer(required=True)
    assumed = fields.Boolean(required=True)
    trace = fields.Dict(required=True)


class PageQuery(Strict):
    page = fields.Integer(load_default=1, validate=validate.Range(1, 1_000_000))
    per_page = fields.Integer(load_default=20, validate=validate.Range(1, 200))


class LineQuery(PageQuery):
    division = fields.String(validate=_DIVISION)
    scheme = fields.String(validate=validate.Length(max=60))


class RunQuery(PageQuery):
    jurisdiction = fields.String(validate=validate.Length(max=40))
    state = fields.String(validate=validate.Length(max=20))


class RunPage(Schema):
    items = fields.List(fields.Nested(RunOut))
    total = fields.Integer()
    page = fields.Integer()
    per_page = fields.Integer()
    pages = fields.Integer()


class LinePage(RunPage):
    items = fields.List(fields.Nested(LineOut))
