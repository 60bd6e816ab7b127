"""Divisions for everybody: to pick one by text or level by level."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE

from eldercare.core.api import Blueprint
from eldercare.core.web import public
from eldercare.regions import queries
from eldercare.regions.schemas import RegionList, RegionQuery

blueprint = Blueprint("api_regions", __name__, url_prefix="/api/v1/regions", description="Divisions 行政区划")


@blueprint.get("")
@public
@blueprint.arguments(RegionQuery, location="query", unknown=RAISE)
@blueprint.response(200, RegionList)
def list_regions(query: dict[str, Any]) -> dict[str, Any]:
    """Divisions that match `q` (name, pinyin, initials, code), or those below `parent`, or the roots."""
    if query["q"]:
        within = queries.get_region(query["parent"]).path if query["parent"] else None
        found = queries.search_regions(query["q"], limit=query["limit"], within=within)
    elif query["parent"]:
        found = queries.children(queries.get_region(query["parent"]))[: query["limit"]]
    else:
        found = queries.roots()
    labels = queries.full_labels(region.path for region in found)
    return {
        "items": [
            {
                "code": region.code,
                "name": region.name,
                "name_en": region.name_en,
                "full_name": labels[region.path],
                "level": region.level,
                "kind": region.kind,
                "path": region.path,
            }
            for region in found
        ]
    }
