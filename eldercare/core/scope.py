"""Scope in one place: what an actor may see, for ORM statements, Core statements and COPY.

ORM statements are narrowed by the criterion each scoped class gives (`visible_to`). Core statements, text and COPY
are not seen by the ORM: on a scoped table they are refused unless they read it through `scoped_table()` or the
actor is the system. No actor: no rows.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Index, Text, and_, false, or_, select, true
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column, with_loader_criteria
from sqlalchemy.schema import Table
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ClauseElement, TextClause

from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.errors import ScopeBypassed

if TYPE_CHECKING:
    from sqlalchemy.orm import InstrumentedAttribute

_SCOPED: list[type[Scoped]] = []
_BY_TABLE: dict[str, type[Scoped]] = {}


def in_subtree(column: ColumnElement[Any] | InstrumentedAttribute[Any], path: str) -> ColumnElement[bool]:
    """The column's path lies in the subtree of `path` (which ends in '/'); a range, so that a B-tree serves it.

    In the C collation '0' is the character after '/', so the range holds exactly the paths that begin with `path`.
    """
    if not (path.startswith("/") and path.endswith("/")):
        raise ValueError(f"not a region path: {path!r}")
    if path == "/":
        return true()
    return and_(column >= path, column < path[:-1] + "0")


def within(path: str, paths: tuple[str, ...]) -> bool:
    """The same decision without the database."""
    return any(path.startswith(prefix) for prefix in paths)


class Scoped:
    """A table whose rows are shown only to whom they concern. Subclasses give the criterion."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__tablename__" in cls.__dict__:
            _SCOPED.append(cls)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:  # noqa: ARG003 - for the subclasses
        raise AssertionError(f"{cls.__name__} must say who sees it")


class RegionScoped(Scoped):
    """Rows of a division: seen by actors whose subtree holds `region_path`."""

    region_path: Mapped[str] = mapped_column(Text(collation="C"))

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        if actor.is_system:
            return true()
        return or_(false(), *(in_subtree(cast(Any, cls).region_path, path) for path in actor.region_paths))


class InstitutionScoped(RegionScoped):
    """Rows of an institution: seen by its division's officials and by its operators."""

    institution_id: Mapped[UUID]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        if actor.is_system:
            return true()
        by_region = super().visible_to(actor)
        if not actor.institution_ids:
            return by_region
        return or_(by_region, cast(Any, cls).institution_id.in_(sorted(actor.institution_ids)))


def scoped_classes() -> list[type[Scoped]]:
    return list(_SCOPED)


def scoped_tables() -> dict[str, type[Scoped]]:
    """Every scoped class by the name of its table."""
    if len(_BY_TABLE) != len(_SCOPED):
        _BY_TABLE.update({cast(Any, cls).__tablename__: cls for cls in _SCOPED})
    return _BY_TABLE


# --- the actor of a session ---------------------------------------------------------------------------------------


def actor_of(session: Session) -> Actor | None:
    return cast("Actor | None", session.info.get("actor"))


def put_actor(session: Session, actor: Actor | None) -> None:
    session.info["actor"] = actor


def criterion(cls: type[Scoped], actor: Actor | None) -> ColumnElement[bool]:
    return false() if actor is None else cls.visible_to(actor)


def scoped_from(cls: type[Scoped], actor: Actor | None) -> FromClause:
    """The table as this actor sees it; for the system the table itself."""
    table = cast(Table, cast(Any, cls).__table__)
    if actor is not None and actor.is_system:
        return table
    narrowed = select(table).where(criterion(cls, actor)).subquery(f"{table.name}_in_scope")
    # On the object itself: its columns lead joins back to it, where an annotation of a copy would be lost.
    narrowed.in_scope = True  # type: ignore[attr-defined]
    return cast(FromClause, narrowed)


@lru_cache(maxsize=256)
def _criteria_of(actor: Actor | None, today: date) -> dict[str, Any]:
    """Criteria by table, filled as they are asked for. They depend on the actor's scope and the day, nothing else."""
    return {}


def _options(session: Session, actor: Actor | None, statement: Any) -> list[Any]:
    """The criteria of the classes that a statement names; of all where loader options may bring in more.

    Each is made when it is first asked for and kept for the actor's next requests of the day.
    """
    kept = session.info.setdefault("scope_options", {})
    if id(actor) not in kept:
        # The actor is kept beside its criteria, so that its id is not given to another meanwhile.
        kept[id(actor)] = actor, _criteria_of(actor and replace(actor, request_id=None), clock.today())
    known = kept[id(actor)][1]
    if statement._with_options:
        named = set(scoped_tables())
    else:
        named = {element.name for element in visitors.iterate(statement) if isinstance(element, Table)}
        named &= scoped_tables().keys()
    for name in named - known.keys():
        cls = scoped_tables()[name]
        known[name] = with_loader_criteria(cast(Any, cls), criterion(cls, actor), include_aliases=True)
    return [known[name] for name in sorted(named)]


def narrow(state: ORMExecuteState) -> None:
    """Session event: narrow ORM statements, refuse Core ones that reach scoped tables by themselves."""
    actor = actor_of(state.session)
    if actor is not None and actor.is_system:
        return
    if state.is_orm_statement:
        if not state.is_column_load and not state.is_insert:
            state.statement = state.statement.options(*_options(state.session, actor, state.statement))
        return
    if isinstance(state.statement, TextClause):
        raise ScopeBypassed("text() runs only under a system actor: " + state.statement.text[:120])
    if bare := bare_tables(cast(ClauseElement, state.statement)):
        raise ScopeBypassed("Core statement on scoped table(s) outside scoped_table(): " + ", ".join(sorted(bare)))


def bare_tables(statement: ClauseElement) -> set[str]:
    """Names of scoped tables that the statement reads or writes outside `scoped_table()`."""
    scoped = scoped_tables()
    found: set[str] = set()

    def visit(element: Any) -> None:
        if getattr(element, "in_scope", False):
            return
        if isinstance(element, Table):
            if element.name in scoped:
                found.add(element.name)
            return
        for child in element.get_children():
            visit(child)

    visit(statement)
    target = getattr(statement, "table", None)
    if isinstance(target, Table) and target.name in scoped:
        found.add(target.name)
    for source in getattr(statement, "get_final_froms", list)():
        visit(source)
    return found


def path_index(table: str) -> Index:
    """The B-tree index that serves `in_subtree` on a table's region_path."""
    return Index(f"ix_{table}_region_path", "region_path")
