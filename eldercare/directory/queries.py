"""The public search in one statement, the division picker in another.

The public sees no register rows: both run as the system and give out the published columns named here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, cast, exists, func, literal_column, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from eldercare.beds.queries import figures, free_beds, has_free, with_freshness
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, current, in_subtree, session
from eldercare.core.errors import NotFound
from eldercare.core.i18n import N_, locale
from eldercare.core.pinyin import folded
from eldercare.core.web import Page
from eldercare.directory.rules import ANY_TYPE, Criteria, Division, Place
from eldercare.institutions.models import Institution, InstitutionRating
from eldercare.institutions.rules import like_pattern
from eldercare.regions.models import Region
from eldercare.regions.queries import search_regions
from eldercare.regions.rules import HOME_PATH, full_code


@contextmanager
def as_directory() -> Iterator[None]:
    with acting_as(Actor.system("directory")):
        yield


def _published(today: date) -> list[ColumnElement[bool]]:
    return [
        Institution.published.is_(True),
        or_(Institution.closed_on.is_(None), Institution.closed_on > today),
    ]


def _candidates(criteria: Criteria, today: date) -> list[ColumnElement[bool]]:
    """The conditions on the institution itself."""
    found = _published(today)
    if key := folded(criteria.text):
        found.append(Institution.search_key.like(like_pattern(key)))
    if criteria.region_path is not None:
        found.append(in_subtree(Institution.region_path, criteria.region_path))
    if criteria.most_fen is not None:
        found.append(Institution.price_low_fen <= criteria.most_fen)
    return found


def search_statement(criteria: Criteria, at: datetime, page: int, per_page: int) -> Select[*tuple[Any, ...]]:
    """The page of places with their beds of the wanted type, stars of today, freshness and the total.

    Order: with a free bed first, then by stars, then by name. For the long list it is only asked whether a place has
    a free bed; beds are counted for the places of the page.
    """
    listed = _listed(criteria, at).limit(per_page).offset((page - 1) * per_page).cte("listed")
    counted = _counted(criteria, listed, at)
    with_beds = (
        select(listed, counted.c.free, counted.c.total)
        .outerjoin(counted, counted.c.institution_id == listed.c.institution_id)
        .subquery("with_beds")
    )
    page_rows = with_freshness(with_beds, at).subquery("page")
    rows = page_rows.c
    return (
        select(page_rows, Region.name.label("region"), Region.name_en.label("region_en"))
        .join(Region, Region.id == rows.region_id)
        .order_by(
            *_order(
                criteria.sort, rows.at_home, rows.has_free, rows.stars, rows.price_low_fen, rows.free, rows.pinyin,
                rows.institution_id,
            )
        )
    )  # fmt: skip


def _order(
    sort: str, at_home: Any, has_free: Any, stars: Any, price: Any, free: Any, pinyin: Any, key: Any
) -> list[ColumnElement[Any]]:
    """Places abroad come after those at home, places without a free bed last of each; ties by stars and name."""
    ties = [stars.desc().nulls_last(), pinyin, key]
    if sort == "price":
        return [at_home.desc(), has_free.desc(), price.asc().nulls_last(), *ties]
    if sort == "free":
        return [at_home.desc(), func.coalesce(free, 0).desc(), *ties]
    return [at_home.desc(), has_free.desc(), *ties]


def _listed(criteria: Criteria, at: datetime) -> Select[*tuple[Any, ...]]:
    """All places that fit, in order, each with the number of all."""
    today = clock.day_of(at)
    rated = _rated_on(today)
    free = has_free(Institution.id, at, None if criteria.bed_type == ANY_TYPE else criteria.bed_type)
    shown = true() if criteria.only_free else free
    listed = (
        select(
            Institution.id.label("institution_id"), Institution.name, Institution.pinyin, Institution.kind,
            Institution.address, Institution.phone, Institution.has_clinic, Institution.price_low_fen,
            Institution.price_high_fen, Institution.region_id, rated.c.stars, rated.c.since,
            in_subtree(Institution.region_path, HOME_PATH).label("at_home"), shown.label("has_free"),
            func.count().over().label("found"),
        )
        .outerjoin(rated, rated.c.institution_id == Institution.id)
        .where(*_candidates(criteria, today))
    )  # fmt: skip
    counted = None
    if criteria.sort == "free":  # only this order needs the beds of all places counted
        candidates = select(Institution.id.label("institution_id")).where(*_candidates(criteria, today))
        counted = _counted(criteria, candidates.subquery("candidates"), at, "counted_of_all")
        listed = listed.outerjoin(counted, counted.c.institution_id == Institution.id)
    listed = listed.order_by(
        *_order(
            criteria.sort, literal_column("at_home"), literal_column("has_free"), rated.c.stars, Institution.price_low_fen,
            counted.c.free if counted is not None else None, Institution.pinyin, Institution.id,
        )
    )  # fmt: skip
    if criteria.only_free:
        listed = listed.where(free)
    return listed.where(rated.c.stars >= criteria.stars) if criteria.stars is not None else listed


def _counted(criteria: Criteria, listed: Any, at: datetime, name: str = "counted") -> Any:
    """Free and all beds of the wanted type of the listed places."""
    beds = figures(at, select(listed.c.institution_id))
    counted = select(
        beds.c.institution_id, func.sum(beds.c.free).label("free"), func.sum(beds.c.total).label("total")
    ).group_by(beds.c.institution_id)
    if criteria.bed_type != ANY_TYPE:
        counted = counted.where(beds.c.bed_type == criteria.bed_type)
    return counted.subquery(name)


def _rated_on(today: date) -> Any:
    """One rating of the day for each institution: the highest, should two schemes rate it."""
    return (
        select(
            InstitutionRating.institution_id,
            InstitutionRating.stars,
            func.lower(InstitutionRating.valid).label("since"),
        )
        .where(InstitutionRating.valid.contains(cast(today, Date)), current(InstitutionRating))
        .ext(distinct_on(InstitutionRating.institution_id))
        .order_by(InstitutionRating.institution_id, InstitutionRating.stars.desc())
        .subquery("rated")
    )


def search_places(criteria: Criteria, at: datetime, page: int, per_page: int) -> Page[Place]:
    """What a search finds. A page beyond the last one is answered by the last."""
    with as_directory():
        rows = session().execute(search_statement(criteria, at, page, per_page)).all()
        if not rows and page > 1:
            first = session().execute(search_statement(criteria, at, 1, 1)).first()
            if first is None:
                return Page([], 0, 1, per_page)
            last = -(-first.found // per_page)
            return search_places(criteria, at, min(last, page - 1), per_page)
    total = rows[0].found if rows else 0
    return Page([_place(row) for row in rows], total, page, per_page)


def _place(row: Any) -> Place:
    return Place(
        id=row.institution_id,
        name=row.name,
        kind=row.kind,
        region=row.region,
        region_en=row.region_en,
        address=row.address,
        phone=row.phone,
        has_clinic=row.has_clinic,
        price_low_fen=row.price_low_fen,
        price_high_fen=row.price_high_fen,
        stars=row.stars,
        rated_since=row.since,
        free=None if row.free is None else int(row.free),
        total=None if row.total is None else int(row.total),
        fresh_at=row.fresh_at,
        fresh_by=row.fresh_by,
    )


# --- one place ------------------------------------------------------------------------------------------------------


def get_place(place_id: UUID, at: datetime) -> tuple[Institution, Region]:
    """A published institution and its division. Raises NotFound for any other, without saying which."""
    statement = (
        select(Institution, Region)
        .join(Region, Region.id == Institution.region_id)
        .where(Institution.id == place_id, *_published(clock.day_of(at)))
    )
    found = session().execute(statement).first()
    if found is None:
        raise NotFound(N_("This place is not in the public directory."))
    return found[0], found[1]


def beds_of(place_id: UUID, at: datetime) -> Sequence[Any]:
    """Free beds by type with their freshness."""
    statement = free_beds(at, [place_id])
    return sorted(session().execute(statement).all(), key=lambda row: _TYPE_ORDER.get(row.bed_type, 9))


_TYPE_ORDER = {"nursing": 0, "dementia": 1, "ordinary": 2}


def rating_of(place_id: UUID, today: date) -> InstitutionRating | None:
    statement = (
        select(InstitutionRating)
        .where(
            InstitutionRating.institution_id == place_id,
            InstitutionRating.valid.contains(today),
            current(InstitutionRating),
        )
        .order_by(InstitutionRating.stars.desc())
        .limit(1)
    )
    return session().scalar(statement)


# --- divisions ------------------------------------------------------------------------------------------------------


def find_division(code: str, words: str) -> tuple[Division | None, list[Division]]:
    """The division meant by a code, or by words, and the others the words may mean."""
    if code:
        region = session().scalar(select(Region).where(Region.code == full_code(code)))
        if region is not None and (not words or words in (region.name, region.name_en)):
            return _division(region), []
    if not words:
        return None, []
    found = [_division(region) for region in search_regions(words, limit=6)]
    return (found[0], found[1:]) if found else (None, [])


def picker(division: Division | None, today: date) -> tuple[list[Division], list[Division]]:
    """`(the chosen division's lineage, divisions to go on to)`: only those that have published places."""
    below = aliased(Region)
    has_places = exists().where(
        Institution.region_path >= below.path,
        Institution.region_path < func.rtrim(below.path, "/") + "0",
        *_published(today),
    )
    if division is None:
        statement = select(below).where(below.level.in_(("city", "state")), has_places)
        lineage: list[Division] = []
    else:
        parts = division.path.strip("/").split("/")
        prefixes = ["/" + "/".join(parts[:length]) + "/" for length in range(2, len(parts) + 1)]
        up = session().scalars(select(Region).where(Region.path.in_(prefixes)).order_by(func.length(Region.path)))
        lineage = [_division(region) for region in up]
        depth = division.path.count("/") + 1
        statement = select(below).where(
            in_subtree(below.path, division.path),
            func.length(below.path) - func.length(func.replace(below.path, "/", "")) == depth,
            has_places,
        )
    return lineage, [_division(region) for region in session().scalars(statement.order_by(below.path))]


def _division(region: Region) -> Division:
    name = region.name_en if region.name_en and locale() == "en" else region.name
    return Division(region.code, name, region.path, region.level)
