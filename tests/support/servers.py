"""One PostgreSQL and one Redis for a whole test run, and databases copied from one migrated template."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from eldercare import migrate
from eldercare.embedded.postgres import APP, OWNER, SUPERUSER, EmbeddedPostgres, prepare_database
from eldercare.embedded.redis import EmbeddedRedis
from tests.support.scratch import scratch_folder

FOLDER_VARIABLE = "ELDERCARE_TEST_SERVERS"
BINARIES_VARIABLE = "ELDERCARE_TEST_PG_BIN"
TEMPLATE = "eldercare_template"


class Servers:
    """Handles on the run's servers. The process that started them stops them; xdist workers only use them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        binaries = os.environ.get(BINARIES_VARIABLE)
        self.postgres = EmbeddedPostgres(folder / "postgres", binaries=Path(binaries) if binaries else None, fast=True)
        self.redis = EmbeddedRedis(folder / "redis", fast=True)

    @classmethod
    def start(cls) -> Servers:
        folder = scratch_folder()
        servers = cls(folder)
        servers.postgres.start()
        servers.redis.start()
        os.environ[FOLDER_VARIABLE] = str(folder)
        return servers

    @classmethod
    def running(cls) -> Servers | None:
        folder = os.environ.get(FOLDER_VARIABLE)
        return cls(Path(folder)) if folder else None

    def stop(self) -> None:
        os.environ.pop(FOLDER_VARIABLE, None)
        self.redis.stop()
        self.postgres.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _execute(self, *statements: sql.Composed) -> None:
        with psycopg.connect(self.postgres.conninfo(), autocommit=True) as server:
            for statement in statements:
                server.execute(statement)

    def template(self) -> str:
        """The migrated, empty database; the first that asks builds it."""
        with self._locked():
            if not (self.folder / "template").exists():
                self._drop(TEMPLATE)
                self._execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(TEMPLATE), sql.Identifier(OWNER))
                )
                prepare_database(self.postgres.conninfo(SUPERUSER, TEMPLATE))
                migrate.upgrade(self.postgres.url(OWNER, TEMPLATE))
                (self.folder / "template").touch()
        return TEMPLATE

    def copy(self, name: str) -> str:
        """A fresh database like the template; returns its name."""
        template = self.template()
        self._drop(name)
        # Default privileges and grants lie in the database and come along.
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                sql.Identifier(name), sql.Identifier(template), sql.Identifier(OWNER)
            )
        )
        return name

    def drop(self, name: str) -> None:
        self._drop(name)

    def _drop(self, name: str) -> None:
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def url(self, database: str) -> str:
        """As the role of web and workers, which owns no table."""
        return self.postgres.url(APP, database)

    def owner_url(self, database: str) -> str:
        return self.postgres.url(OWNER, database)
