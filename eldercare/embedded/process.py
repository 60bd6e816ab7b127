"""Child processes that die with us, and processes known by pid *and* start time."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from eldercare.embedded.account import Account

PR_SET_PDEATHSIG = 1
LOG_LIMIT = 20 * 1024 * 1024
_libc = ctypes.CDLL(None, use_errno=True)


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    account: Account | None = None,
    environ: Mapping[str, str] | None = None,
    cwd: str = "/",
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a child that gets `death_signal` when we die, even by SIGKILL. Call from the main thread only.

    The child has a process group of its own: Ctrl-C reaches the supervisor alone, which stops the others in order.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(log.suffix + ".1"))
    who: dict[str, Any] = {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}
    with log.open("ab") as out:
        child: subprocess.Popen[bytes] = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=dict(environ) if environ is not None else None,
            process_group=0,
            preexec_fn=_dies_with(os.getpid(), death_signal),  # noqa: PLW1509 - only a system call
            **who,
        )
        return child


def _dies_with(parent: int, death_signal: signal.Signals) -> Callable[[], None]:
    """Runs in the child after it changed its account (which would clear the setting)."""

    return lambda: die_with_parent(parent, death_signal)


def die_with_parent(parent: int, death_signal: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel for `death_signal` when the process `parent` ends; leave at once when it already has."""
    _libc.prctl(PR_SET_PDEATHSIG, int(death_signal))
    if os.getppid() != parent:
        os._exit(1)


def start_time(pid: int) -> str | None:
    """The kernel's start time of a process in ticks since boot; None when it does not run (a zombie does not)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else fields[19]


def is_running(pid: int, started: str | None = None) -> bool:
    """Whether that very process runs; a pid given to another process since does not count."""
    now = start_time(pid)
    return now is not None and (started is None or now == started)


def stop_pid(pid: int, started: str | None, signals: Sequence[signal.Signals], patience: float) -> bool:
    """Send each signal in turn, `patience` seconds apart, until the process is gone. True when it is."""
    for sent in signals:
        if not is_running(pid, started):
            return True
        with suppress(ProcessLookupError):
            os.kill(pid, sent)
        if wait_until(lambda: not is_running(pid, started), patience):
            return True
    return not is_running(pid, started)


def stop_child(child: subprocess.Popen[bytes], signals: Sequence[signal.Signals], patience: float) -> None:
    """As `stop_pid` for our own child, and reap it."""
    for sent in signals:
        if child.poll() is not None:
            return
        child.send_signal(sent)
        with suppress(subprocess.TimeoutExpired):
            child.wait(patience)
            return


def wait_until(condition: Callable[[], bool], seconds: float, step: float = 0.05) -> bool:
    deadline = time.monotonic() + seconds
    while True:
        if condition():
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(step)
