"""Reading the log and its seals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, cast, func, or_, select

from eldercare.audit.models import AuditRow, AuditSeal, AuditSealedRow
from eldercare.audit.rules import ROW_FIELDS, SealBody
from eldercare.core.clock import start_of
from eldercare.core.db import session


@dataclass(frozen=True)
class Filters:
    """What a reader of the log asks for. Days are business days, both ends included."""

    subject: str | None = None
    actor: str | None = None
    action: str | None = None
    outcome: str | None = None
    first_day: date | None = None
    last_day: date | None = None


def find_rows(filters: Filters) -> Select[AuditRow]:
    """Newest first."""
    statement = select(AuditRow).order_by(AuditRow.id.desc())
    if filters.subject:
        statement = statement.where(AuditRow.subject_id == filters.subject)
    if filters.actor:
        statement = statement.where(_by_actor(filters.actor))
    if filters.action:
        statement = statement.where(AuditRow.action.startswith(filters.action, autoescape=True))
    if filters.outcome:
        statement = statement.where(AuditRow.outcome == filters.outcome)
    if filters.first_day:
        statement = statement.where(AuditRow.at >= start_of(filters.first_day))
    if filters.last_day:
        statement = statement.where(AuditRow.at < start_of(filters.last_day + timedelta(days=1)))
    return statement


def _by_actor(text: str) -> Any:
    try:
        return AuditRow.actor_id == UUID(text)
    except ValueError:
        return AuditRow.actor_name.icontains(text, autoescape=True)


def page_of_rows(filters: Filters, page: int, per_page: int) -> tuple[Sequence[AuditRow], int]:
    statement = find_rows(filters)
    total = session().scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    rows = session().scalars(statement.limit(per_page).offset((page - 1) * per_page)).all()
    return rows, total


def each_row(filters: Filters, most: int) -> Iterator[AuditRow]:
    """Rows for an export, read in blocks."""
    yield from session().scalars(find_rows(filters).limit(most).execution_options(yield_per=1000))


def values_of(row: AuditRow) -> dict[str, Any]:
    """What is hashed of a row."""
    return {name: getattr(row, name) for name in ROW_FIELDS}


# --- seals --------------------------------------------------------------------------------------------------------


def oldest_running_xid() -> tuple[int, int]:
    """(xmin, xmax) of this moment: every transaction below xmin is over, none at or above xmax has begun."""
    snapshot = func.pg_current_snapshot()
    xmin, xmax = (
        session()
        .execute(select(_number(func.pg_snapshot_xmin(snapshot)), _number(func.pg_snapshot_xmax(snapshot))))
        .one()
    )
    return int(xmin), int(xmax)


def _number(xid: Any) -> Any:
    return cast(xid, Text)


def last_seal() -> AuditSeal | None:
    return session().scalar(select(AuditSeal).order_by(AuditSeal.seq.desc()).limit(1))


def find_seal(seq: int) -> AuditSeal | None:
    return session().get(AuditSeal, seq)


def unsealed_rows(from_xid: int, xmin: int, xmax: int, most: int) -> Sequence[AuditRow]:
    """Rows that no seal covers and whose transaction is over.

    `from_xid` only keeps the search short: everything below was sealed. A number at or above `xmax` comes
    from another server (a restored backup) and is over, too.
    """
    over = or_((AuditRow.recorded_xid >= from_xid) & (AuditRow.recorded_xid < xmin), AuditRow.recorded_xid >= xmax)
    sealed = select(AuditSealedRow.row_id).where(AuditSealedRow.row_id == AuditRow.id).exists()
    return session().scalars(select(AuditRow).where(over, ~sealed).order_by(AuditRow.id).limit(most)).all()


def count_unsealed() -> int:
    sealed = select(AuditSealedRow.row_id).where(AuditSealedRow.row_id == AuditRow.id).exists()
    return session().scalar(select(func.count(AuditRow.id)).where(~sealed)) or 0


def each_seal() -> Iterator[AuditSeal]:
    """All seals in the order of the chain."""
    yield from session().scalars(select(AuditSeal).order_by(AuditSeal.seq).execution_options(yield_per=500))


def sealed_hashes(seq: int) -> dict[int, str]:
    found = session().execute(select(AuditSealedRow.row_id, AuditSealedRow.hash).where(AuditSealedRow.seal_seq == seq))
    return {row_id: value for row_id, value in found}  # noqa: C416 - rows are no pairs to a type checker


def rows_of_seal(seq: int) -> Sequence[AuditRow]:
    return (
        session()
        .scalars(
            select(AuditRow)
            .join(AuditSealedRow, AuditSealedRow.row_id == AuditRow.id)
            .where(AuditSealedRow.seal_seq == seq)
            .order_by(AuditRow.id)
            .execution_options(populate_existing=True)
        )
        .all()
    )


def sealed_row_total() -> int:
    return session().scalar(select(func.count(AuditSealedRow.row_id))) or 0


def body_of(seal: AuditSeal) -> SealBody:
    return SealBody(
        seq=seal.seq,
        at=seal.at,
        first_id=seal.first_id,
        last_id=seal.last_id,
        count=seal.count,
        to_xid=seal.to_xid,
        rows_hash=seal.rows_hash,
        prev_hash=seal.prev_hash,
    )


def rows_before(to_xid: int) -> Sequence[int]:
    """Ids of unsealed rows whose transaction lies before the sealed ones: no honest row is ever there."""
    sealed = select(AuditSealedRow.row_id).where(AuditSealedRow.row_id == AuditRow.id).exists()
    return (
        session()
        .scalars(select(AuditRow.id).where(AuditRow.recorded_xid < to_xid, ~sealed).order_by(AuditRow.id).limit(100))
        .all()
    )
