"""What the queues hold, what failed and why, and trying again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer
from sqlalchemy import literal, select
from sqlalchemy.exc import SQLAlchemyError

from eldercare import migrate
from eldercare.audit import service as audit
from eldercare.core import jobs
from eldercare.core.actor import Actor
from eldercare.core.db import rollback, session
from eldercare.core.errors import Conflict, NotFound
from eldercare.core.i18n import N_
from eldercare.core.web import Page


@dataclass(frozen=True)
class QueueState:
    name: str
    waiting: int
    running: int
    failed: int
    scheduled: int


@dataclass(frozen=True)
class FailedJob:
    """`reason` is the last line of the traceback; only who runs the system may read it."""

    id: str
    queue: str
    name: str
    args: tuple[str, ...]
    failed_at: datetime | None
    reason: str


def queue_states() -> list[QueueState]:
    """One row a queue, in order of urgency. Raises RedisError when Redis is away."""
    return [_state(jobs.queue(name)) for name in jobs.QUEUES]


def _state(queue: Queue) -> QueueState:
    return QueueState(
        name=queue.name,
        waiting=queue.count,
        running=queue.started_job_registry.get_job_count(cleanup=False),
        failed=queue.failed_job_registry.get_job_count(cleanup=False),
        scheduled=queue.scheduled_job_registry.get_job_count(cleanup=False),
    )


def worker_count() -> int:
    return int(Worker.count(connection=jobs.redis()))


def failed_jobs(actor: Actor, *, page: int, per_page: int) -> Page[FailedJob]:
    """Newest first, over all queues."""
    actor.require("jobs.read")
    found = [(queue, job_id) for queue in _queues() for job_id in _failed(queue).get_job_ids(cleanup=False)]
    loaded = [_describe(queue, job_id) for queue, job_id in found]
    ordered = sorted((job for job in loaded if job), key=_age, reverse=True)
    begin = (page - 1) * per_page
    return Page(ordered[begin : begin + per_page], len(ordered), page, per_page)


def _age(job: FailedJob) -> float:
    return job.failed_at.timestamp() if job.failed_at else 0.0


def _queues() -> Sequence[Queue]:
    return [jobs.queue(name) for name in jobs.QUEUES]


def _failed(queue: Queue) -> FailedJobRegistry:
    return FailedJobRegistry(queue=queue)


def _describe(queue: Queue, job_id: str) -> FailedJob | None:
    try:
        job = Job.fetch(job_id, connection=jobs.redis(), serializer=JSONSerializer)
    except NoSuchJobError:
        return None
    result = job.latest_result()
    lines = (result.exc_string or "").strip().splitlines() if result else []
    return FailedJob(
        id=job.id,
        queue=queue.name,
        name=job.func_name or "",
        args=tuple(str(value) for value in job.args),
        failed_at=job.ended_at or (result.created_at if result else None),
        reason=lines[-1][:300] if lines else "",
    )


def retry(actor: Actor, *, job_id: str) -> None:
    """Put a failed job back into its queue. Jobs can be run again: the database row decides what is left to do."""
    actor.require("jobs.read")
    job = _fetch_failed(job_id)
    try:
        job.requeue()
    except InvalidJobOperation as error:
        raise Conflict(N_("This job has been tried again meanwhile.")) from error
    audit.record(action="ops.job.retry", subject_type="job", subject_id=job_id, after={"job": job.func_name})


def discard(actor: Actor, *, job_id: str) -> None:
    """Take a failed job off the list. The work it stood for stays open in the database and is rung again there."""
    actor.require("jobs.read")
    job = _fetch_failed(job_id)
    name = job.func_name
    job.delete()
    audit.record(action="ops.job.discard", subject_type="job", subject_id=job_id, after={"job": name})


def _fetch_failed(job_id: str) -> Job:
    for queue in _queues():
        if job_id in _failed(queue).get_job_ids(cleanup=False):
            return Job.fetch(job_id, connection=jobs.redis(), serializer=JSONSerializer)
    raise NotFound


def readiness() -> dict[str, str]:
    """What each part answers: `ok` or what is wrong, without its inside."""
    return {"database": _database(), "migrations": _migrations(), "redis": _redis()}


def _database() -> str:
    try:
        session().scalar(select(literal(1)))
    except SQLAlchemyError:
        rollback()
        return "does not answer"
    return "ok"


def _migrations() -> str:
    try:
        return "ok" if migrate.of_connection(session().connection()) == migrate.head() else "not at head"
    except SQLAlchemyError:
        rollback()
        return "unknown"


def _redis() -> str:
    try:
        jobs.redis().ping()
    except RedisError:
        return "does not answer"
    return "ok"
