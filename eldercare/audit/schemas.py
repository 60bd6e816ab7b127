"""What the log's page takes."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from eldercare.audit.rules import Outcome


class RowFilters(Schema):
    class Meta:
        unknown = RAISE

    subject = fields.String(load_default=None, validate=validate.Length(max=120))
    actor = fields.String(load_default=None, validate=validate.Length(max=120))
    action = fields.String(load_default=None, validate=validate.Length(max=80))
    outcome = fields.String(load_default=None, validate=validate.OneOf([one.value for one in Outcome]))
    first_day = fields.Date(load_default=None)
    last_day = fields.Date(load_default=None)
