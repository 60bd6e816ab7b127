"""Reading assessments. What the actor may not see of the elder, it may not see here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from eldercare.assessments.models import Assessment
from eldercare.core.db import current, known, lock_rows, session
from eldercare.core.errors import NotFound
from eldercare.core.web import Page
from eldercare.people.models import Elder
from eldercare.people.queries import elders_by_id, matching

DUE = ("due", "current")


def get_assessment(assessment_id: UUID) -> Assessment:
    """Any version, superseded ones too. Raises NotFound."""
    found = session().scalar(select(Assessment).where(Assessment.id == assessment_id))
    if found is None:
        raise NotFound
    return found


def find_correction(assessment_id: UUID) -> Assessment | None:
    """The row that replaced this one."""
    return session().scalar(select(Assessment).where(Assessment.corrects_id == assessment_id))


def find_on_day(elder_id: UUID, day: date) -> Assessment | None:
    statement = select(Assessment).where(
        Assessment.elder_id == elder_id, Assessment.assessed_on == day, current(Assessment)
    )
    return session().scalar(statement)


def lock_elder(elder_id: UUID) -> Elder:
    """Raises NotFound for one that is unknown or out of scope."""
    locked = lock_rows(Elder, [elder_id])
    if not locked:
        raise NotFound
    return locked[0]


def of_elder(elder_id: UUID) -> Sequence[Assessment]:
    """All current ones, the latest first."""
    statement = select(Assessment).where(Assessment.elder_id == elder_id, current(Assessment))
    return session().scalars(statement.order_by(Assessment.assessed_on.desc())).all()


def levels_on(elder_ids: Iterable[UUID], day: date, *, known_at: datetime | None = None) -> dict[UUID, Assessment]:
    """The assessment in force on the day: the latest on or before it, due for renewal or not."""
    wanted = set(elder_ids)
    if not wanted:
        return {}
    statement = (
        select(Assessment)
        .where(Assessment.elder_id.in_(wanted), Assessment.assessed_on <= day, known(Assessment, known_at))
        .ext(distinct_on(Assessment.elder_id))
        .order_by(Assessment.elder_id, Assessment.assessed_on.desc())
    )
    return {found.elder_id: found for found in session().scalars(statement)}


def _filtered(text: str, level: int | None, due_by: date | None) -> Select[Any]:
    statement = select(Assessment).where(current(Assessment))
    if text:
        elders = matching(text).with_only_columns(Elder.id)
        statement = statement.where(Assessment.elder_id.in_(elders))
    if level is not None:
        statement = statement.where(Assessment.level == level)
    if due_by is not None:
        # Only the latest one of a person can be due.
        later = select(Assessment.elder_id, func.max(Assessment.assessed_on)).where(current(Assessment))
        latest = later.group_by(Assessment.elder_id).subquery()
        statement = statement.join(
            latest, (latest.c.elder_id == Assessment.elder_id) & (latest.c.max == Assessment.assessed_on)
        ).where(Assessment.due_on <= due_by)
    return statement


def search(
    text: str = "", *, level: int | None = None, due_by: date | None = None, page: int = 1, per_page: int = 20
) -> tuple[Page[Assessment], dict[UUID, Elder]]:
    """Newest first, with the elders of the page. `due_by`: only those to be renewed by that day."""
    statement = _filtered(text, level, due_by)
    total = session().scalar(select(func.count()).select_from(statement.subquery())) or 0
    order = statement.order_by(Assessment.assessed_on.desc(), Assessment.id)
    items = session().scalars(order.limit(per_page).offset((page - 1) * per_page)).all()
    return Page(items, total, page, per_page), elders_by_id(item.elder_id for item in items)


def export(
    text: str, level: int | None, due_by: date | None, limit: int
) -> tuple[Sequence[Assessment], dict[UUID, Elder]]:
    statement = _filtered(text, level, due_by).order_by(Assessment.assessed_on.desc(), Assessment.id).limit(limit)
    items = session().scalars(statement).all()
    return items, elders_by_id(item.elder_id for item in items)
