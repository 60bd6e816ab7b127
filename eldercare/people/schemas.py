"""The one validator of elders and their facts, for JSON and forms."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from eldercare.core.schemas import Line, Strict
from eldercare.people.rules import Kind, Sex

_KINDS = [str(kind) for kind in Kind]
_SEXES = [str(sex) for sex in Sex]


class ElderIn(Strict):
    """A new elder. Division codes as in the tree (nine digits for a street or town)."""

    name = Line(required=True, validate=validate.Length(min=1, max=60))
    sex = fields.String(required=True, validate=validate.OneOf(_SEXES))
    birth_date = fields.Date(required=True)
    id_number = Line(load_default=None, allow_none=True, validate=validate.Length(max=40))
    phone = Line(load_default=None, allow_none=True, validate=validate.Length(max=30))
    residence = Line(required=True, validate=validate.Length(min=2, max=60))
    hukou = Line(load_default=None, allow_none=True, validate=validate.Length(min=2, max=60))
    since = fields.Date(load_default=None, allow_none=True)
    institution_id = fields.UUID(load_default=None, allow_none=True)
    economic_category = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))
    living_situation = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))
    urban_rural = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))


class ElderEdit(Strict):
    version = fields.Integer(strict=True, load_default=None)
    name = Line(required=True, validate=validate.Length(min=1, max=60))
    sex = fields.String(required=True, validate=validate.OneOf(_SEXES))
    birth_date = fields.Date(required=True)
    phone = Line(load_default=None, allow_none=True, validate=validate.Length(max=30))
    remove_phone = fields.Boolean(load_default=False)


class FactIn(Strict):
    kind = fields.String(required=True, validate=validate.OneOf(_KINDS))
    value = Line(required=True, validate=validate.Length(min=1, max=40))
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(load_default=None, allow_none=True)
    note = fields.String(load_default="", validate=validate.Length(max=500))


class DeathIn(Strict):
    died_on = fields.Date(required=True)
    note = fields.String(load_default="", validate=validate.Length(max=500))


class RevealIn(Strict):
    purpose = Line(required=True, validate=validate.Length(max=200))


class PersonQuery(Strict):
    q = fields.String(load_default="", validate=validate.Length(max=60))
    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=1_000_000))
    per_page = fields.Integer(load_default=20, validate=validate.Range(min=1, max=200))


class FactOut(Schema):
    kind = fields.String()
    value = fields.String()
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True)
    origin = fields.String()
    recorded_at = fields.DateTime()


class ElderOut(Schema):
    """Numbers are masked; they are shown in full only on the page that asks for the purpose."""

    id = fields.UUID()
    name = fields.String()
    sex = fields.String()
    birth_date = fields.Date()
    death_date = fields.Date(allow_none=True)
    id_number = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    region_path = fields.String()
    hukou_path = fields.String()
    version = fields.Integer()
    facts = fields.List(fields.Nested(FactOut))


class ElderList(Schema):
    items = fields.List(fields.Nested(ElderOut(exclude=["facts"])))
    total = fields.Integer()
    page = fields.Integer()
    per_page = fields.Integer()
    pages = fields.Integer()
