"""The database: model base, session, the one commit, two times, locks and COPY.

A service never commits. An edge (page, command, worker) calls `commit()` once; jobs leave only after it.
In an API request `commit()` is put off until the answer is built, so that the idempotency row holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID, uuid4

from flask_sqlalchemy import SQLAlchemy
from psycopg import Connection as PsycopgConnection
from psycopg import sql
from sqlalchemy import ColumnElement, DateTime, FromClause, Integer, MetaData, String, event, or_, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column, registry

from eldercare.core import clock, scope
from eldercare.core.actor import Actor
from eldercare.core.errors import ScopeBypassed, StaleVersion
from eldercare.core.scope import InstitutionScoped, RegionScoped, Scoped, in_subtree, path_index

__all__ = [
    "Bitemporal",
    "InstitutionScoped",
    "Model",
    "RegionScoped",
    "Scoped",
    "UuidKey",
    "Versioned",
    "acting_as",
    "after_commit",
    "check_version",
    "commit",
    "copy_block",
    "copy_out",
    "copy_rows",
    "current",
    "current_actor",
    "db",
    "in_subtree",
    "known",
    "lock_rows",
    "one_of",
    "path_index",
    "rollback",
    "scoped_table",
    "session",
    "set_actor",
]

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    registry = registry(
        metadata=MetaData(naming_convention=NAMES), type_annotation_map={datetime: DateTime(timezone=True)}
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"autoflush": True})

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

event.listen(db.session, "do_orm_execute", scope.narrow)


class UuidKey:
    """Public identifiers are UUIDs."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)


class Versioned:
    """Optimistic lock: an UPDATE counts `version` up and fails when somebody else did first."""

    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


class Bitemporal:
    """The second time: when the row was recorded, and when a correction replaced it. Nothing is erased."""

    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    superseded_at: Mapped[datetime | None]
    recorded_by: Mapped[str] = mapped_column(String(80))


def one_of(column: str, values: type[StrEnum]) -> str:
    """The CHECK that a column holds one of an enum's values."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


def session() -> Session:
    """The session of this request, command or job."""
    return cast(Session, db.session())


def set_actor(actor: Actor | None) -> None:
    scope.put_actor(session(), actor)


def current_actor() -> Actor | None:
    return scope.actor_of(session())


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Run a block as another actor (usually `Actor.system(reason)`), then be who one was."""
    this = session()
    before = scope.actor_of(this)
    scope.put_actor(this, actor)
    try:
        yield actor
    finally:
        scope.put_actor(this, before)


def scoped_table(model: type[Any]) -> FromClause:
    """The FROM for Core statements on a scoped table, narrowed for the current actor."""
    return scope.scoped_from(model, current_actor())


def commit() -> None:
    """Commit once, then do what was waiting for it (ring jobs)."""
    this = session()
    if this.info.get("commit_deferred"):
        this.flush()
        return
    this.commit()
    for act in this.info.pop("after_commit", []):
        act()


def after_commit(act: Callable[[], None]) -> None:
    """Do something when the surrounding transaction has committed; nothing happens when it rolls back."""
    session().info.setdefault("after_commit", []).append(act)


def rollback() -> None:
    this = session()
    this.rollback()
    this.info.pop("after_commit", None)


# --- two times ----------------------------------------------------------------------------------------------------


def current(model: type[Any]) -> ColumnElement[bool]:
    """Rows that no correction has replaced."""
    return cast(ColumnElement[bool], model.superseded_at.is_(None))


def known(model: type[Any], at: datetime | None) -> ColumnElement[bool]:
    """Rows as known at the instant; `None` means now."""
    if at is None:
        return current(model)
    return cast(
        ColumnElement[bool],
        (model.recorded_at <= at) & or_(model.superseded_at.is_(None), model.superseded_at > at),
    )


# --- locks and versions -------------------------------------------------------------------------------------------

T = TypeVar("T")


def lock_rows(model: type[T], ids: Iterable[UUID]) -> list[T]:
    """Lock rows FOR UPDATE in the order of their ids, so that two callers never wait for each other in a ring."""
    wanted = sorted(set(ids))
    key = cast(Any, model).id
    statement = (
        select(model).where(key.in_(wanted)).order_by(key).with_for_update().execution_options(populate_existing=True)
    )
    return list(session().scalars(statement))


def check_version(record: Any, expected: int | None) -> None:
    """Raise StaleVersion when the record is no longer the one the reader saw. None: the caller did not say."""
    if expected is not None and record.version != expected:
        raise StaleVersion


# --- COPY ---------------------------------------------------------------------------------------------------------


def _raw(table: str) -> PsycopgConnection[Any]:
    actor = current_actor()
    if actor is None or not actor.is_system:
        raise ScopeBypassed(f"COPY on {table} runs only under a system actor")
    return cast("PsycopgConnection[Any]", session().connection().connection.driver_connection)


def _copy_into(table: str, columns: Sequence[str], options: str) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) FROM STDIN" + options).format(sql.Identifier(table), names)


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY rows of Python values into a table inside the session's transaction; the number of rows."""
    count = 0
    with _raw(table).cursor() as cursor, cursor.copy(_copy_into(table, columns, "")) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def copy_block(table: str, columns: Sequence[str], blocks: Iterable[bytes | str], *, csv: bool = True) -> None:
    """COPY ready-made CSV (or text-format) blocks; for columnar writers."""
    with (
        _raw(table).cursor() as cursor,
        cursor.copy(_copy_into(table, columns, " (FORMAT csv, NULL '\\N')" if csv else "")) as copy,
    ):
        for block in blocks:
            copy.write(block)


def copy_out(statement: str, params: Sequence[Any] = ()) -> Iterator[bytes]:
    """COPY (query) TO STDOUT as CSV with a header, in blocks; system actor only."""
    with _raw("(query)").cursor() as cursor:
        query = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(sql.SQL(cast(Any, statement)))
        with cursor.copy(query, params) as copy:
            for block in copy:
                yield bytes(block)
