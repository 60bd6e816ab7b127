"""The register for other systems: institutions in one's scope."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import RAISE, Schema, fields, validate

from eldercare.core import clock
from eldercare.core.api import Blueprint
from eldercare.core.errors import Invalid
from eldercare.core.i18n import N_
from eldercare.core.web import access, actor, api_page, commit
from eldercare.institutions import queries, service
from eldercare.institutions.models import Institution
from eldercare.institutions.queries import Filters
from eldercare.institutions.rules import Kind
from eldercare.institutions.schemas import InstitutionForm
from eldercare.regions.queries import get_region
from eldercare.regions.schemas import Query

blueprint = Blueprint("api_institutions", __name__, url_prefix="/api/v1/institutions", description="Register 机构名录")


class ListQuery(Query):
    q = fields.String(load_default="", validate=validate.Length(max=80))
    region = fields.String(load_default=None, validate=validate.Length(max=40))
    kind = fields.String(load_default=None, validate=validate.OneOf(list(Kind)))
    stars = fields.Integer(load_default=None, validate=validate.Range(min=1, max=5))
    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=1_000_000))
    per_page = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))


class InstitutionOut(Schema):
    id = fields.UUID()
    version = fields.Integer()
    name = fields.String()
    legal_name = fields.String(allow_none=True)
    kind = fields.String()
    ownership = fields.String(allow_none=True)
    nature = fields.String(allow_none=True)
    uscc = fields.String(allow_none=True)
    region_path = fields.String()
    address = fields.String()
    phone = fields.String(allow_none=True)
    latitude = fields.Float(allow_none=True)
    longitude = fields.Float(allow_none=True)
    filed_on = fields.Date(allow_none=True)
    opened_on = fields.Date(allow_none=True)
    closed_on = fields.Date(allow_none=True)
    licensed_beds = fields.Integer(allow_none=True)
    beds_mode = fields.String()
    floor_area_m2 = fields.Integer(allow_none=True)
    has_clinic = fields.Boolean()
    price_low_fen = fields.Integer(allow_none=True)
    price_high_fen = fields.Integer(allow_none=True)
    introduction = fields.String()
    published = fields.Boolean()


class InstitutionList(Schema):
    items = fields.List(fields.Nested(InstitutionOut))
    total = fields.Integer()
    page = fields.Integer()
    per_page = fields.Integer()
    pages = fields.Integer()


@blueprint.get("")
@access("registry.read")
@blueprint.arguments(ListQuery, location="query", unknown=RAISE)
@blueprint.response(200, InstitutionList)
def list_institutions(query: dict[str, Any]) -> dict[str, Any]:
    """Institutions in your scope, by pinyin."""
    region = get_region(query["region"]) if query["region"] else None
    filters = Filters(
        text=query["q"], region_path=region.path if region else None, kind=query["kind"], stars=query["stars"]
    )
    page = queries.list_institutions(filters, clock.today(), query["page"], query["per_page"])
    return api_page(page, list(page.items))


@blueprint.get("/<uuid:institution_id>")
@access("registry.read")
@blueprint.response(200, InstitutionOut)
def get_institution(institution_id: UUID) -> Institution:
    """One institution in your scope."""
    return queries.get_institution(institution_id)


@blueprint.put("/<uuid:institution_id>")
@access("registry.edit")
@blueprint.arguments(InstitutionForm)
@blueprint.response(200, InstitutionOut)
def change_institution(values: dict[str, Any], institution_id: UUID) -> Institution:
    """Replace the register's facts; `version` as you read it is required (409 when it has changed since)."""
    if values["version"] is None:
        raise Invalid.one("version", N_("This field is required."))
    institution = service.change_institution(actor(), institution_id=institution_id, **values)
    commit()
    return institution


@blueprint.post("")
@access("registry.edit")
@blueprint.arguments(InstitutionForm)
@blueprint.response(201, InstitutionOut)
def create_institution(values: dict[str, Any]) -> Institution:
    """Enter an institution into the register."""
    values.pop("version")
    institution = service.create_institution(actor(), **values)
    commit()
    return institution
