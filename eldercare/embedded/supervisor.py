"""`eldercare up`: starts everything, keeps it alive, stops it in order."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

from eldercare.embedded import setup
from eldercare.embedded.children import Backoff, Child, PidList
from eldercare.embedded.installation import Installation
from eldercare.embedded.ports import LOOPBACK, is_free

ROOT = Path(__file__).resolve().parent.parent.parent
WEB_PATIENCE = 15.0
# A running job may finish; whatever is cut off is rung again from its row.
WORKER_PATIENCE = 20.0
READY_SECONDS = 90.0
LOOK_EVERY_SECONDS = 0.25


class StartFailed(RuntimeError):
    """The start cannot go on; the text says why and what to do."""


class Supervisor:
    """Runs in the main thread. `environ` decides: embedded servers, or the addresses it names."""

    def __init__(
        self,
        installation: Installation,
        environ: Mapping[str, str],
        *,
        embedded: bool,
        port: int,
        demo: str,
        say: Callable[[str], None],
    ) -> None:
        self.installation = installation
        self.base = dict(environ)
        self.embedded = embedded
        self.port = port
        self.demo = demo
        self.say = say
        self.children: list[Child] = []
        self.pids = PidList(installation.run_dir / "children.json")
        self._stopping = threading.Event()
        self._server_backoff = {"PostgreSQL": Backoff(), "Redis": Backoff()}
        self._server_due = {"PostgreSQL": 0.0, "Redis": 0.0}
        self._server_started = dict.fromkeys(self._server_due, 0.0)

    @property
    def address(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def run(self) -> None:
        """Start, watch until a signal asks to stop, stop. Raises AlreadyRunning or StartFailed."""
        self.installation.hold("eldercare up", self.address)
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, self._ask_to_stop)
        try:
            self._start()
            while not self._stopping.wait(LOOK_EVERY_SECONDS):
                self._look_after_all()
        except setup.Stopped:
            pass
        finally:
            self._stop_all()
            self.installation.release()

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        if self._stopping.is_set():
            return
        self._stopping.set()
        self.say("\nStopping …")

    # --- start ----------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        begun = time.monotonic()
        self.pids.stop_left_over(self.say)
        if not is_free(self.port):
            raise StartFailed(
                f"Port {self.port} of {LOOPBACK} is taken by another program. Set PORT to a free one, for instance: PORT=8010 make run"
            )
        steps = setup.Steps(self.say, self._stopping)
        if self.embedded:
            with steps.step("PostgreSQL"):
                self.installation.postgres.start()
            with steps.step("Redis"):
                self.installation.redis.start()
        owner_environ, environ = setup.environments(self.installation, self.base, embedded=self.embedded)
        environ["PORT"] = owner_environ["PORT"] = str(self.port)
        with steps.step("Database schema"):
            setup.prepare(owner_environ, self.installation.run_dir / "prepared", steps)
        sign_ins = setup.load_demo(self.installation, owner_environ, self.demo, steps) if self.embedded else []
        self.children = self._make_children(environ)
        with steps.step("Web server"):
            self._start_child(self.children[0])
            self._wait_until_ready()
        with steps.step("Workers, scheduler"):
            for child in self.children[1:]:
                self._start_child(child)
        self._announce(sign_ins, time.monotonic() - begun)

    def _make_children(self, environ: dict[str, str]) -> list[Child]:
        run_dir, python = self.installation.run_dir, sys.executable
        metrics = run_dir / "metrics"
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir(parents=True)
        environ = {**environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), environ.get("PYTHONPATH"))))}
        gunicorn = [
            python,
            "-m",
            "gunicorn",
            "wsgi:application",
            "--worker-class=gthread",
            f"--bind={LOOPBACK}:{self.port}",
        ]
        gunicorn += [
            f"--workers={_number(environ, 'WEB_PROCESSES', 2)}",
            f"--threads={_number(environ, 'WEB_THREADS', 8)}",
        ]
        gunicorn += ["--timeout=120", "--graceful-timeout=10", "--no-control-socket", "--preload"]
        web = Child(
            "web server",
            gunicorn,
            {**environ, "PROMETHEUS_MULTIPROC_DIR": str(metrics)},
            ROOT,
            run_dir / "web.log",
            WEB_PATIENCE,
        )
        workers = [
            Child(
                f"worker {n}",
                [python, "-m", "workers.run"],
                environ,
                ROOT,
                run_dir / f"worker-{n}.log",
                WORKER_PATIENCE,
            )
            for n in range(1, _number(environ, "WORKERS", 2) + 1)
        ]
        scheduler = Child("scheduler", [python, "-m", "workers.schedule"], environ, ROOT, run_dir / "scheduler.log")
        return [web, *workers, scheduler]

    def _start_child(self, child: Child) -> None:
        child.start()
        self.pids.write(self.children)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        web = self.children[0]
        while time.monotonic() < deadline:
            if self._stopping.is_set():
                raise setup.Stopped
            if self._answers():
                return
            if not web.is_alive():
                raise StartFailed(f"The web server did not start; the end of {web.log}:\n{_end_of(web.log)}")
            time.sleep(0.1)
        raise StartFailed(
            f"The web server did not become ready within {READY_SECONDS:g} s; see {web.log}\n{_end_of(web.log)}"
        )

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=5) as answer:  # noqa: S310 - our own address
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _announce(self, sign_ins: list[dict[str, str]], seconds: float) -> None:
        self.say(f"\neldercare runs at {self.address}  (started in {seconds:.1f} s; Ctrl-C stops it)")
        if sign_ins:
            self.say("\nDemo sign-ins (invented people and homes):")
            for one in sign_ins:
                self.say(f"  {one['role']:<17} {one['username']:<17} {one['password']}")
        self.say(f"\nData: {self.installation.data_dir}   Logs: {self.installation.run_dir}")

    # --- watch ----------------------------------------------------------------------------------------------------

    def _look_after_all(self) -> None:
        if self.embedded:
            self._look_after("PostgreSQL", self.installation.postgres.is_alive, self.installation.postgres.start)
            self._look_after("Redis", self.installation.redis.is_alive, self.installation.redis.start)
        changed = [child.look_after(self.say) for child in self.children]
        if any(changed):
            self.pids.write(self.children)

    def _look_after(self, name: str, is_alive: Callable[[], bool], start: Callable[[], None]) -> None:
        if is_alive() or time.monotonic() < self._server_due[name]:
            return
        self.say(f"{name} ended; starting it again")
        try:
            start()
        except (OSError, RuntimeError) as error:
            pause = self._server_backoff[name].next_pause(time.monotonic() - self._server_started[name])
            self._server_due[name] = time.monotonic() + pause
            self.say(f"{name} did not start ({error}); trying again in {pause:g} s")
            return
        self._server_started[name] = time.monotonic()
        self.say(f"{name} runs again")

    # --- stop -----------------------------------------------------------------------------------------------------

    def _stop_all(self) -> None:
        """Scheduler, workers and web first, at once; then the servers they use."""
        for child in reversed(self.children):
            if child.process is not None and child.is_alive():
                child.process.send_signal(signal.SIGTERM)
        for child in reversed(self.children):
            child.stop()
        if self.embedded:
            self.installation.stop_servers()
        self.pids.file.unlink(missing_ok=True)
        self.say("Stopped.")


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, "")
    if not text:
        return default
    if not text.isdigit() or not 1 <= int(text) <= 64:
        raise StartFailed(f"{name} must be a number from 1 to 64, not {text!r}")
    return int(text)


def _end_of(log: Path, size: int = 3000) -> str:
    return log.read_bytes()[-size:].decode("utf-8", "replace") if log.exists() else ""
