"""`eldercare up` as a user meets it: kill -9 of anything, Ctrl-C, a second start. Nothing is left running."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from eldercare.embedded.process import is_running
from tests.faults.house import RESTART_SECONDS, ROOT, START_SECONDS, House, changed, until

pytestmark = [pytest.mark.db, pytest.mark.faults]


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
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", house.port))
        taken.listen()
        process = house.up()
        assert process.wait(60) == 1
    assert f"Port {house.port}" in house.said()
