"""The public search for other systems. No sign-in; published facts only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import RAISE

from eldercare.core import clock
from eldercare.core.api import Blueprint
from eldercare.core.web import api_page, public
from eldercare.directory import queries
from eldercare.directory.rules import Criteria
from eldercare.directory.schemas import PlaceDetail, PlaceList, PlaceQuery
from eldercare.regions.queries import full_labels, get_region

blueprint = Blueprint("api_places", __name__, url_prefix="/api/v1/places", description="Public directory 养老地图")


@blueprint.get("")
@public
@blueprint.arguments(PlaceQuery, location="query", unknown=RAISE)
@blueprint.response(200, PlaceList)
def search(query: dict[str, Any]) -> dict[str, Any]:
    """Places that fit, with their free beds of the wanted type and how fresh that figure is."""
    at = clock.now()
    region = get_region(query["region"]) if query["region"] else None
    criteria = Criteria(
        text=query["q"],
        region_path=region.path if region else None,
        bed_type=query["bed_type"],
        only_free=query["free"],
        stars=query["stars"],
        most_fen=query["price_max_fen"],
    )
    page = queries.search_places(criteria, at, query["page"], query["per_page"])
    return {**api_page(page, list(page.items)), "bed_type": criteria.bed_type, "at": at}


@blueprint.get("/<uuid:place_id>")
@public
@blueprint.response(200, PlaceDetail)
def show(place_id: UUID) -> dict[str, Any]:
    """One published place with its free beds by type."""
    at = clock.now()
    with queries.as_directory():
        place, region = queries.get_place(place_id, at)
        rating = queries.rating_of(place.id, clock.day_of(at))
        beds = queries.beds_of(place.id, at)
        label = full_labels([region.path])[region.path]
    names = (
        "id", "name", "kind", "ownership", "nature", "address", "phone", "latitude", "longitude", "opened_on",
        "licensed_beds", "has_clinic", "price_low_fen", "price_high_fen", "introduction",
    )  # fmt: skip
    return {
        **{name: getattr(place, name) for name in names},
        "region": label,
        "stars": rating.stars if rating else None,
        "rated_since": rating.valid.lower if rating else None,
        "beds": beds,
        "at": at,
    }
