"""What the division API takes and gives."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate


class Query(Schema):
    """Parameters of an address: an unknown one is refused; `lang` chooses the language everywhere."""

    class Meta:
        unknown = RAISE

    lang = fields.String(load_default=None, validate=validate.OneOf(["zh", "en"]))


class RegionQuery(Query):
    q = fields.String(load_default="", validate=validate.Length(max=60))
    parent = fields.String(load_default=None, validate=validate.Length(max=40))
    limit = fields.Integer(load_default=20, validate=validate.Range(min=1, max=200))


class RegionOut(Schema):
    code = fields.String(metadata={"description": "GB/T 2260, nine digits for a street or town"})
    name = fields.String()
    name_en = fields.String(allow_none=True)
    full_name = fields.String(metadata={"description": "names from the province down"})
    level = fields.String()
    kind = fields.String()
    path = fields.String()


class RegionList(Schema):
    items = fields.List(fields.Nested(RegionOut))
