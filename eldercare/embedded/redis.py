"""A private Redis with a password, its own folder and port. It holds bells, never facts."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import redis

from eldercare.embedded import binaries
from eldercare.embedded.account import drop_account, reachable_copy, reachable_folder
from eldercare.embedded.ports import LOOPBACK, claim_port, kept_port
from eldercare.embedded.process import spawn, start_time, stop_child, stop_pid
from eldercare.embedded.secretfile import kept_secret, write_private

START_PATIENCE = 20.0
STOP_PATIENCE = 10.0


class EmbeddedRedis:
    """Redis in `folder`, append-only file on unless `fast`."""

    def __init__(
        self,
        folder: Path,
        *,
        binary: Path | None = None,
        fast: bool = False,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.folder = folder.resolve()
        self.fast = fast
        self._say = say
        self._explicit = binary
        self._account = drop_account()
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return reachable_folder(self.folder / "data", self._account)

    @property
    def log(self) -> Path:
        return self.folder / "redis.log"

    @property
    def port(self) -> int:
        port = kept_port(self.folder / "port")
        if port is None:
            raise RuntimeError(f"Redis in {self.folder} was never started.")
        return port

    @property
    def password(self) -> str:
        return kept_secret(self.folder / "password", lambda: secrets.token_urlsafe(32))

    @property
    def url(self) -> str:
        return self.url_of(0)

    def url_of(self, database: int) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def is_alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child is not None and self.is_alive() else None

    def start(self) -> None:
        if self.is_alive():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._stop_left_over()
        deadline = time.monotonic() + START_PATIENCE
        while not self._launch():
            if time.monotonic() > deadline:
                raise RuntimeError(f"Redis did not start; see {self.log}")
            time.sleep(0.2)

    def stop(self) -> None:
        if self._child is not None:
            stop_child(self._child, (signal.SIGTERM, signal.SIGKILL), STOP_PATIENCE)
            self._child = None

    def left_over(self) -> int | None:
        """Pid of a Redis that works in our folder though we did not start it."""
        with suppress(FileNotFoundError, ValueError):
            pid = int((self.data / "redis.pid").read_text())
            with suppress(OSError):
                if start_time(pid) is not None and Path(os.readlink(f"/proc/{pid}/cwd")) == self.data.resolve():
                    return pid
        return None

    def _stop_left_over(self) -> None:
        pid = self.left_over()
        if pid is not None:
            self._say(f"Stopping the Redis that was left running (process {pid})")
            stop_pid(pid, start_time(pid), (signal.SIGTERM, signal.SIGKILL), STOP_PATIENCE)

    def _launch(self) -> bool:
        port = claim_port(self.folder / "port")
        config = self.data / "redis.conf"
        write_private(config, self._config(port))
        if self._account is not None:
            self._account.own(self.data)
            for path in self.data.rglob("*"):
                self._account.own(path)
        server = binaries.redis_server(self._explicit)
        server = reachable_copy(server.parent, self._account) / server.name
        self._child = spawn(
            [str(server), str(config)], log=self.log, account=self._account, death_signal=signal.SIGTERM
        )
        return self._answers()

    def _answers(self) -> bool:
        """Wait for PING; loading a long append-only file answers BusyLoading meanwhile."""
        client = redis.Redis.from_url(self.url, socket_connect_timeout=2)
        try:
            while self.is_alive():
                with suppress(redis.exceptions.ConnectionError):
                    client.ping()
                    return True
                time.sleep(0.02)
            return False
        finally:
            client.close()

    def _config(self, port: int) -> str:
        lines = {
            "bind": LOOPBACK,
            "port": str(port),
            "requirepass": self.password,
            "dir": str(self.data),
            "pidfile": str(self.data / "redis.pid"),
            "save": '""',
            "appendonly": "no" if self.fast else "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return "".join(f"{name} {value}\n" for name, value in lines.items())
