"""How a job runs: one commit, nothing half-done, again only after transient errors."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg.errors import DeadlockDetected
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, OperationalError

from eldercare.core.actor import Actor
from eldercare.core.db import session
from eldercare.core.models import InstallationMark
from workers import edge
from workers.edge import job

calls: list[str] = []


@job
def writes(actor: Actor, name: str) -> None:
    session().add(InstallationMark(name=name, details={"by": actor.label}))


@job
def writes_then_fails(actor: Actor, name: str) -> None:
    session().add(InstallationMark(name=name, details={}))
    session().flush()
    raise ValueError("after the write")


@job
def fails_twice(actor: Actor, name: str) -> str:
    calls.append(name)
    if len(calls) < 3:
        raise OperationalError("select", {}, DeadlockDetected("deadlock detected"))
    return name


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    calls.clear()
    monkeypatch.setattr(edge, "PAUSES_SECONDS", (0.0, 0.0, 0.0))


def names() -> list[str]:
    return list(session().scalars(select(InstallationMark.name)))


def test_a_job_commits_once_as_the_system(committed_db: Any) -> None:
    writes("done")
    mark = session().scalars(select(InstallationMark)).one()
    assert mark.details == {"by": "system:tests.workers.test_edge.writes"}


def test_a_failed_job_leaves_nothing_and_says_why(committed_db: Any) -> None:
    with pytest.raises(ValueError, match="after the write"):
        writes_then_fails("half")
    assert names() == []


def test_a_transient_error_is_tried_again(db_session: Any) -> None:
    assert fails_twice("x") == "x"
    assert calls == ["x", "x", "x"]


def test_other_errors_are_not_tried_again(db_session: Any) -> None:
    error = IntegrityError("insert", {}, ValueError("unique"))
    assert not edge.is_transient(error)
    assert not edge.is_transient(ValueError("wrong"))


def test_jobs_run_through_a_real_worker(committed_db: Any) -> None:
    from rq import Queue
    from rq.serializers import JSONSerializer

    queue = Queue("fast", connection=committed_db.app.extensions["redis"], serializer=JSONSerializer)
    queue.enqueue("tests.workers.test_edge.writes", "through the queue")
    committed_db.work_queues()
    assert session().scalar(select(func.count()).select_from(InstallationMark)) == 1
