"""Who is due for a visit, and the visits made. Served from the living-situation facts of today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.dialects.postgresql import DATERANGE

from eldercare.community.models import CommunityVisit
from eldercare.community.rules import SEEN, Due, due
from eldercare.core.db import current, in_subtree, lock_rows, session
from eldercare.core.errors import NotFound
from eldercare.core.web import Page
from eldercare.people.models import Circumstance, Elder
from eldercare.people.rules import Kind
from eldercare.policy.visits import VisitStandard


@dataclass(frozen=True)
class AtRisk:
    """One line of the list."""

    elder: Elder
    living_situation: str
    due: Due


def lock_elder(elder_id: UUID) -> Elder:
    locked = lock_rows(Elder, [elder_id])
    if not locked:
        raise NotFound
    return locked[0]


def find_visit(elder_id: UUID, day: date) -> CommunityVisit | None:
    statement = select(CommunityVisit).where(
        CommunityVisit.elder_id == elder_id, CommunityVisit.visited_on == day, current(CommunityVisit)
    )
    return session().scalar(statement)


def get_visit(visit_id: UUID) -> CommunityVisit:
    found = session().scalar(select(CommunityVisit).where(CommunityVisit.id == visit_id, current(CommunityVisit)))
    if found is None:
        raise NotFound
    return found


def visits_of(elder_id: UUID, limit: int = 50) -> Sequence[CommunityVisit]:
    statement = select(CommunityVisit).where(CommunityVisit.elder_id == elder_id, current(CommunityVisit))
    return session().scalars(statement.order_by(CommunityVisit.visited_on.desc()).limit(limit)).all()


def _due_on(standard: VisitStandard, last_seen: Any) -> Any:
    """The rule of `community.rules.due` as SQL, for order and paging; a test holds the two together."""
    since = func.lower(Circumstance.valid)
    interval = case(
        *((Circumstance.value.in_(sorted(r.living_situations)), r.interval_days) for r in standard.risks), else_=0
    )
    return func.greatest(func.coalesce(last_seen + interval, since), since)


def _at_risk(standard: VisitStandard, today: date, region_path: str | None) -> tuple[Select[Any], Any]:
    last = (
        select(CommunityVisit.elder_id, func.max(CommunityVisit.visited_on).label("seen_on"))
        .where(current(CommunityVisit), CommunityVisit.outcome.in_(sorted(SEEN)))
        .group_by(CommunityVisit.elder_id)
        .subquery()
    )
    on = func.daterange(today, today, "[]", type_=DATERANGE)
    due_on = _due_on(standard, last.c.seen_on)
    statement = (
        select(Elder, Circumstance.value, func.lower(Circumstance.valid), last.c.seen_on)
        .join(Circumstance, and_(Circumstance.elder_id == Elder.id, Circumstance.kind == Kind.LIVING_SITUATION))
        .outerjoin(last, last.c.elder_id == Elder.id)
        .where(
            current(Circumstance),
            Circumstance.valid.op("&&")(on),
            Circumstance.value.in_(sorted(standard.living_situations)),
            Elder.death_date.is_(None),
        )
    )
    if region_path is not None:
        statement = statement.where(in_subtree(Elder.region_path, region_path))
    return statement, due_on


def due_list(
    standard: VisitStandard, today: date, *, region_path: str | None = None, ahead_days: int = 0, page: int = 1,
    per_page: int = 20,
) -> Page[AtRisk]:  # fmt: skip
    """Elders whose visit is due by `today` + `ahead_days`, the longest overdue first."""
    statement, due_on = _at_risk(standard, today, region_path)
    statement = statement.where(due_on <= today + timedelta(days=ahead_days))
    total = session().scalar(select(func.count()).select_from(statement.subquery())) or 0
    rows = session().execute(statement.order_by(due_on, Elder.id).limit(per_page).offset((page - 1) * per_page))
    items = [
        AtRisk(elder, value, found)
        for elder, value, since, seen_on in rows
        if (found := due(standard, value, since, seen_on, today)) is not None
    ]
    return Page(items, total, page, per_page)


def figures(standard: VisitStandard, today: date, region_path: str | None = None) -> tuple[int, int]:
    """(elders at risk, of them seen since the same day of the month before): the basis of the visiting rate."""
    statement, _ = _at_risk(standard, today, region_path)
    rows = statement.subquery()
    seen = func.count().filter(rows.c.seen_on > today - timedelta(days=30))
    total, visited = session().execute(select(func.count(), seen).select_from(rows)).one()
    return int(total), int(visited)


def situation_of(elder_id: UUID, day: date) -> tuple[str, date] | None:
    """The living situation of the day and since when."""
    on = func.daterange(day, day, "[]", type_=DATERANGE)
    statement = select(Circumstance.value, func.lower(Circumstance.valid)).where(
        Circumstance.elder_id == elder_id, Circumstance.kind == Kind.LIVING_SITUATION, current(Circumstance),
        Circumstance.valid.op("&&")(on),
    )  # fmt: skip
    row = session().execute(statement).first()
    return (row[0], row[1]) if row else None


def last_seen_on(elder_id: UUID) -> date | None:
    statement = select(func.max(CommunityVisit.visited_on)).where(
        CommunityVisit.elder_id == elder_id, current(CommunityVisit), CommunityVisit.outcome.in_(sorted(SEEN))
    )
    return session().scalar(statement)
