"""Jobs leave after the commit. The database row is the truth, Redis only the bell.

Arguments are ids and ISO dates (RQ's JSON serializer). A job that is lost with Redis is rung again by the sweep.
"""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import Any, cast

import structlog
from flask import current_app
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

from eldercare.core import db as core_db

log = structlog.get_logger(__name__)


class JobName(StrEnum):
    """Every job by its dotted path. A guard checks that each resolves."""

    START_RUN = "workers.subsidies.start_run"
    COMPUTE_CHUNK = "workers.subsidies.compute_chunk"
    FINISH_RUN = "workers.subsidies.finish_run"
    SWEEP_SUBSIDIES = "workers.subsidies.sweep"
    SOLVE_PLAN = "workers.inspections.solve_plan"
    SWEEP_PLANS = "workers.inspections.sweep"
    SEAL_AUDIT = "workers.audit.seal"


QUEUES = ("fast", "runs", "reports")
_QUEUE_OF = {
    JobName.START_RUN: "runs",
    JobName.COMPUTE_CHUNK: "runs",
    JobName.FINISH_RUN: "fast",
    JobName.SWEEP_SUBSIDIES: "fast",
    JobName.SOLVE_PLAN: "runs",
    JobName.SWEEP_PLANS: "fast",
    JobName.SEAL_AUDIT: "fast",
}
TIMEOUT_SECONDS = 1800


def queue_of(job: JobName) -> str:
    return _QUEUE_OF[job]


def redis() -> Redis:
    return cast(Redis, current_app.extensions["redis"])


def queue(name: str) -> Queue:
    return Queue(name, connection=redis(), serializer=JSONSerializer)


def after_commit(job: JobName, *args: Any, job_id: str | None = None) -> None:
    """Ring `job` when the surrounding transaction has committed; nothing is sent when it rolls back."""
    core_db.after_commit(partial(_ring_softly, job, *args, job_id=job_id))


def _ring_softly(job: JobName, *args: Any, job_id: str | None) -> None:
    """A Redis that is away loses only the bell: the sweep rings again."""
    try:
        ring(job, *args, job_id=job_id)
    except RedisError as error:
        log.warning("jobs.ring_failed", job=str(job), args=[str(a) for a in args], error=str(error))


def ring(job: JobName, *args: Any, job_id: str | None = None) -> None:
    queue(queue_of(job)).enqueue(
        str(job),
        *[str(a) for a in args],
        job_id=job_id,
        job_timeout=TIMEOUT_SECONDS,
        result_ttl=3600,
        failure_ttl=7 * 86400,
    )
