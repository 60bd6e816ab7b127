"""Who may see an elder, and the mixin for every table that hangs on one.

By residence or hukou division (the columns of `elder`), by a grant (a stay in one's institution, a task, a family
link), or because the account itself is tied to the elder. Nobody else; no rows otherwise.
"""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, exists, false, func, literal, or_, select, true
from sqlalchemy.orm import Mapped

from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import in_subtree
from eldercare.core.scope import Scoped

#: Roles whose sight may rest on a grant to the person; others are spared the look-up.
GRANTED_ROLES = frozenset({"assessor", "family", "community_worker", "inspector"})


def elder_criterion(elder: Any, grant: Any, actor: Actor) -> ColumnElement[bool]:
    """The rows of `elder` (class or table columns) that `actor` may see. `grant`: the elder_grant table."""
    if actor.is_system:
        return true()
    if actor.kind != "user":
        return false()
    by: list[ColumnElement[bool]] = []
    for path in actor.region_paths:
        by += [in_subtree(elder.region_path, path), in_subtree(elder.hukou_path, path)]
    if actor.elder_ids:
        by.append(elder.id.in_(sorted(actor.elder_ids)))
    held: list[ColumnElement[bool]] = []
    if actor.institution_ids:
        held.append(grant.c.institution_id.in_(sorted(actor.institution_ids)))
    if actor.user_id is not None and actor.roles & GRANTED_ROLES:
        held.append(grant.c.user_id == actor.user_id)
    if held:
        today = func.daterange(clock.today(), clock.today(), "[]")
        current = and_(grant.c.superseded_at.is_(None), grant.c.valid.op("&&")(today))
        by.append(elder.id.in_(select(grant.c.elder_id).where(current, or_(*held))))
    return or_(false(), *by)


class ElderScoped(Scoped):
    """A table keyed by `elder_id`: its rows are visible exactly where the elder is."""

    elder_id: Mapped[UUID]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        if actor.is_system:
            return true()
        tables = cast(Any, cls).metadata.tables
        elder = cast(Table, tables["elder"]).alias()
        return exists(
            select(literal(1)).where(
                elder.c.id == cast(Any, cls).elder_id, elder_criterion(elder.c, tables["elder_grant"], actor)
            )
        )
