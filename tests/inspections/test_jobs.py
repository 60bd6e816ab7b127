"""Plans solved by real workers on a real Redis: delivered twice, lost bells, a killed process."""

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
from sqlalchemy import func, select

from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import commit, rollback, session
from eldercare.core.errors import Conflict
from eldercare.inspections import service
from eldercare.inspections.models import InspectionPlan, VisitMember
from eldercare.inspections.queries import plans as lookup
from tests.factories.inspections import AS_OF, make_district

ROOT = Path(__file__).parents[2]
SYSTEM = Actor.system("tests")


def waiting_plan() -> UUID:
    plan = service.create_plan(
        SYSTEM, division="370202", as_of=AS_OF, first_day=AS_OF, last_day=AS_OF + timedelta(days=29)
    )
    commit()
    return plan.id


def state_of(plan_id: UUID) -> str:
    rollback()
    session().expire_all()
    return lookup.get_plan(plan_id).state


def members() -> int:
    return session().scalar(select(func.count()).select_from(VisitMember)) or 0


@pytest.fixture
def ready(committed_db: Any) -> Any:
    make_district()
    commit()
    return committed_db


def test_a_worker_solves_the_plan(ready: Any) -> None:
    plan_id = waiting_plan()
    assert state_of(plan_id) == "queued"
    ready.work_queues()
    assert state_of(plan_id) == "solved"
    assert members() == 6


def test_a_plan_rung_twice_is_solved_once(ready: Any) -> None:
    plan_id = waiting_plan()
    later = clock.now() + timedelta(minutes=5)
    with clock.freeze(later):
        assert service.ring_open_plans(SYSTEM) == 1
        commit()
    ready.work_queues()
    assert (state_of(plan_id), members()) == ("solved", 6)
    assert lookup.get_plan(plan_id).attempts == 1


def test_many_workers_at_once_solve_it_once(ready: Any) -> None:
    plan_id = waiting_plan()

    def solve(_number: int) -> bool:
        done = service.solve_plan(SYSTEM, plan_id=plan_id)
        commit()
        return done

    assert sorted(ready.in_threads(solve, 6)) == [False] * 5 + [True]
    assert members() == 6


def test_losing_redis_loses_nothing(ready: Any) -> None:
    plan_id = waiting_plan()
    ready.app.extensions["redis"].flushdb()
    ready.work_queues()
    assert state_of(plan_id) == "queued"
    with clock.freeze(clock.now() + timedelta(minutes=5)):
        assert service.ring_open_plans(SYSTEM) == 1
        commit()
    ready.work_queues()
    assert state_of(plan_id) == "solved"
    with clock.freeze(clock.now() + timedelta(minutes=5)):
        assert service.ring_open_plans(SYSTEM) == 0


# Solves, says so, and then hangs inside the open transaction until it is killed.
HANGING = """
import sys, time
from uuid import UUID
from eldercare.core.db import session
from eldercare.inspections import service
from workers.edge import job

@job
def hang(actor, plan_id):
    assert service.solve_plan(actor, plan_id=UUID(plan_id))
    session().flush()
    print("solved", flush=True)
    time.sleep(120)

hang(sys.argv[1])
"""


@pytest.mark.faults
def test_a_worker_killed_in_the_middle_leaves_the_plan_for_the_next(ready: Any) -> None:
    plan_id = waiting_plan()
    ready.app.extensions["redis"].flushdb()
    worker = subprocess.Popen(
        [sys.executable, "-c", HANGING, str(plan_id)], cwd=ROOT, env=ready.environ, stdout=subprocess.PIPE, text=True
    )
    try:
        assert worker.stdout is not None
        assert any(line.strip() == "solved" for line in worker.stdout)
        assert service.solve_plan(SYSTEM, plan_id=plan_id) is False  # taken: skipped, not waited for
        rollback()
        with pytest.raises(Conflict):
            service.cancel_plan(SYSTEM, plan_id=plan_id)
        assert (state_of(plan_id), members()) == ("queued", 0)
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        if worker.stdout:
            worker.stdout.close()
    for _ in range(100):  # the server notices the lost connection
        rollback()
        with clock.freeze(clock.now() + timedelta(minutes=5)):
            if service.ring_open_plans(SYSTEM):
                break
        time.sleep(0.1)
    commit()
    ready.work_queues()
    assert (state_of(plan_id), members()) == ("solved", 6)
    assert session().get_one(InspectionPlan, plan_id).attempts == 1


def test_two_publications_at_once_book_each_person_once(ready: Any) -> None:
    plans = [waiting_plan(), waiting_plan()]
    ready.work_queues()

    def publish(number: int) -> str:
        plan = service.publish_plan(SYSTEM, plan_id=plans[number])
        commit()
        return plan.state

    answers = ready.in_threads(publish, 2)
    assert sum(answer == "published" for answer in answers) == 1
    assert sum(isinstance(answer, Conflict) for answer in answers) == 1
