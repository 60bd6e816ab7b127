"""Threads that race for a decision, and a worker that is killed in the middle of a run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, commit, rollback, session
from eldercare.core.errors import Conflict, DomainError
from eldercare.core.jobs import JobName
from eldercare.subsidies import queries
from eldercare.subsidies.engine.segments import Month
from eldercare.subsidies.models import SubsidyLine, SubsidyRun
from eldercare.subsidies.service import chunks, runs
from tests.factories import subsidies as make
from tests.support.signed_in import account_of

ROOT = Path(__file__).parents[2]
SYSTEM = Actor.system("tests")
JANUARY = Month.parse("2023-01")


def made(month: Month = JANUARY) -> UUID:
    actor = make.official(make.MAKER)
    with acting_as(actor):
        run = runs.create(actor, jurisdiction="yantai", month=month)
    commit()
    return run.id


def people(count: int) -> None:
    make.regions()
    account_of(make.MAKER)
    for number in range(count):
        make.elder(county=make.ZHIFU if number % 2 else make.HAIYANG, tier=("self", "half", "full")[number % 3])
    commit()


def test_jobs_carry_a_run_to_computed(committed_db: Any) -> None:
    people(4)
    run_id = made()
    committed_db.work_queues()
    session().expire_all()
    run = queries.get_run(run_id)
    assert (run.state, run.persons, run.lines) == ("computed", 4, 8)


def test_one_of_many_makers_wins(committed_db: Any) -> None:
    people(1)
    answers = committed_db.in_threads(lambda _: made(), 8, make.official(make.MAKER))
    assert sum(isinstance(answer, UUID) for answer in answers) == 1
    assert all(isinstance(answer, (UUID, Conflict)) for answer in answers), answers


def test_one_of_many_approvals_wins(committed_db: Any) -> None:
    people(2)
    run_id = made()
    committed_db.work_queues()
    checker = make.official(make.CHECKER)
    with acting_as(checker):
        runs.review(checker, run_id=run_id)
        commit()

    def approve(_: int) -> str:
        run = runs.approve(checker, run_id=run_id)
        commit()
        return run.state

    answers = committed_db.in_threads(approve, 10, checker)
    assert answers.count("approved") == 1
    assert sum(isinstance(answer, Conflict) for answer in answers) == 9
    session().expire_all()
    assert [e.to_state for e in queries.events(run_id)].count("approved") == 1


def test_many_workers_on_one_chunk_write_it_once(committed_db: Any) -> None:
    people(6)
    run_id = made()
    runs.freeze(SYSTEM, run_id=run_id)
    commit()

    def compute(_: int) -> bool:
        done = chunks.compute_chunk(SYSTEM, run_id=run_id, number=0)
        commit()
        return done

    answers = committed_db.in_threads(compute, 6)
    assert sorted(answers) == [False] * 5 + [True]
    assert session().query(SubsidyLine).filter_by(run_id=run_id).count() == 12


def test_a_cancel_waits_for_the_chunk_at_work_and_leaves_no_live_line(committed_db: Any) -> None:
    people(6)
    run_id = made()
    runs.freeze(SYSTEM, run_id=run_id)
    commit()

    def work(number: int) -> Any:
        if number == 0:
            done = chunks.compute_chunk(SYSTEM, run_id=run_id, number=0)
            time.sleep(0.3)
            commit()
            return done
        time.sleep(0.1)
        runs.cancel(SYSTEM, run_id=run_id, reason="raced")
        commit()
        return "cancelled"

    answers = committed_db.in_threads(work, 2)
    assert not any(isinstance(answer, DomainError) for answer in answers), answers
    live = select(SubsidyLine).where(SubsidyLine.run_id == run_id, SubsidyLine.cancelled.is_(False))
    assert session().scalars(live).all() == []


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many chunks of a few persons each, so that a kill falls between and within them."""
    monkeypatch.setattr(runs, "CHUNK_PERSONS", 5)


def test_a_killed_worker_loses_nothing(committed_db: Any, small_chunks: None, tmp_path: Path) -> None:
    """kill -9 of a real RQ worker and its children while chunks are computed; then a fresh one finishes."""
    people(40)
    run_id = made()
    runs.freeze(SYSTEM, run_id=run_id)
    commit()
    slow_lines()
    worker = start_worker(committed_db, tmp_path / "first.log")
    try:
        wait_for(lambda: 1 <= done_chunks(run_id) <= 5, "some chunks to be done")
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(10)
    before = done_chunks(run_id)
    assert before < 8, "the run was over before the kill"
    quick_lines()
    with clock.freeze(clock.now() + timedelta(minutes=2)):
        assert chunks.sweep(SYSTEM) >= 1
        commit()
    second = start_worker(committed_db, tmp_path / "second.log")
    try:
        wait_for(lambda: state_of(run_id) == "computed", "the run to be computed")
    finally:
        os.killpg(second.pid, signal.SIGKILL)
        second.wait(10)
    run = queries.get_run(run_id)
    assert (run.persons, run.lines) == (40, 80)
    assert chunks.verify(SYSTEM, run_id=run_id) == []
    assert run.lines_hash == undisturbed_hash(run)


def undisturbed_hash(run: SubsidyRun) -> str | None:
    """The same month computed once more without any disturbance."""
    first = run.lines_hash
    runs.cancel(SYSTEM, run_id=run.id, reason="to compute it again")
    again_id = made()
    runs.freeze(SYSTEM, run_id=again_id)
    for chunk in queries.chunks(again_id):
        chunks.compute_chunk(SYSTEM, run_id=again_id, number=chunk.number)
    chunks.finish(SYSTEM, run_id=again_id)
    commit()
    again = queries.get_run(again_id)
    assert first is not None and again.id != run.id
    return again.lines_hash


def slow_lines() -> None:
    """Each line takes a moment, as on a loaded disk, so that the kill comes in the middle."""
    _as_owner(
        "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_sleep(0.02); RETURN NEW; END$$",
        "CREATE TRIGGER slowly BEFORE INSERT ON subsidy_line FOR EACH ROW EXECUTE FUNCTION slowly()",
    )


def quick_lines() -> None:
    _as_owner("DROP TRIGGER slowly ON subsidy_line")


def _as_owner(*statements: str) -> None:
    from flask import current_app
    from sqlalchemy import create_engine

    from eldercare.core.db import db

    owner = current_app.extensions["config"].database_owner_url
    name = db.engines[None].url.database
    engine = create_engine(owner.rsplit("/", 1)[0] + f"/{name}")
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def start_worker(committed_db: Any, log: Path) -> subprocess.Popen[bytes]:
    """A worker process of its own group, on the queues of this test's Redis."""
    return subprocess.Popen(
        [sys.executable, "-m", "workers.run", "fast", "runs"],
        cwd=ROOT,
        env={**committed_db.environ, "PYTHONPATH": str(ROOT)},
        stdout=log.open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def wait_for(condition: Any, what: str, seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        rollback()
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")


def done_chunks(run_id: UUID) -> int:
    return queries.chunk_counts(run_id)["done"]


def state_of(run_id: UUID) -> str:
    session().expire_all()
    return queries.get_run(run_id).state


def test_every_job_name_resolves() -> None:
    from importlib import import_module

    for name in (JobName.START_RUN, JobName.COMPUTE_CHUNK, JobName.FINISH_RUN, JobName.SWEEP_SUBSIDIES):
        module, _, function = str(name).rpartition(".")
        assert callable(getattr(import_module(module), function))
