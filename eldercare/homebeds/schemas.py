"""What the home-bed forms take."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from eldercare.homebeds.rules import CloseReason


class HomeBedIn(Schema):
    class Meta:
        unknown = RAISE

    elder_id = fields.UUID(required=True)
    institution_id = fields.UUID(required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(load_default=None, allow_none=True)
    level = fields.Integer(strict=True, required=True, validate=validate.Range(min=0, max=9))
    note = fields.String(load_default="", validate=validate.Length(max=500))


class CloseIn(Schema):
    class Meta:
        unknown = RAISE

    closes_on = fields.Date(required=True)
    reason = fields.String(required=True, validate=validate.OneOf([str(reason) for reason in CloseReason]))
