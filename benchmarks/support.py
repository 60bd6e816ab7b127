"""Servers of a benchmark's own, medians of alternating runs, and the line that is printed."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import create_engine

from eldercare import migrate
from eldercare.core.config import Config
from eldercare.core.db import Model
from eldercare.embedded.keys import ensure_keys
from eldercare.embedded.postgres import APP, DATABASE, OWNER, EmbeddedPostgres
from eldercare.embedded.redis import EmbeddedRedis

RUNS = 5
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Result:
    """`ratio` is figure / floor. `at_least`: the goal is a lower bound (rates), else an upper one (times)."""

    name: str
    figure: float
    floor: float
    ratio: float
    goal: float
    at_least: bool
    unit: str
    n: int

    @property
    def holds(self) -> bool:
        return self.ratio >= self.goal if self.at_least else self.ratio <= self.goal


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def alternate(
    name: str,
    figure: Callable[[], float],
    floor: Callable[[], float],
    *,
    goal: float,
    at_least: bool,
    unit: str,
    tiny: bool = False,
) -> Result:
    """The median of five figures and of five floors, taken in turn, so that a busy minute hits both."""
    figures: list[float] = []
    floors: list[float] = []
    runs = 1 if tiny else RUNS
    for number in range(runs):
        # Who goes first changes too.
        for measure, found in ((floor, floors), (figure, figures))[:: 1 if number % 2 else -1]:
            found.append(measure())
        say(f"{name} run {number + 1}: figure {figures[-1]:.4g} floor {floors[-1]:.4g} {unit}")
    top, bottom = statistics.median(figures), statistics.median(floors)
    return Result(name, round(top, 4), round(bottom, 4), round(top / bottom, 3), goal, at_least, unit, runs)


@dataclass(frozen=True)
class Installation:
    """A migrated, empty installation with durable servers, as a user's would be."""

    folder: Path
    postgres: EmbeddedPostgres
    redis: EmbeddedRedis

    @property
    def config(self) -> Config:
        return Config(
            database_url=self.postgres.url(APP, DATABASE),
            database_owner_url=self.postgres.url(OWNER, DATABASE),
            redis_url=self.redis.url_of(0),
            secret_key="only for benchmarks " * 3,
            keys_dir=self.folder / "keys",
            data_dir=self.folder,
            log_level="ERROR",
        )

    @property
    def environ(self) -> dict[str, str]:
        """The same for a process of its own."""
        config = self.config
        return os.environ | {
            "DATABASE_URL": config.database_url,
            "DATABASE_OWNER_URL": config.database_owner_url,
            "REDIS_URL": config.redis_url,
            "SECRET_KEY": config.secret_key,
            "DATA_DIR": str(self.folder),
            "KEYS_DIR": str(config.keys_dir),
            "LOG_LEVEL": config.log_level,
            "PYTHONPATH": str(ROOT),
        }

    def owner(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.postgres.conninfo(OWNER, DATABASE), autocommit=True)


@contextmanager
def installation() -> Iterator[Installation]:
    """Servers in a folder under /var/tmp (traversable for the account that root drops to), removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="eldercare-bench-", dir="/var/tmp"))
    folder.chmod(0o711)
    made = Installation(folder, EmbeddedPostgres(folder / "postgres"), EmbeddedRedis(folder / "redis"))
    try:
        made.postgres.start()
        made.redis.start()
        ensure_keys(folder / "keys")
        _schema(made)
        yield made
    finally:
        made.redis.stop()
        made.postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def processes(made: Installation, commands: Sequence[Sequence[str]]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Python processes of the application (`-m ...`), ended at the end; what they say goes to files in the folder."""
    started = []
    try:
        for number, command in enumerate(commands):
            with (made.folder / f"process-{number}.log").open("wb") as log:
                started.append(
                    subprocess.Popen(
                        [sys.executable, "-m", *command], cwd=ROOT, env=made.environ, stdout=log, stderr=log
                    )
                )
        yield started
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def _schema(made: Installation) -> None:
    owner_url = made.postgres.url(OWNER, DATABASE)
    if migrate.head() is not None:
        migrate.upgrade(owner_url)
        return
    migrate.import_models()
    engine = create_engine(owner_url)
    Model.metadata.create_all(engine)
    engine.dispose()


def start_again(made: Installation) -> None:
    """The database as `keep` left it. Nobody else may be connected."""
    _copy_database(made, f"{DATABASE}_kept", DATABASE)


def keep(made: Installation) -> None:
    """Remember the database as it is now."""
    _copy_database(made, DATABASE, f"{DATABASE}_kept")


def _copy_database(made: Installation, source: str, target: str) -> None:
    names = {"source": sql.Identifier(source), "target": sql.Identifier(target), "owner": sql.Identifier(OWNER)}
    with psycopg.connect(made.postgres.conninfo(), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {target} WITH (FORCE)").format(**names))
        server.execute(sql.SQL("CREATE DATABASE {target} TEMPLATE {source} OWNER {owner}").format(**names))


def analyze(made: Installation) -> None:
    """What autovacuum would have done by now."""
    with psycopg.connect(made.postgres.conninfo(database=DATABASE), autocommit=True) as server:
        server.execute(sql.SQL("VACUUM ANALYZE"))
        server.execute(sql.SQL("CHECKPOINT"))
