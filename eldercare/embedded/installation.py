"""Where an installation keeps its things, and the environment its processes get."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from eldercare.embedded.keys import ensure_keys
from eldercare.embedded.postgres import APP, OWNER, EmbeddedPostgres
from eldercare.embedded.redis import EmbeddedRedis

DEFAULT_PORT = 8000


class AlreadyRunning(RuntimeError):
    """Another process holds this data folder; the text says which and where it answers."""


def is_embedded(environ: Mapping[str, str]) -> bool:
    """With either address given (or its file), nothing embedded is used."""
    return not any(environ.get(name) for name in ("DATABASE_URL", "DATABASE_URL_FILE", "REDIS_URL", "REDIS_URL_FILE"))


@dataclass
class Installation:
    """A data folder: `postgres/`, `redis/`, `keys/`, `run/` (lock, logs)."""

    data_dir: Path
    say: Callable[[str], None] = print

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ, say: Callable[[str], None] = print) -> Installation:
        return cls(Path(environ.get("DATA_DIR") or "var").resolve(), say)

    def __post_init__(self) -> None:
        self.postgres = EmbeddedPostgres(self.data_dir / "postgres", say=self.say)
        self.redis = EmbeddedRedis(self.data_dir / "redis", say=self.say)
        self._lock: IO[str] | None = None

    @property
    def run_dir(self) -> Path:
        return self.data_dir / "run"

    @property
    def keys_dir(self) -> Path:
        return self.data_dir / "keys"

    def make_folders(self) -> None:
        for folder in (self.data_dir, self.run_dir):
            folder.mkdir(parents=True, exist_ok=True)

    # --- one holder at a time -------------------------------------------------------------------------------------

    def hold(self, what: str, address: str = "") -> None:
        """Take the folder's lock for as long as this process lives. Raises AlreadyRunning."""
        self.make_folders()
        lock = (self.run_dir / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise AlreadyRunning(self._who_holds()) from None
        lock.seek(0)
        lock.truncate()
        json.dump({"pid": os.getpid(), "what": what, "address": address}, lock)
        lock.flush()
        self._lock = lock

    def release(self) -> None:
        if self._lock is not None:
            self._lock.truncate(0)
            self._lock.close()
            self._lock = None

    def holder(self) -> dict[str, Any]:
        """Who wrote into the lock last: pid, what, address. Empty when nobody holds it."""
        try:
            with (self.run_dir / "lock").open() as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    found: dict[str, Any] = json.loads(lock.read() or "{}")
                    return found or {"what": "another command", "address": ""}
        except (FileNotFoundError, json.JSONDecodeError):
            pass
        return {}

    def _who_holds(self) -> str:
        found = self.holder()
        where = f" at {found['address']}" if found.get("address") else ""
        return (
            f"eldercare already runs{where} (process {found.get('pid', '?')}, {found.get('what', 'starting')}) "
            f"with the data in {self.data_dir}. Stop it first, or set DATA_DIR and PORT for a second one."
        )

    # --- environment ----------------------------------------------------------------------------------------------

    def environ(self, base: Mapping[str, str] = os.environ) -> dict[str, str]:
        """What processes of this installation need to know. The owner's address is not in it."""
        return {
            **base,
            "DATABASE_URL": self.postgres.url(APP),
            "REDIS_URL": self.redis.url,
            "SECRET_KEY": ensure_keys(self.keys_dir),
            "KEYS_DIR": str(self.keys_dir),
            "DATA_DIR": str(self.data_dir),
        }

    def owner_environ(self, base: Mapping[str, str] = os.environ) -> dict[str, str]:
        """The same for migrations and the demo, which work as the owner of the tables."""
        return {**self.environ(base), "DATABASE_OWNER_URL": self.postgres.url(OWNER)}

    def start_servers(self) -> None:
        self.postgres.start()
        self.redis.start()

    def stop_servers(self) -> None:
        self.redis.stop()
        self.postgres.stop()

    @contextmanager
    def for_command(self, what: str) -> Iterator[dict[str, str]]:
        """The environment for one command: on the running servers, or on servers started for it."""
        if self.holder():
            yield self.owner_environ()
            return
        self.hold(what)
        try:
            self.start_servers()
            yield self.owner_environ()
        finally:
            self.stop_servers()
            self.release()

    @contextmanager
    def servers_for_restore(self) -> Iterator[str]:
        """The owner's address of a started PostgreSQL; makes no keys, because those come from the backup."""
        self.hold("eldercare restore")
        try:
            self.postgres.start()
            yield self.postgres.url(OWNER)
        finally:
            self.postgres.stop()
            self.release()


def external_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """The given environment, with keys made under DATA_DIR when no secret is configured."""
    data_dir = Path(environ.get("DATA_DIR") or "var").resolve()
    keys_dir = Path(environ.get("KEYS_DIR") or data_dir / "keys")
    secret = ensure_keys(keys_dir)
    given = environ.get("SECRET_KEY") or environ.get("SECRET_KEY_FILE")
    return {**environ, **({} if given else {"SECRET_KEY": secret})}
