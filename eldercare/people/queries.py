"""Reading elders and their facts. Every statement is narrowed to what the actor may see."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import DATERANGE, Range

from eldercare.core import identifiers
from eldercare.core.crypto import keyring
from eldercare.core.db import current, in_subtree, known, session
from eldercare.core.errors import NotFound
from eldercare.core.pinyin import folded
from eldercare.core.web import Page
from eldercare.people.models import Circumstance, Elder, ElderGrant
from eldercare.people.rules import Kind

ID_PURPOSE = "resident-id"
PHONE_PURPOSE = "phone"
#: Purposes of a look by ID or phone; the blind indexes of the two never meet.


def id_index(number: str) -> bytes:
    return keyring().blind_index(identifiers.clean(number), ID_PURPOSE)


def phone_index(number: str) -> bytes:
    return keyring().blind_index(identifiers.clean(number), PHONE_PURPOSE)


_NUMBER = re.compile(r"\d{7,20}|\d{17}[0-9X]", re.ASCII)
_SEALED = re.compile(r"~([ip])([A-Za-z0-9_-]{43})")


def sealed(text: str) -> str:
    """What may stand in an address: of a full ID or phone number its keyed index, other words as they are."""
    cleaned = identifiers.clean(text)
    if not _NUMBER.fullmatch(cleaned):
        return text
    is_id = identifiers.is_resident_id(cleaned)
    index = id_index(cleaned) if is_id else phone_index(cleaned)
    return ("~i" if is_id else "~p") + base64.urlsafe_b64encode(index).decode().rstrip("=")


def is_sealed(text: str) -> bool:
    return _SEALED.fullmatch(text) is not None


def find_elder(elder_id: UUID) -> Elder | None:
    """A statement, not `session.get`: the identity map knows no scope."""
    return session().scalar(select(Elder).where(Elder.id == elder_id))


def get_elder(elder_id: UUID) -> Elder:
    elder = find_elder(elder_id)
    if elder is None:
        raise NotFound
    return elder


def find_by_id_number(number: str) -> Elder | None:
    return session().scalar(select(Elder).where(Elder.id_index == id_index(number)))


def elders_by_id(elder_ids: Iterable[UUID]) -> dict[UUID, Elder]:
    wanted = set(elder_ids)
    return {elder.id: elder for elder in session().scalars(select(Elder).where(Elder.id.in_(wanted)))} if wanted else {}


def _begins(column: Any, text: str) -> Any:
    """A prefix as a range of the C collation, so that the B-tree serves it."""
    return (column >= text) & (column < text + "\U0010ffff")


def matching(text: str) -> Select[Elder]:
    """Elders whose name, spelling or initials begin with the text, or whose full ID or phone number it is."""
    statement = select(Elder)
    if found := _SEALED.fullmatch(text):
        column = Elder.id_index if found[1] == "i" else Elder.phone_index
        return statement.where(column == base64.urlsafe_b64decode(found[2] + "="))
    cleaned = identifiers.clean(text)
    if not cleaned:
        return statement
    if identifiers.is_resident_id(cleaned):
        return statement.where(Elder.id_index == id_index(cleaned))
    if cleaned.isascii() and cleaned.isdigit():
        return statement.where(Elder.phone_index == phone_index(cleaned))
    key = folded(text)
    if key.isascii():
        return statement.where(or_(_begins(Elder.name_pinyin, key), _begins(Elder.name_initials, key)))
    return statement.where(_begins(Elder.name, cleaned))


def search(
    text: str = "", *, region_path: str | None = None, living_only: bool = False, page: int = 1, per_page: int = 20
) -> Page[Elder]:
    """By name, then id. Serves from indexes: prefix of name, pinyin or initials, exact ID or phone."""
    statement = matching(text)
    if region_path is not None:
        statement = statement.where(in_subtree(Elder.region_path, region_path))
    if living_only:
        statement = statement.where(Elder.death_date.is_(None))
    total = session().scalar(select(func.count()).select_from(statement.subquery())) or 0
    rows = statement.order_by(*_order(text)).limit(per_page).offset((page - 1) * per_page)
    return Page(session().scalars(rows).all(), total, page, per_page)


def _order(text: str) -> tuple[Any, ...]:
    """By spelling; a search in Chinese by the name itself, whose index then gives range and order at once."""
    return (Elder.name_pinyin if text.isascii() else Elder.name, Elder.id)


def export_rows(text: str, region_path: str | None, limit: int) -> Sequence[Elder]:
    statement = matching(text)
    if region_path is not None:
        statement = statement.where(in_subtree(Elder.region_path, region_path))
    return session().scalars(statement.order_by(*_order(text)).limit(limit)).all()


# --- facts --------------------------------------------------------------------------------------------------------


def timeline(elder_id: UUID, *, known_at: datetime | None = None) -> Sequence[Circumstance]:
    """The facts as known at the instant (None: now), newest first within each kind."""
    statement = select(Circumstance).where(Circumstance.elder_id == elder_id, known(Circumstance, known_at))
    return session().scalars(statement.order_by(Circumstance.kind, func.lower(Circumstance.valid).desc())).all()


def replaced(elder_id: UUID) -> Sequence[Circumstance]:
    """What corrections have replaced, newest correction first."""
    statement = select(Circumstance).where(Circumstance.elder_id == elder_id, Circumstance.superseded_at.is_not(None))
    return session().scalars(statement.order_by(Circumstance.superseded_at.desc(), Circumstance.id)).all()


def get_circumstance(elder_id: UUID, circumstance_id: int) -> Circumstance:
    """A current fact of this elder."""
    found = session().scalar(
        select(Circumstance).where(
            Circumstance.id == circumstance_id, Circumstance.elder_id == elder_id, current(Circumstance)
        )
    )
    if found is None:
        raise NotFound
    return found


def holds_on(day: date) -> Any:
    return Circumstance.valid.op("&&")(func.daterange(day, day, "[]", type_=DATERANGE))


def facts_on(elder_ids: Iterable[UUID], day: date, *, known_at: datetime | None = None) -> dict[UUID, dict[str, str]]:
    """`{elder_id: {kind: value}}` of one day. Two statements at most, however many elders."""
    wanted = set(elder_ids)
    found: dict[UUID, dict[str, str]] = {elder_id: {} for elder_id in wanted}
    if not wanted:
        return found
    statement = select(Circumstance.elder_id, Circumstance.kind, Circumstance.value).where(
        Circumstance.elder_id.in_(wanted), known(Circumstance, known_at), holds_on(day)
    )
    for elder_id, kind, value in session().execute(statement):
        found[elder_id][kind] = value
    return found


def overlapping(elder_id: UUID, kind: Kind, valid: Range[date]) -> Sequence[Circumstance]:
    """Current facts of this kind that touch the range, in order."""
    statement = select(Circumstance).where(
        Circumstance.elder_id == elder_id, Circumstance.kind == kind, current(Circumstance),
        Circumstance.valid.op("&&")(valid),
    )  # fmt: skip
    return session().scalars(statement.order_by(func.lower(Circumstance.valid))).all()


def value_on(elder_id: UUID, kind: Kind, day: date) -> str | None:
    return facts_on([elder_id], day)[elder_id].get(kind)


# --- grants -------------------------------------------------------------------------------------------------------


_GRANTS = (
    select(ElderGrant)
    .where(ElderGrant.elder_id == bindparam("elder_id"), current(ElderGrant))
    .order_by(ElderGrant.ground, func.lower(ElderGrant.valid))
)


def grants(elder_id: UUID) -> Sequence[ElderGrant]:
    return session().scalars(_GRANTS, {"elder_id": elder_id}).all()


def values_by_key() -> dict[str, int]:
    """`{key id: encrypted values}` over ID and phone numbers."""
    counts: dict[str, int] = {}
    for column in (Elder.id_number, Elder.phone):
        head = func.split_part(func.encode(func.substring(column, 1, 12), "escape"), ":", 1)
        statement = select(head, func.count()).where(column.is_not(None)).group_by(head)
        for name, count in session().execute(statement):
            counts[name] = counts.get(name, 0) + count
    return counts
