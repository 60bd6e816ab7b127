"""What the visit form takes."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from eldercare.community.rules import Outcome


class VisitIn(Schema):
    class Meta:
        unknown = RAISE

    visited_on = fields.Date(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf([str(outcome) for outcome in Outcome]))
    note = fields.String(load_default="", validate=validate.Length(max=1000))
