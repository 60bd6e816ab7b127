"""Counts derived from the facts: occupancy at an instant, free beds with their freshness, bed-days of a period.

Nothing here is stored. `known_at` asks what was known at another instant (None: now).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy import cast as sql_cast

from eldercare.beds.models import Bed, BedConfirmation, BedCount, BedOccupancy, Episode, StayLeave
from eldercare.beds.queries.ranges import INSTANT, covers
from eldercare.beds.rules import Kind, occupancy_rate
from eldercare.core import clock
from eldercare.core.db import current, in_subtree, known, session

Statement = Select[*tuple[Any, ...]]
InstitutionIds = Collection[UUID] | Statement


def _chosen(column: Any, institution_ids: InstitutionIds | None) -> list[ColumnElement[bool]]:
    if institution_ids is None:
        return []
    if isinstance(institution_ids, Select):
        return [column.in_(institution_ids)]
    return [column.in_(sorted(institution_ids))]


def _from_beds(institution_ids: InstitutionIds | None, at: datetime, known_at: datetime | None) -> Statement:
    # The institution says nothing new (a foreign key keeps both equal), but lets an index serve each institution.
    same_bed = and_(BedOccupancy.institution_id == Bed.institution_id, BedOccupancy.bed_id == Bed.id)
    filled = and_(same_bed, covers(BedOccupancy.during, at), known(BedOccupancy, known_at))

    def of(kind: Kind) -> ColumnElement[int]:
        return func.count().filter(BedOccupancy.kind == kind)

    return (
        select(
            Bed.institution_id,
            Bed.region_path,
            Bed.bed_type,
            func.count().label("total"),
            of(Kind.STAY).label("occupied"),
            of(Kind.HOLD).label("held"),
            of(Kind.OUT_OF_SERVICE).label("out_of_service"),
            (func.count() - func.count(BedOccupancy.id)).label("free"),
            literal("beds").label("basis"),
        )
        .outerjoin(BedOccupancy, filled)
        .where(covers(Bed.open, at), *_chosen(Bed.institution_id, institution_ids))
        .group_by(Bed.institution_id, Bed.region_path, Bed.bed_type)
    )


def _from_counts(institution_ids: InstitutionIds | None, at: datetime, known_at: datetime | None) -> Statement:
    zero = literal_column("0", Integer)
    keeps_beds = exists().where(Bed.institution_id == BedCount.institution_id, covers(Bed.open, at))
    return select(
        BedCount.institution_id,
        BedCount.region_path,
        BedCount.bed_type,
        BedCount.total,
        BedCount.occupied,
        zero.label("held"),
        zero.label("out_of_service"),
        func.greatest(BedCount.total - BedCount.occupied, 0).label("free"),
        literal("counts").label("basis"),
    ).where(
        covers(BedCount.during, at),
        known(BedCount, known_at),
        ~keeps_beds,
        *_chosen(BedCount.institution_id, institution_ids),
    )


def figures(at: datetime, institution_ids: InstitutionIds | None = None, known_at: datetime | None = None) -> Subquery:
    """One row per institution and bed type at the instant.

    Columns: institution_id, region_path, bed_type, total, occupied, held, out_of_service, free, basis
    ('beds' from single beds, 'counts' from reports). Vacant = total - occupied; free excludes what is held or
    out of service too. An institution that keeps single beds is never counted from reports as well.
    """
    beds = _from_beds(institution_ids, at, known_at)
    counts = _from_counts(institution_ids, at, known_at)
    return union_all(beds, counts).subquery("bed_figures")


def has_free(institution_id: Any, at: datetime, bed_type: str | None = None) -> ColumnElement[bool]:
    """Whether `figures` would find a free bed in the institution of an enclosing row, for long lists.

    Looks at one bed after the other and stops at the first that is free: LIMIT keeps the planner from joining all
    beds of all institutions first.
    """
    fits = covers(Bed.open, at) if bed_type is None else and_(covers(Bed.open, at), Bed.bed_type == bed_type)
    filled = exists().where(
        BedOccupancy.institution_id == Bed.institution_id,
        BedOccupancy.bed_id == Bed.id,
        covers(BedOccupancy.during, at),
        current(BedOccupancy),
    )
    bed = select(literal_column("1", Integer)).where(Bed.institution_id == institution_id, fits, ~filled).limit(1)
    counts = _from_counts(None, at, None).where(
        BedCount.institution_id == institution_id, BedCount.total > BedCount.occupied
    )
    if bed_type is not None:
        counts = counts.where(BedCount.bed_type == bed_type)
    report = counts.with_only_columns(literal_column("1", Integer), maintain_column_froms=True).limit(1)
    return or_(bed.scalar_subquery().is_not(None), report.scalar_subquery().is_not(None))


def _signs_of_life(institution_id: Any, at: datetime) -> list[Any]:
    """Scalar subqueries: the last change, report and confirmation of an institution up to the instant."""
    changed = select(func.max(BedOccupancy.recorded_at)).where(
        BedOccupancy.institution_id == institution_id, BedOccupancy.recorded_at <= at
    )
    reported = select(func.max(func.lower(BedCount.during))).where(
        BedCount.institution_id == institution_id, func.lower(BedCount.during) <= at, known(BedCount, None)
    )
    confirmed = select(func.max(BedConfirmation.at)).where(
        BedConfirmation.institution_id == institution_id, BedConfirmation.at <= at
    )
    return [
        changed.scalar_subquery().label("changed_at"),
        reported.scalar_subquery().label("reported_at"),
        confirmed.scalar_subquery().label("confirmed_at"),
    ]


def _freshest(signs: Any) -> list[Any]:
    """`fresh_at` and `fresh_by`: 'change' (a stay, hold or outage was entered), 'report' (counts), 'confirmation'."""
    latest = func.greatest(signs.c.changed_at, signs.c.reported_at, signs.c.confirmed_at)
    by = case(
        (signs.c.confirmed_at == latest, "confirmation"),
        (signs.c.changed_at == latest, "change"),
        (signs.c.reported_at == latest, "report"),
    )
    return [latest.label("fresh_at"), by.label("fresh_by")]


def with_freshness(rows: Subquery, at: datetime) -> Statement:
    """All columns of `rows` (one of them institution_id) with fresh_at and fresh_by beside them, for a page of a list."""
    signs = select(rows, *_signs_of_life(rows.c.institution_id, at)).subquery("rows_with_signs")
    return select(*(signs.c[column.key] for column in rows.c), *_freshest(signs))


def free_beds(at: datetime, institution_ids: InstitutionIds | None = None) -> Statement:
    """Free beds by institution and type with their freshness, as one statement to run or to join as a subquery.

    Columns: institution_id, bed_type, total, free, basis, fresh_at, fresh_by (both None: never touched).
    For the public: holds no person. The public sees no bed rows, so run it as `Actor.system("directory")`.
    To filter a long list by free beds use `figures`; then ask this for the page that is shown.
    """
    found = figures(at, institution_ids)
    signs = select(found, *_signs_of_life(found.c.institution_id, at)).subquery("bed_signs")
    shown = signs.c
    return select(shown.institution_id, shown.bed_type, shown.total, shown.free, shown.basis, *_freshest(signs))


@dataclass(frozen=True)
class Counts:
    """Beds of a type (or of all) at an instant. vacant = total - occupied = free + held + out of service."""

    total: int = 0
    occupied: int = 0
    held: int = 0
    out_of_service: int = 0
    free: int = 0

    @property
    def vacant(self) -> int:
        return self.total - self.occupied

    @property
    def rate(self) -> str:
        return occupancy_rate(self.occupied, self.total)

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.total + other.total,
            self.occupied + other.occupied,
            self.held + other.held,
            self.out_of_service + other.out_of_service,
            self.free + other.free,
        )


def counts_by_type(
    at: datetime,
    institution_ids: InstitutionIds | None = None,
    *,
    region_path: str | None = None,
    known_at: datetime | None = None,
) -> dict[str, Counts]:
    """Counts by bed type of what the actor sees, of some institutions or of a division's subtree."""
    found = figures(at, institution_ids, known_at)
    sums = [func.sum(found.c[name]) for name in ("total", "occupied", "held", "out_of_service", "free")]
    statement = select(found.c.bed_type, *sums).group_by(found.c.bed_type).order_by(found.c.bed_type)
    if region_path is not None:
        statement = statement.where(in_subtree(found.c.region_path, region_path))
    return {row[0]: Counts(*(int(number) for number in row[1:])) for row in session().execute(statement)}


