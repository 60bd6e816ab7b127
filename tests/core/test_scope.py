"""Rows are narrowed in one place, whatever the shape of the statement; what would slip past is refused."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import aliased

from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, copy_rows, in_subtree, scoped_table, session, set_actor
from eldercare.core.errors import Forbidden, ScopeBypassed, SignInRequired
from eldercare.core.models import FactChange

A, B = "/cn/37/3702/370202/", "/cn/37/3702/370203/"


def official(*paths: str) -> Actor:
    return Actor(kind="user", name="official", user_id=uuid4(), region_paths=paths)


@pytest.fixture
def changes(db_session):
    for path in (A, A + "370202001/", B, "/cn/37/3702/3702021/"):
        db_session.add(
            FactChange(
                kind="x",
                subject_type="t",
                subject_id=uuid4(),
                region_path=path,
                recorded_by="t",
                recorded_at=datetime.now(UTC),
            )
        )
    db_session.flush()
    return db_session


def paths(rows) -> list[str]:
    return sorted(row.region_path for row in rows)


def test_a_subtree_holds_its_own_rows_and_no_neighbour_with_a_longer_number(changes) -> None:
    with acting_as(official(A)):
        assert paths(session().scalars(select(FactChange))) == [A, A + "370202001/"]


def test_no_actor_no_rows_and_nobody_without_a_scope(changes) -> None:
    set_actor(None)
    assert session().scalars(select(FactChange)).all() == []
    with acting_as(official()):
        assert session().scalars(select(FactChange)).all() == []
    with acting_as(Actor.public()):
        assert session().scalars(select(FactChange)).all() == []


@pytest.mark.parametrize(
    "statement",
    [
        select(func.count()).select_from(FactChange),
        select(func.count(FactChange.id)),
        select(func.count()).select_from(aliased(FactChange)),
        select(func.count()).select_from(select(FactChange.id).subquery()),
        select(func.count()).select_from(select(FactChange.id).union(select(FactChange.id)).subquery()),
    ],
)
def test_every_shape_is_narrowed(changes, statement) -> None:
    with acting_as(official(B)):
        assert session().scalar(statement) == 1


def test_an_update_reaches_only_what_is_in_scope(changes) -> None:
    with acting_as(official(B)):
        session().execute(update(FactChange).values(kind="y"))
    assert paths(changes.scalars(select(FactChange).where(FactChange.kind == "y"))) == [B]


def test_core_statements_go_through_scoped_table(changes) -> None:
    with acting_as(official(B)):
        narrowed = scoped_table(FactChange)
        assert session().scalar(select(func.count()).select_from(narrowed)) == 1
        for bare in (
            select(FactChange.__table__.c.id),
            select(narrowed.c.id).join(FactChange.__table__, FactChange.__table__.c.id == narrowed.c.id),
            FactChange.__table__.update().values(kind="z"),
            FactChange.__table__.delete(),
        ):
            with pytest.raises(ScopeBypassed, match="fact_change"):
                session().execute(bare)
        with pytest.raises(ScopeBypassed, match="text"):
            session().execute(text("SELECT * FROM fact_change"))
        with pytest.raises(ScopeBypassed, match="COPY"):
            copy_rows("fact_change", ["kind"], [("x",)])


def test_the_system_sees_all_and_may_copy(changes) -> None:
    before = changes.scalar(select(func.count()).select_from(FactChange.__table__))
    copy_rows(
        "fact_change",
        ["kind", "subject_type", "subject_id", "region_path", "recorded_by", "recorded_at"],
        [("x", "t", uuid4(), A, "t", datetime.now(UTC))],
    )
    assert changes.scalar(select(func.count()).select_from(FactChange.__table__)) == before + 1


def test_a_path_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="region path"):
        in_subtree(FactChange.region_path, "37")


def test_permissions() -> None:
    with pytest.raises(Forbidden):
        official(A).require("beds.change")
    with pytest.raises(SignInRequired):
        Actor.public().require("beds.change")
    Actor.system("job").require("beds.change")
