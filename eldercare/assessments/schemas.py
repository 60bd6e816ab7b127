"""The one validator of assessments, for JSON and for the form."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from eldercare.core.errors import Problem
from eldercare.core.i18n import N_


class Flag(fields.Boolean):
    """true or false and nothing that merely looks like it; a form's checkbox is decoded before."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if type(value) is not bool:
            raise self.make_error("invalid", input=value)
        return value


class Answer(fields.Integer):
    """Whatever was sent: the rules judge it, so that each wrong answer is named by its item."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        return value


class Answers(fields.Dict):
    """By item code. At most a hundred, so that a flood of made-up codes is one message."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, dict) and len(value) > 100:
            raise ValidationError([Problem("answers", N_("Far more answers than any standard has items."))])  # type: ignore[list-item]
        return super()._deserialize(value, attr, data, **kwargs)


class FindingsIn(Schema):
    class Meta:
        unknown = RAISE

    standard = fields.String(required=True, validate=validate.Length(max=60), metadata={"example": "gbt42195-2022"})
    answers = Answers(
        keys=fields.String(),
        values=Answer(allow_none=True),
        required=True,
        metadata={"example": {"B.1.1": 4}, "description": "Every item of the standard: its code and its score"},
    )
    coma = Flag(load_default=False)
    dementia = Flag(load_default=False)
    mental_disorder = Flag(load_default=False)
    risk_events_30d = fields.Integer(strict=True, load_default=0, metadata={"minimum": 0})


class ReasonOut(Schema):
    rule = fields.String()
    text = fields.String()
    text_zh = fields.String()
    text_en = fields.String()
    clause = fields.String()
    assumed = fields.Boolean()


class ScoreOut(Schema):
    total = fields.Integer()
    dimensions = fields.Dict(keys=fields.String(), values=fields.Integer())
    preliminary_level = fields.Integer()
    level = fields.Integer()
    level_name = fields.String()
    reasons = fields.List(fields.Nested(ReasonOut))


class AssessmentForm(FindingsIn):
    """The assessor's form; `action` says which of the two buttons was pressed."""

    answers = Answers(keys=fields.String(), values=Answer(allow_none=True), load_default=dict)
    elder_id = fields.UUID(required=True)
    assessed_on = fields.Date(required=True)
    reason = fields.Integer(strict=True, required=True)
    first_assessor = fields.String(required=True, validate=validate.Length(min=1, max=60))
    second_assessor = fields.String(required=True, validate=validate.Length(min=1, max=60))
    note = fields.String(load_default="", validate=validate.Length(max=2000))
    action = fields.String(load_default="preview", validate=validate.OneOf(["preview", "save"]))
