"""Elders for other systems: search, one elder with the facts of today, register. Numbers are masked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from eldercare.audit import service as audit
from eldercare.core.api import Blueprint
from eldercare.core.web import access, actor, api_page, commit
from eldercare.people import queries, service
from eldercare.people.forms import new_elder
from eldercare.people.schemas import ElderIn, ElderList, ElderOut, PersonQuery
from eldercare.people.views import api_elder, api_fact

blueprint = Blueprint("api_people", __name__, url_prefix="/api/v1/people", description="Elders 老年人")


@blueprint.get("")
@access("people.read")
@blueprint.arguments(PersonQuery, location="query")
@blueprint.response(200, ElderList)
def search(query: dict[str, Any]) -> dict[str, Any]:
    """Elders in your scope by the beginning of name or pinyin, or by full ID or phone number."""
    page = queries.search(query["q"], page=query["page"], per_page=query["per_page"])
    return api_page(page, [api_elder(elder) for elder in page.items])


@blueprint.get("/<uuid:elder_id>")
@access("people.read")
@blueprint.response(200, ElderOut)
def show(elder_id: UUID) -> dict[str, Any]:
    """One elder with the facts now on file."""
    elder = queries.get_elder(elder_id)
    audit.record_read(
        action="people.elder.show", subject_type="elder", subject_id=elder.id, fields=["file"],
        region_path=elder.region_path,
    )  # fmt: skip
    answer = api_elder(elder) | {"facts": [api_fact(fact) for fact in queries.timeline(elder_id)]}
    commit()
    return answer


@blueprint.post("")
@access("people.edit")
@blueprint.arguments(ElderIn)
@blueprint.response(201, ElderOut)
def register(body: dict[str, Any]) -> dict[str, Any]:
    """Register an elder. 409 when the ID number cannot be registered here."""
    elder = service.register(actor(), new_elder(body), institution_id=body["institution_id"])
    answer = api_elder(elder) | {"facts": [api_fact(fact) for fact in queries.timeline(elder.id)]}
    commit()
    return answer
