"""A whole installation run by `eldercare up` in a folder of its own, to kill processes of."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from eldercare.embedded.ports import free_port
from eldercare.embedded.process import die_with_parent

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS, RESTART_SECONDS = 180, 90
SETTINGS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "KEYS_DIR")


class House:
    """One data folder, and the supervisor that runs on it."""

    def __init__(self, folder: Path, *, demo: str = "none") -> None:
        self.folder = folder
        self.demo = demo
        self.port = free_port()
        self.process: subprocess.Popen[str] | None = None
        self.output = folder / "output.txt"

    @property
    def environ(self) -> dict[str, str]:
        environ = {name: value for name, value in os.environ.items() if name not in SETTINGS}
        environ |= {"DATA_DIR": str(self.folder / "data"), "PORT": str(self.port), "WEB_PROCESSES": "1", "WORKERS": "1"}
        environ |= {"HOME": "/nonexistent", "PYTHONPATH": str(ROOT)}
        return environ

    def command(self, *words: str) -> str:
        """What `eldercare ...` writes; it must succeed."""
        done = subprocess.run(
            [sys.executable, "-m", "eldercare", *words],
            cwd=ROOT, env=self.environ, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def up(self) -> subprocess.Popen[str]:
        tests = os.getpid()
        with self.output.open("a") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "eldercare", "up", "--demo", self.demo],
                cwd=ROOT, env=self.environ, stdout=output, stderr=subprocess.STDOUT, text=True, process_group=0,
                # A test run that is itself killed leaves no house behind.
                preexec_fn=lambda: die_with_parent(tests),  # noqa: PLW1509 - only a system call
            )  # fmt: skip

    def start(self) -> None:
        before = self.said().count("eldercare runs at")
        self.process = self.up()
        started = until(lambda: self.said().count("eldercare runs at") > before, START_SECONDS, self.process)
        assert started, self.said()

    def said(self) -> str:
        return self.output.read_text() if self.output.exists() else ""

    def pids(self) -> dict[str, int]:
        """Every process by name: children, PostgreSQL, Redis."""
        data = self.folder / "data"
        children = json.loads((data / "run/children.json").read_text())
        postgres = (data / "postgres/data/postmaster.pid").read_text().split()[0]
        redis = (data / "redis/data/redis.pid").read_text().strip()
        return {one["name"]: one["pid"] for one in children} | {"PostgreSQL": int(postgres), "Redis": int(redis)}

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


def until(condition: Callable[[], bool], seconds: float, process: subprocess.Popen[str] | None = None) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        if process is not None and process.poll() is not None:
            return condition()
        time.sleep(0.1)
    return False


def changed(house: House, name: str, old: int) -> bool:
    """The process has a successor, and the house is ready."""
    try:
        return house.pids().get(name, old) != old and house.is_ready()
    except (OSError, ValueError, IndexError):
        return False
