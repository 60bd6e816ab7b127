"""Freezing, computing and finishing subsidy runs. Any of these may come twice, late, or never: the rows decide."""

from __future__ import annotations

from uuid import UUID

import structlog
from redis.exceptions import RedisError

from eldercare.core import jobs
from eldercare.core.actor import Actor
from eldercare.core.db import commit, rollback, set_actor
from eldercare.subsidies.service import chunks, runs
from workers.edge import is_transient, job

log = structlog.get_logger(__name__)


@job
def start_run(actor: Actor, run_id: str) -> None:
    """Freeze the facts of a draft and ring its chunks."""
    runs.freeze(actor, run_id=UUID(run_id))


@job
def compute_chunk(actor: Actor, run_id: str, number: str) -> bool:
    """Compute one chunk. What goes wrong is written to the chunk in a transaction of its own, then raised for RQ."""
    try:
        return chunks.compute_chunk(actor, run_id=UUID(run_id), number=int(number))
    except Exception as error:
        rollback()
        if not is_transient(error):
            set_actor(actor)
            chunks.fail_chunk(actor, run_id=UUID(run_id), number=int(number), error=f"{type(error).__name__}: {error}")
            commit()
        raise


@job
def finish_run(actor: Actor, run_id: str) -> bool:
    """Move the run on when its last chunk is done."""
    return chunks.finish(actor, run_id=UUID(run_id))


@job
def sweep(actor: Actor) -> int:
    """Ring again for open work that nobody holds and that no longer waits in the queue."""
    try:
        waiting = frozenset(jobs.queue("runs").job_ids)
    except RedisError as error:
        log.warning("subsidies.queue_unknown", error=type(error).__name__)
        waiting = frozenset()
    return chunks.sweep(actor, waiting=waiting)
