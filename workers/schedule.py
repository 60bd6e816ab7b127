"""What runs by the clock: `python -m workers.schedule`. One list; each slice adds its line.

A sweep looks into the database for work that is open and rings for it again: that is how jobs outlive a lost Redis
and a killed worker. Only one scheduler works at a time, whatever number of hosts starts one.
"""

from __future__ import annotations

import signal
import threading
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

import structlog
from flask import Flask
from redis.exceptions import RedisError
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from eldercare.core import clock, jobs
from eldercare.core.config import Config
from eldercare.core.db import db
from eldercare.core.jobs import JobName
from eldercare.ops.logs import configure_logging
from workers.edge import worker_app

log = structlog.get_logger(__name__)
LOCK_NUMBER = 7_309_041_116
TICK_SECONDS = 1.0
RETRY_SECONDS = 5.0


@dataclass(frozen=True)
class Entry:
    """A job every so many seconds, or daily at a time of day in China."""

    name: str
    job: JobName
    every_seconds: int | None = None
    daily_at: time | None = None

    def next_after(self, instant: datetime) -> datetime:
        if self.every_seconds is not None:
            return instant + timedelta(seconds=self.every_seconds)
        if self.daily_at is None:
            raise ValueError(f"{self.name} says neither every_seconds nor daily_at")
        local = instant.astimezone(clock.ZONE)
        then = datetime.combine(local.date(), self.daily_at, clock.ZONE)
        return then if then > local else then + timedelta(days=1)


SCHEDULE: tuple[Entry, ...] = (
    Entry("seal-audit", JobName.SEAL_AUDIT, every_seconds=60),
    Entry("sweep-subsidies", JobName.SWEEP_SUBSIDIES, every_seconds=15),
    Entry("sweep-plans", JobName.SWEEP_PLANS, every_seconds=30),
)


@dataclass
class Scheduler:
    """Rings each entry when it is due. An entry whose last ring still waits in the queue is not rung again."""

    app: Flask
    entries: tuple[Entry, ...] = SCHEDULE
    due: dict[str, datetime] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)

    def tick(self) -> list[str]:
        """Ring what is due now; the names rung. Sweeps are due at once after a start."""
        now = clock.now()
        rung = []
        for entry in self.entries:
            due = self.due.get(entry.name) or (now if entry.every_seconds else entry.next_after(now))
            if due <= now:
                if self._ring(entry, now):
                    rung.append(entry.name)
                due = entry.next_after(now)
            self.due[entry.name] = due
        return rung

    def _ring(self, entry: Entry, now: datetime) -> bool:
        job_id = f"{entry.name}-{now:%Y%m%dT%H%M%S%f}"
        try:
            if self._still_waits(entry):
                return False
            jobs.ring(entry.job, job_id=job_id)
        except RedisError as error:
            log.warning("schedule.redis_away", entry=entry.name, error=type(error).__name__)
            return False
        self.last[entry.name] = job_id
        log.debug("schedule.rung", entry=entry.name)
        return True

    def _still_waits(self, entry: Entry) -> bool:
        if entry.name not in self.last:
            return False
        try:
            job = Job.fetch(self.last[entry.name], connection=jobs.redis(), serializer=JSONSerializer)
        except NoSuchJobError:
            return False
        return bool(job.is_queued)


def run(app: Flask, stopping: threading.Event) -> None:
    """Until told to stop: hold the lock, tick. A lost database connection means a lost lock: ask for it again."""
    while not stopping.is_set():
        try:
            with app.app_context(), db.engine.connect() as connection:
                if _holds_lock(connection):
                    log.info("schedule.working", entries=[entry.name for entry in SCHEDULE])
                    _tick_while_held(Scheduler(app), connection, stopping)
        except SQLAlchemyError as error:
            log.warning("schedule.database_away", error=type(error).__name__)
        stopping.wait(RETRY_SECONDS)


def _tick_while_held(scheduler: Scheduler, connection: Connection, stopping: threading.Event) -> None:
    while not stopping.is_set():
        # Fails when the connection, and with it the lock, is gone.
        connection.execute(text("SELECT 1"))
        connection.commit()
        scheduler.tick()
        stopping.wait(TICK_SECONDS)


def _holds_lock(connection: Connection) -> bool:
    got = connection.execute(text("SELECT pg_try_advisory_lock(:number)"), {"number": LOCK_NUMBER}).scalar()
    connection.commit()
    return bool(got)


def main() -> None:
    configure_logging(Config.from_env().log_level)
    stopping = threading.Event()
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, lambda *_: stopping.set())
    run(worker_app(), stopping)


if __name__ == "__main__":
    main()