def counts_by_institution(at: datetime, institution_ids: InstitutionIds | None = None) -> dict[UUID, Counts]:
    """Counts over all types, by institution."""
    found = figures(at, institution_ids)
    sums = [func.sum(found.c[name]) for name in ("total", "occupied", "held", "out_of_service", "free")]
    statement = select(found.c.institution_id, *sums).group_by(found.c.institution_id)
    return {row[0]: Counts(*(int(number) for number in row[1:])) for row in session().execute(statement)}


def last_sign(institution_id: UUID, at: datetime) -> tuple[datetime, str] | None:
    """`(instant, 'change' | 'report' | 'confirmation')` of the institution's freshest figure."""
    signs = select(*_signs_of_life(institution_id, at)).subquery("bed_signs")
    row = session().execute(select(*_freshest(signs))).one()
    return (row[0], row[1]) if row[0] is not None else None


# --- bed-days -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BedDays:
    institution_id: UUID
    bed_type: str
    occupied: int
    capacity: int


def _local_day(instant: ColumnElement[Any]) -> ColumnElement[Any]:
    return sql_cast(func.timezone(str(clock.ZONE), instant), Date)


def _days_within(column: Any, first: date, until: date) -> ColumnElement[int]:
    """Bed-days of one range in [first, until): the rule of `rules.bed_days`, in SQL."""
    start, end = literal(clock.start_of(first), INSTANT), literal(clock.start_of(until), INSTANT)
    since = func.greatest(func.lower(column), start)
    to = func.least(func.coalesce(func.upper(column), end), end)
    return case((to > since, _local_day(to) - _local_day(since)), else_=0)


