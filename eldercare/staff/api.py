"""The staff register for other systems."""

from __future__ import annotations

from typing import Any

from eldercare.core.api import Blueprint
from eldercare.core.web import access, api_page
from eldercare.staff import queries
from eldercare.staff.models import StaffMember
from eldercare.staff.rules import last_day
from eldercare.staff.schemas import StaffPage, StaffQuery

blueprint = Blueprint("api_staff", __name__, url_prefix="/api/v1/staff", description="Staff 从业人员")


@blueprint.get("")
@access("staff.read")
@blueprint.arguments(StaffQuery, location="query")
@blueprint.response(200, StaffPage)
def list_staff(query: dict[str, Any]) -> dict[str, Any]:
    """People in the caller's scope with their certificates, by name."""
    page = queries.list_staff(text=query.pop("q"), **query)
    return api_page(page, [_out(person) for person in page.items])


def _out(person: StaffMember) -> dict[str, Any]:
    return {
        "id": person.id,
        "version": person.version,
        "name": person.name,
        "job": person.job,
        "institution_id": person.institution_id,
        "employer": person.employer,
        "started_on": person.started_on,
        "ended_on": person.ended_on,
        "certificates": [
            {
                "kind": one.kind,
                "number": one.number,
                "issuer": one.issuer,
                "valid_from": one.valid.lower,
                "valid_until": last_day(one.valid.upper),
            }
            for one in person.certificates
        ],
    }
