"""The one validator of staff and certificates, for JSON and forms."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from eldercare.core.schemas import Line, Strict
from eldercare.staff.rules import CertificateKind, Job

_JOBS = [str(job) for job in Job]


class StaffIn(Strict):
    """A person of an institution, or of an office in a division."""

    name = Line(required=True, validate=validate.Length(min=1, max=80))
    job = fields.String(required=True, validate=validate.OneOf(_JOBS))
    institution_id = fields.UUID(load_default=None)
    division = Line(load_default=None, validate=validate.Length(min=2, max=40))
    employer = Line(load_default="", validate=validate.Length(max=120))
    started_on = fields.Date(load_default=None)


class StaffEnd(Strict):
    version = fields.Integer(strict=True, load_default=None)
    ended_on = fields.Date(required=True)


class CertificateIn(Strict):
    kind = fields.String(required=True, validate=validate.OneOf([str(kind) for kind in CertificateKind]))
    number = Line(required=True, validate=validate.Length(min=1, max=60))
    issuer = Line(load_default="", validate=validate.Length(max=120))
    first_day = fields.Date(required=True)
    last_day = fields.Date(load_default=None)


class StaffQuery(Strict):
    q = fields.String(load_default="", validate=validate.Length(max=60))
    job = fields.String(load_default=None, validate=validate.OneOf(_JOBS))
    institution_id = fields.UUID(load_default=None)
    page = fields.Integer(load_default=1, validate=validate.Range(1, 1_000_000))
    per_page = fields.Integer(load_default=20, validate=validate.Range(1, 200))


class CertificateOut(Schema):
    kind = fields.String()
    number = fields.String()
    issuer = fields.String()
    valid_from = fields.Date()
    valid_until = fields.Date(allow_none=True)


class StaffOut(Schema):
    id = fields.UUID()
    version = fields.Integer()
    name = fields.String()
    job = fields.String()
    institution_id = fields.UUID(allow_none=True)
    employer = fields.String()
    started_on = fields.Date(allow_none=True)
    ended_on = fields.Date(allow_none=True)
    certificates = fields.List(fields.Nested(CertificateOut))


class StaffPage(Schema):
    items = fields.List(fields.Nested(StaffOut))
    total = fields.Integer()
    page = fields.Integer()
    per_page = fields.Integer()
    pages = fields.Integer()
