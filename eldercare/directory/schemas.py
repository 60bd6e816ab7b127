"""What the public search takes and gives."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from eldercare.directory.rules import BED_TYPES
from eldercare.regions.schemas import Query


class PlaceQuery(Query):
    q = fields.String(
        load_default="",
        validate=validate.Length(max=60),
        metadata={"description": "name, address or division: Chinese, pinyin or initials"},
    )
    region = fields.String(
        load_default=None, validate=validate.Length(max=40), metadata={"description": "division code (GB/T 2260)"}
    )
    bed_type = fields.String(load_default="nursing", validate=validate.OneOf(BED_TYPES))
    free = fields.Boolean(load_default=True, metadata={"description": "only places with a free bed of the type"})
    stars = fields.Integer(load_default=None, validate=validate.Range(min=1, max=5))
    price_max_fen = fields.Integer(load_default=None, validate=validate.Range(min=0, max=100_000_000))
    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=100_000))
    per_page = fields.Integer(load_default=20, validate=validate.Range(min=1, max=100))


class PlaceOut(Schema):
    id = fields.UUID()
    name = fields.String()
    kind = fields.String()
    region = fields.String()
    address = fields.String()
    phone = fields.String(allow_none=True)
    has_clinic = fields.Boolean()
    price_low_fen = fields.Integer(allow_none=True)
    price_high_fen = fields.Integer(allow_none=True)
    stars = fields.Integer(allow_none=True)
    rated_since = fields.Date(allow_none=True)
    free = fields.Integer(allow_none=True, metadata={"description": "free beds of the type asked for"})
    total = fields.Integer(allow_none=True)
    fresh_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "when the bed figures last changed or were confirmed"}
    )
    fresh_by = fields.String(allow_none=True)


class PlaceList(Schema):
    items = fields.List(fields.Nested(PlaceOut))
    total = fields.Integer()
    page = fields.Integer()
    per_page = fields.Integer()
    pages = fields.Integer()
    bed_type = fields.String()
    at = fields.AwareDateTime(metadata={"description": "the instant for which the beds were counted"})


class BedsOut(Schema):
    bed_type = fields.String()
    free = fields.Integer()
    total = fields.Integer()
    fresh_at = fields.AwareDateTime(allow_none=True)
    fresh_by = fields.String(allow_none=True)


class PlaceDetail(Schema):
    id = fields.UUID()
    name = fields.String()
    kind = fields.String()
    ownership = fields.String(allow_none=True)
    nature = fields.String(allow_none=True)
    region = fields.String()
    address = fields.String()
    phone = fields.String(allow_none=True)
    latitude = fields.Float(allow_none=True)
    longitude = fields.Float(allow_none=True)
    opened_on = fields.Date(allow_none=True)
    licensed_beds = fields.Integer(allow_none=True)
    has_clinic = fields.Boolean()
    price_low_fen = fields.Integer(allow_none=True)
    price_high_fen = fields.Integer(allow_none=True)
    introduction = fields.String()
    stars = fields.Integer(allow_none=True)
    rated_since = fields.Date(allow_none=True)
    beds = fields.List(fields.Nested(BedsOut))
    at = fields.AwareDateTime()
