"""Reading home beds, with the names that go with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import DATERANGE, Range

from eldercare.core.db import current, in_subtree, lock_rows, session
from eldercare.core.errors import NotFound
from eldercare.core.web import Page
from eldercare.homebeds.models import HomeBed
from eldercare.homebeds.rules import State
from eldercare.institutions.models import Institution
from eldercare.people.models import Elder
from eldercare.people.queries import elders_by_id, matching


def get_contract(contract_id: UUID) -> HomeBed:
    """The version in force. Raises NotFound."""
    found = session().scalar(select(HomeBed).where(HomeBed.contract_id == contract_id, current(HomeBed)))
    if found is None:
        raise NotFound
    return found


def versions(contract_id: UUID) -> Sequence[HomeBed]:
    statement = select(HomeBed).where(HomeBed.contract_id == contract_id).order_by(HomeBed.recorded_at.desc())
    return session().scalars(statement).all()


def lock_elder(elder_id: UUID) -> Elder:
    locked = lock_rows(Elder, [elder_id])
    if not locked:
        raise NotFound
    return locked[0]


def find_institution(institution_id: UUID) -> Institution | None:
    return session().scalar(select(Institution).where(Institution.id == institution_id))


def institutions(ids: set[UUID]) -> dict[UUID, Institution]:
    return {one.id: one for one in session().scalars(select(Institution).where(Institution.id.in_(ids)))} if ids else {}


def providers(limit: int = 500) -> Sequence[Institution]:
    """Institutions in scope that may provide home beds, by spelling."""
    statement = select(Institution).where(Institution.closed_on.is_(None)).order_by(Institution.pinyin, Institution.id)
    return session().scalars(statement.limit(limit)).all()


def overlapping(elder_id: UUID, valid: Range[date]) -> Sequence[HomeBed]:
    statement = select(HomeBed).where(HomeBed.elder_id == elder_id, current(HomeBed), HomeBed.valid.op("&&")(valid))
    return session().scalars(statement).all()


def _on(day: date) -> Any:
    return func.daterange(day, day, "[]", type_=DATERANGE)


def _filtered(text: str, region_path: str | None, state: State | None, today: date) -> Select[Any]:
    statement = select(HomeBed).where(current(HomeBed))
    if text:
        statement = statement.where(HomeBed.elder_id.in_(matching(text).with_only_columns(Elder.id)))
    if region_path is not None:
        statement = statement.where(in_subtree(HomeBed.region_path, region_path))
    if state is State.OPEN:
        statement = statement.where(HomeBed.valid.op("&&")(_on(today)))
    elif state is State.PLANNED:
        statement = statement.where(func.lower(HomeBed.valid) > today)
    elif state is State.CLOSED:
        statement = statement.where(func.upper(HomeBed.valid) <= today)
    return statement


def search(
    text: str, *, region_path: str | None, state: State | None, today: date, page: int, per_page: int
) -> tuple[Page[HomeBed], dict[UUID, Elder], dict[UUID, Institution]]:
    statement = _filtered(text, region_path, state, today)
    total = session().scalar(select(func.count()).select_from(statement.subquery())) or 0
    order = statement.order_by(func.lower(HomeBed.valid).desc(), HomeBed.id)
    items = session().scalars(order.limit(per_page).offset((page - 1) * per_page)).all()
    elders = elders_by_id(item.elder_id for item in items)
    return Page(items, total, page, per_page), elders, institutions({item.institution_id for item in items})


def export(
    text: str, region_path: str | None, state: State | None, today: date, limit: int
) -> tuple[Sequence[HomeBed], dict[UUID, Elder], dict[UUID, Institution]]:
    statement = _filtered(text, region_path, state, today).order_by(HomeBed.region_path, HomeBed.id).limit(limit)
    items = session().scalars(statement).all()
    return items, elders_by_id(item.elder_id for item in items), institutions({i.institution_id for i in items})


def open_by_division(today: date, depth: int) -> list[tuple[str, int]]:
    """`[(region path cut to `depth` parts, open beds)]`, most first. Counted from the contracts."""
    path = func.substring(HomeBed.region_path, r"^(?:/[^/]+){1," + str(depth) + "}").label("path")
    statement = (
        select(path, func.count())
        .where(current(HomeBed), HomeBed.valid.op("&&")(_on(today)))
        .group_by(path)
        .order_by(func.count().desc(), path)
    )
    return [(f"{cut}/", count) for cut, count in session().execute(statement)]
