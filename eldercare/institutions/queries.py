"""Reading the register."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, select

from eldercare.core.db import current, in_subtree, session
from eldercare.core.errors import NotFound
from eldercare.core.pinyin import folded
from eldercare.core.web import Page
from eldercare.institutions.models import (
    Institution,
    InstitutionNumber,
    InstitutionPaper,
    InstitutionRating,
    InstitutionReport,
)
from eldercare.institutions.rules import NATIONAL_SCHEME, like_pattern
from eldercare.regions.models import Region


@dataclass(frozen=True)
class Filters:
    """What a list of the register is narrowed to; None and '' mean: everything."""

    text: str = ""
    region_path: str | None = None
    kind: str | None = None
    ownership: str | None = None
    stars: int | None = None
    published: bool | None = None
    closed: bool = False


def find_institution(institution_id: UUID) -> Institution | None:
    """In the current actor's scope."""
    return session().scalar(select(Institution).where(Institution.id == institution_id))


def get_institution(institution_id: UUID) -> Institution:
    found = find_institution(institution_id)
    if found is None:
        raise NotFound
    return found


def find_by_uscc(uscc: str) -> Institution | None:
    return session().scalar(select(Institution).where(Institution.uscc == uscc))


def institution_names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of those in scope, for lists of other slices."""
    wanted = sorted(set(ids))
    rows = session().execute(select(Institution.id, Institution.name).where(Institution.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def filtered(filters: Filters, today: date) -> Select[Institution]:
    """The register in scope, narrowed, by pinyin."""
    statement = select(Institution)
    if key := folded(filters.text):
        statement = statement.where(Institution.search_key.like(like_pattern(key)))
    if filters.region_path is not None:
        statement = statement.where(in_subtree(Institution.region_path, filters.region_path))
    for name in ("kind", "ownership", "published"):
        if (value := getattr(filters, name)) is not None:
            statement = statement.where(getattr(Institution, name) == value)
    if not filters.closed:
        statement = statement.where(Institution.closed_on.is_(None) | (Institution.closed_on > today))
    if filters.stars is not None:
        rated = select(InstitutionRating.institution_id).where(
            InstitutionRating.stars >= filters.stars,
            InstitutionRating.valid.contains(today),
            current(InstitutionRating),
        )
        statement = statement.where(Institution.id.in_(rated))
    return statement.order_by(Institution.pinyin, Institution.id)


def list_institutions(filters: Filters, today: date, page: int, per_page: int) -> Page[Institution]:
    statement = filtered(filters, today)
    total = session().scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    rows = session().scalars(statement.limit(per_page).offset((page - 1) * per_page)).all()
    return Page(rows, total, page, per_page)


def all_institutions(filters: Filters, today: date) -> Iterator[Institution]:
    """The whole list for an export, without holding it in memory."""
    yield from session().scalars(filtered(filters, today).execution_options(yield_per=500))


def ratings_on(ids: Iterable[UUID], day: date) -> dict[UUID, InstitutionRating]:
    """The rating that holds on a day, of each institution (the higher where two schemes rate it)."""
    statement = (
        select(InstitutionRating)
        .where(
            InstitutionRating.institution_id.in_(list(ids)),
            InstitutionRating.valid.contains(day),
            current(InstitutionRating),
        )
        .order_by(InstitutionRating.stars)
    )
    return {rating.institution_id: rating for rating in session().scalars(statement)}


def ratings_of(institution_id: UUID) -> Sequence[InstitutionRating]:
    """All ratings that are not superseded, newest first."""
    statement = (
        select(InstitutionRating)
        .where(InstitutionRating.institution_id == institution_id, current(InstitutionRating))
        .order_by(func.lower(InstitutionRating.valid).desc())
    )
    return session().scalars(statement).all()


def numbers_of(institution_id: UUID) -> Sequence[InstitutionNumber]:
    statement = select(InstitutionNumber).where(InstitutionNumber.institution_id == institution_id)
    return session().scalars(statement.order_by(InstitutionNumber.source, InstitutionNumber.number)).all()


def papers_of(institution_id: UUID) -> Sequence[InstitutionPaper]:
    """Soonest to expire first, those without an end last."""
    statement = (
        select(InstitutionPaper)
        .where(InstitutionPaper.institution_id == institution_id)
        .order_by(InstitutionPaper.expires_on.asc().nulls_last(), InstitutionPaper.kind)
    )
    return session().scalars(statement).all()


def get_paper(institution_id: UUID, paper_id: UUID) -> InstitutionPaper:
    found = session().scalar(
        select(InstitutionPaper).where(
            InstitutionPaper.id == paper_id, InstitutionPaper.institution_id == institution_id
        )
    )
    if found is None:
        raise NotFound
    return found


def reports_of(institution_id: UUID, limit: int = 12) -> Sequence[InstitutionReport]:
    """What was reported, newest day first."""
    statement = (
        select(InstitutionReport)
        .where(InstitutionReport.institution_id == institution_id, current(InstitutionReport))
        .order_by(InstitutionReport.as_of.desc(), InstitutionReport.source)
        .limit(limit)
    )
    return session().scalars(statement).all()


def export_rows(institutions: Sequence[Institution], today: date) -> Iterator[list[object]]:
    """Rows in the columns of the mapping `generic-zh`."""
    ids = [row.id for row in institutions]
    ratings = {
        rating.institution_id: rating for rating in ratings_on(ids, today).values() if rating.scheme == NATIONAL_SCHEME
    }
    regions = session().execute(
        select(Region.id, Region.code).where(Region.id.in_({row.region_id for row in institutions}))
    )
    codes = {region.id: region.code for region in regions}
    numbers: dict[UUID, str] = {}
    for number in session().scalars(select(InstitutionNumber).where(InstitutionNumber.institution_id.in_(ids))):
        if number.source == "bureau":
            numbers[number.institution_id] = number.number
    words = {"care_home": "养老机构", "town_centre": "综合养老服务中心", "station": "社区养老服务站",
             "day_care": "日间照料中心", "rural_home": "农村幸福院", "public": "公办", "delegated": "公建民营",
             "private": "民办", "public_unit": "事业单位", "nonprofit": "非营利性", "profit": "营利性"}  # fmt: skip
    for row in institutions:
        rating = ratings.get(row.id)
        yield [
            numbers.get(row.id), row.name, row.legal_name, words[row.kind], words.get(row.ownership or ""),
            words.get(row.nature or ""), row.uscc, codes.get(row.region_id), row.address, row.phone, row.longitude,
            row.latitude, row.filed_on, row.opened_on, row.licensed_beds, row.floor_area_m2,
            "有" if row.has_clinic else "无", _yuan(row.price_low_fen), _yuan(row.price_high_fen),
            rating.stars if rating else None, rating.valid.lower if rating else None,
            rating.valid.upper if rating else None, rating.certificate if rating else None, row.introduction,
        ]  # fmt: skip


def _yuan(fen: int | None) -> str | None:
    return None if fen is None else f"{fen // 100}.{fen % 100:02d}"