def bed_days(
    first: date, until: date, institution_ids: InstitutionIds | None = None, known_at: datetime | None = None
) -> list[BedDays]:
    """Occupied bed-days and the bed-days there were to fill, by institution and type, over [first, until)."""
    filled = (
        select(BedOccupancy.bed_id, func.sum(_days_within(BedOccupancy.during, first, until)).label("days"))
        .where(
            BedOccupancy.kind == Kind.STAY,
            known(BedOccupancy, known_at),
            *_chosen(BedOccupancy.institution_id, institution_ids),
        )
        .group_by(BedOccupancy.bed_id)
        .subquery("filled")
    )
    statement = (
        select(
            Bed.institution_id,
            Bed.bed_type,
            func.coalesce(func.sum(filled.c.days), 0),
            func.sum(_days_within(Bed.open, first, until)),
        )
        .outerjoin(filled, filled.c.bed_id == Bed.id)
        .where(*_chosen(Bed.institution_id, institution_ids))
        .group_by(Bed.institution_id, Bed.bed_type)
        .order_by(Bed.institution_id, Bed.bed_type)
    )
    return [BedDays(row[0], row[1], int(row[2]), int(row[3])) for row in session().execute(statement)]


def leave_days(first: date, until: date, institution_id: UUID) -> int:
    """Days of leave and hospital inside stays (they count as occupied too; subsidies may subtract them)."""
    days = func.coalesce(func.sum(_days_within(StayLeave.during, first, until)), 0)
    statement = (
        select(days)
        .join(Episode, Episode.id == StayLeave.episode_id)
        .where(Episode.institution_id == institution_id, known(StayLeave, None))
    )
    return int(session().scalar(statement) or 0)
