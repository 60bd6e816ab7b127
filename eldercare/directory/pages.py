"""The public pages: search and one place. Light, without scripts, readable in large print."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, Response, request

from eldercare.core import clock
from eldercare.core.i18n import gettext as _
from eldercare.core.web import Page, page_args, public, render
from eldercare.directory import queries
from eldercare.directory.rules import BED_TYPE_NAMES, BED_TYPES, SORTS, Criteria, Division, Place
from eldercare.institutions.rules import LABELS, SCHEMES
from eldercare.regions.queries import full_labels

blueprint = Blueprint("directory", __name__)

PER_PAGE = 20
#: Ceilings of the monthly price that the form offers, in yuan.
PRICES = (2000, 3000, 4000, 6000, 8000)


def asked() -> tuple[Criteria, Division | None, list[Division]]:
    """The search of the address; what is not understood counts as not asked."""
    get = request.args.get
    words = get("where", "").strip()[:60]
    division, others = queries.find_division(get("in", "").strip()[:40], words)
    bed_type = get("bed_type", "nursing")
    stars, price = get("stars", type=int), get("price", type=int)
    criteria = Criteria(
        text=get("q", "").strip()[:60],
        region_path=division.path if division else None,
        bed_type=bed_type if bed_type in BED_TYPES else "nursing",
        only_free=get("free", "1") != "0",
        stars=stars if stars in (1, 2, 3, 4, 5) else None,
        most_fen=price * 100 if price is not None and 0 < price < 1_000_000 else None,
        sort=get("sort", "stars") if get("sort") in SORTS else "stars",
    )
    return criteria, division, others


@blueprint.get("/")
@public
def index() -> Response:
    """Search. Opened without any choice it shows places with a free nursing bed."""
    at = clock.now()
    criteria, division, others = asked()
    with queries.as_directory():
        page = queries.search_places(criteria, at, page_args(PER_PAGE)[0], PER_PAGE)
        lineage, below = queries.picker(division, clock.day_of(at))
    wider = lineage[-2] if not page.total and len(lineage) > 1 else None
    elsewhere = queries.search_places(replace(criteria, region_path=wider.path), at, 1, 5) if wider else None
    return render_search(page, criteria, division, others, lineage, below, wider, elsewhere)


def render_search(
    page: Page[Place],
    criteria: Criteria,
    division: Division | None,
    others: list[Division],
    lineage: list[Division],
    below: list[Division],
    wider: Division | None = None,
    elsewhere: Page[Place] | None = None,
) -> Response:
    """The page from ready values: the benchmark renders it from constants. `elsewhere`: what fits in `wider`."""
    return render(
        "directory/search.html",
        page=page,
        criteria=criteria,
        division=division,
        others=others,
        lineage=lineage,
        below=below,
        where=request.args.get("where", "").strip()[:60],
        bed_types=[(key, _(BED_TYPE_NAMES[key])) for key in BED_TYPES],
        bed_type_name=_(BED_TYPE_NAMES[criteria.bed_type]),
        prices=PRICES,
        sorts=[(key, _(name)) for key, name in SORTS.items()],
        wider=wider,
        elsewhere=elsewhere,
        words=LABELS,
    )


@blueprint.get("/places/<uuid:place_id>")
@public
def show(place_id: UUID) -> Response:
    """One place: beds with their age, stars with their date, price, how to reach it."""
    at = clock.now()
    with queries.as_directory():
        place, region = queries.get_place(place_id, at)
        return render(
            "directory/place.html",
            place=place,
            where=full_labels([region.path])[region.path],
            region=region,
            rating=queries.rating_of(place.id, clock.day_of(at)),
            beds=queries.beds_of(place.id, at),
            words=LABELS,
            schemes=SCHEMES,
            bed_type_names=BED_TYPE_NAMES,
        )
