"""The harness itself: isolation, real commits, the cast."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import commit, current_actor, rollback, session
from eldercare.core.models import InstallationMark


def mark(name: str) -> None:
    session().add(InstallationMark(name=name, details={}))


def count() -> int:
    return session().scalar(select(func.count()).select_from(InstallationMark)) or 0


@pytest.mark.parametrize("round_number", [1, 2])
def test_what_a_test_commits_is_gone_in_the_next(db_session: Any, round_number: int) -> None:
    assert count() == 0
    mark("first")
    commit()
    mark("second")
    rollback()
    assert count() == 1


def test_the_test_acts_as_the_system(db_session: Any) -> None:
    assert current_actor() == Actor.system("tests")


def test_the_app_role_owns_no_table(db_session: Any) -> None:
    owners = "SELECT count(*) FROM pg_tables WHERE tableowner = current_user"
    assert session().connection().exec_driver_sql(owners).scalar() == 0


def test_threads_see_each_others_commits(committed_db: Any) -> None:
    def work(number: int) -> None:
        mark(f"thread {number}")
        commit()

    assert committed_db.in_threads(work, 8) == [None] * 8
    assert count() == 8


def test_a_failing_thread_gives_its_exception(committed_db: Any) -> None:
    def work(number: int) -> int:
        if number == 1:
            raise ValueError("the second fails")
        return number

    first, second = committed_db.in_threads(work, 2)
    assert first == 0
    assert isinstance(second, ValueError)


def test_the_clock_stands_still(frozen_clock: Callable[[Any], None]) -> None:
    frozen_clock(date(2023, 1, 31))
    assert clock.now() == datetime(2023, 1, 31, 4, 0, tzinfo=UTC)
    assert clock.today() == date(2023, 1, 31)


def test_the_cast_has_its_strangers(actor_as: Callable[[str], Actor]) -> None:
    assert actor_as("official_a").region_paths != actor_as("official_b").region_paths
    assert actor_as("public").permissions == frozenset()


def test_each_client_is_its_own_person(client_as: Callable[[str], Any]) -> None:
    for name in ("official_a", "operator_1", "public"):
        response = client_as(name).get("/healthz")
        assert response.status_code == 200
