"""`eldercare up` as a user meets it: kill -9 of anything, Ctrl-C, a second start. Nothing is left running."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eldercare.embedded.ports import free_port
from eldercare.embedded.process import is_running

pytestmark = [pytest.mark.db, pytest.mark.faults]
ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS, RESTART_SECONDS = 120, 60
SETTINGS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "KEYS_DIR")


class House:
    """One data folder, and the supervisor that runs on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[str] | None = None
        self.output = folder / "output.txt"

    def up(self) -> subprocess.Popen[str]:
        environ = {name: value for name, value in os.environ.items() if name not in SETTINGS}
        environ |= {"DATA_DIR": str(self.folder / "data"), "PORT": str(self.port), "WEB_PROCESSES": "1", "WORKERS": "1"}
        environ |= {"HOME": "/nonexistent", "PYTHONPATH": str(ROOT)}
        with self.output.open("a") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "eldercare", "up", "--demo", "none"],
                cwd=ROOT, env=environ, stdout=output, stderr=subprocess.STDOUT, text=True, process_group=0,
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


@pytest.fixture
def house() -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="eldercare-test-", dir="/var/tmp"))
    folder.chmod(0o711)
    house = House(folder)
    yield house
    if house.process is not None and house.process.poll() is None:
        house.process.kill()
        house.process.wait()
        time.sleep(2)
    shutil.rmtree(folder, ignore_errors=True)


def test_every_process_killed_comes_back_and_ctrl_c_leaves_nothing(house: House) -> None:
    house.start()
    for name in ("web server", "worker 1", "scheduler", "Redis", "PostgreSQL"):
        old = house.pids()[name]
        os.kill(old, signal.SIGKILL)
        assert until(lambda name=name, old=old: changed(house, name, old), RESTART_SECONDS), f"{name}\n{house.said()}"
    everything = house.pids()
    assert house.stop() == 0
    assert [name for name, pid in everything.items() if is_running(pid)] == []
    assert not house.is_ready()


def test_after_kill_9_of_the_supervisor_the_next_start_takes_over(house: House) -> None:
    house.start()
    second = house.up()
    assert second.wait(30) == 1
    assert f"already runs at http://127.0.0.1:{house.port}" in house.said()

    before = house.pids()
    assert house.process is not None
    house.process.kill()
    house.process.wait()
    begun = time.monotonic()
    house.start()
    assert time.monotonic() - begun < START_SECONDS
    assert house.is_ready()
    assert [name for name, pid in before.items() if is_running(pid)] == []
    # The keys and passwords of the first start still hold.
    assert house.stop() == 0


def test_nothing_is_embedded_when_an_address_is_given(house: House) -> None:
    environ = {**os.environ, "DATA_DIR": str(house.folder / "data"), "PORT": str(house.port), "PYTHONPATH": str(ROOT)}
    environ |= {"REDIS_URL": "redis://127.0.0.1:1/0"}
    environ.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-m", "eldercare", "up"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "DATABASE_URL is not set" in done.stderr
    assert not (house.folder / "data" / "postgres").exists()


def test_a_taken_port_is_said(house: House) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", house.port))
        taken.listen()
        process = house.up()
        assert process.wait(60) == 1
    assert f"Port {house.port}" in house.said()
