"""A worker process: `python -m workers.run [QUEUE ...]`."""

from __future__ import annotations

import os
import sys
from typing import Any

# Before polars is imported: the chunks are the parallelism, a worker uses one core.
os.environ.setdefault("POLARS_MAX_THREADS", "1")

import structlog
from rq import Worker
from rq.job import Job
from rq.queue import Queue
from rq.serializers import JSONSerializer

from eldercare.core.config import Config
from eldercare.core.db import db
from eldercare.core.jobs import QUEUES
from eldercare.embedded.process import die_with_parent
from eldercare.ops.logs import configure_logging
from workers.edge import worker_app

log = structlog.get_logger(__name__)


class ForkingWorker(Worker):
    """A child for each job, so that a crash takes one job with it; the child dies with its worker."""

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        die_with_parent(os.getppid() if self.pid is None else self.pid)
        with worker_app().app_context():
            # The parent's connections are not ours to use or to close.
            db.engine.dispose(close=False)
        super().main_work_horse(job, queue)


def log_failure(job: Job, kind: type[BaseException], error: BaseException, trace: Any) -> bool:
    """Tell of a failed job; RQ then files it under the failed ones (`eldercare jobs`)."""
    log.error("job.failed", job=job.func_name, job_id=job.id, args=job.args, exc_info=(kind, error, trace))
    return True


def main(queues: list[str]) -> None:
    configure_logging(Config.from_env().log_level)
    app = worker_app()
    worker = ForkingWorker(
        queues or list(QUEUES),
        connection=app.extensions["redis"].__class__.from_url(Config.from_env().redis_url),
        serializer=JSONSerializer,
        exception_handlers=[log_failure],
    )
    log.info("worker.listening", queues=queues or list(QUEUES))
    worker.work(with_scheduler=False, logging_level="WARNING")


if __name__ == "__main__":
    main(sys.argv[1:])
