"""A database of one test alone, for threads, worker processes and real commits."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Flask
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from eldercare.core.actor import Actor
from eldercare.core.config import Config
from eldercare.core.db import db, set_actor
from eldercare.core.jobs import QUEUES

if TYPE_CHECKING:
    from tests.support.servers import Servers


@dataclass(frozen=True)
class CommittedDatabase:
    app: Flask
    servers: Servers
    name: str
    config: Config

    @property
    def url(self) -> str:
        return self.servers.url(self.name)

    @property
    def owner_url(self) -> str:
        return self.servers.owner_url(self.name)

    @property
    def environ(self) -> dict[str, str]:
        """Environment of a process that works on this database (a worker, a command)."""
        return {
            **os.environ,
            "DATABASE_URL": self.url,
            "DATABASE_OWNER_URL": self.owner_url,
            "REDIS_URL": self.config.redis_url,
            "SECRET_KEY": self.config.secret_key,
            "KEYS_DIR": str(self.config.keys_dir),
            "DATA_DIR": str(self.config.data_dir),
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        }

    def in_threads(self, work: Callable[[int], Any], count: int, actor: Actor | None = None) -> list[Any]:
        """Run `work(number)` in `count` threads at once, each with its own app context and session.

        Returns what each returned, or the exception it raised, in order.
        """

        def one(number: int) -> Any:
            with self.app.app_context():
                set_actor(actor or Actor.system("tests"))
                try:
                    return work(number)
                except Exception as error:
                    db.session.rollback()
                    return error
                finally:
                    db.session.remove()

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(one, range(count)))

    def work_queues(self) -> None:
        """Run all queued jobs in this process through RQ, as a worker does, until the queues are empty."""
        redis = self.app.extensions["redis"]
        SimpleWorker(list(QUEUES), connection=redis, serializer=JSONSerializer).work(burst=True)
