"""The processes the supervisor keeps alive, and what an earlier supervisor left running."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from eldercare.embedded.process import is_running, spawn, start_time, stop_child, stop_pid
from eldercare.embedded.secretfile import write_private

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
# A child that lived this long is well again: the next failure starts with a short pause.
HEALTHY_SECONDS = 60.0


@dataclass
class Backoff:
    """How long to wait before the next restart: doubled each time, short again after a healthy life."""

    pause: float = FIRST_PAUSE

    def next_pause(self, lived_seconds: float) -> float:
        if lived_seconds >= HEALTHY_SECONDS:
            self.pause = FIRST_PAUSE
        now, self.pause = self.pause, min(self.pause * 2, LONGEST_PAUSE)
        return now


@dataclass
class Child:
    """One process: its command, and how patiently it is stopped."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    cwd: Path
    log: Path
    patience: float = 10.0
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    restart_at: float | None = None
    backoff: Backoff = field(default_factory=Backoff)

    def start(self) -> None:
        self.process = spawn(self.command, log=self.log, environ=self.environ, cwd=str(self.cwd))
        self.started = time.monotonic()
        self.restart_at = None

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        if self.process is not None:
            stop_child(self.process, (signal.SIGTERM, signal.SIGKILL), self.patience)
            self.process = None

    def look_after(self, say: Callable[[str], None]) -> bool:
        """Restart it when it is dead and its pause is over. True when the process changed."""
        if self.is_alive():
            return False
        now = time.monotonic()
        if self.restart_at is None:
            pause = self.backoff.next_pause(now - self.started)
            code = self.process.returncode if self.process else None
            say(f"{self.name} ended ({_how(code)}); starting it again in {pause:g} s (log: {self.log})")
            self.restart_at = now + pause
        if now < self.restart_at:
            return False
        self.start()
        return True


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit {code}"


class PidList:
    """Pids and start times of all children in one file, for the supervisor after a kill -9 of this one."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def write(self, children: Sequence[Child]) -> None:
        entries = [
            {"name": child.name, "pid": child.process.pid, "started": start_time(child.process.pid)}
            for child in children
            if child.process is not None and child.is_alive()
        ]
        write_private(self.file, json.dumps(entries))

    def stop_left_over(self, say: Callable[[str], None]) -> None:
        """Stop every listed process that still runs and is the very one listed."""
        try:
            entries = json.loads(self.file.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return
        for entry in entries:
            pid, started = int(entry["pid"]), entry["started"]
            if started and pid != os.getpid() and is_running(pid, started):
                say(f"Stopping {entry['name']}, left running by an earlier start (process {pid})")
                stop_pid(pid, started, (signal.SIGTERM, signal.SIGKILL), 10.0)
        self.file.unlink(missing_ok=True)
