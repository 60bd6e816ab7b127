"""What is done once before the processes start: environment, migrations, the demo."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from eldercare import migrate as migrations
from eldercare.embedded.installation import Installation, external_environ
from eldercare.embedded.postgres import APP, DATABASE
from eldercare.embedded.process import die_with_parent
from eldercare.embedded.secretfile import write_private

ROOT = Path(__file__).resolve().parent.parent.parent
SIGN_INS_FILE = "demo-sign-ins.json"
DEMO_MARK = "demo"
# What `eldercare prepare` lays: data and the code that reads it.
SHIPPED = ("policy", "regions", "packstore")


class Stopped(Exception):
    """The user asked to stop while something was being set up."""


class Steps:
    """Says what is being done and how long it took; a stop is noticed between and inside steps."""

    def __init__(self, say: Callable[[str], None], stopping: threading.Event) -> None:
        self.say = say
        self.stopping = stopping

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.check()
        self.say(f"· {name} …")
        begun = time.monotonic()
        yield
        self.say(f"✓ {name} ({time.monotonic() - begun:.1f} s)")
        self.check()

    def check(self) -> None:
        if self.stopping.is_set():
            raise Stopped

    def command(self, *words: str, environ: Mapping[str, str]) -> None:
        """Run `eldercare ...` as a process of its own and show what it says."""
        me = os.getpid()
        process = subprocess.Popen(
            [sys.executable, "-m", "eldercare", *words],
            cwd=ROOT,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
            preexec_fn=lambda: die_with_parent(me),  # noqa: PLW1509 - only a system call
        )
        said = self._relay(process)
        if self.stopping.is_set():
            raise Stopped
        if process.returncode != 0:
            raise RuntimeError(f"`eldercare {' '.join(words)}` failed:\n{said}")

    def _relay(self, process: subprocess.Popen[str]) -> str:
        lines: list[str] = []

        def read() -> None:
            for line in process.stdout or ():
                lines.append(line)
                self.say("    " + line.rstrip())

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        while process.poll() is None:
            if self.stopping.wait(0.1):
                process.terminate()
        reader.join(5)
        if process.stdout is not None:
            process.stdout.close()
        return "".join(lines[-40:])


def environments(
    installation: Installation, base: Mapping[str, str], *, embedded: bool
) -> tuple[dict[str, str], dict[str, str]]:
    """(for migrations and the demo, for web and workers): only the first knows the owner's address."""
    if embedded:
        return installation.owner_environ(base), installation.environ(base)
    owner = external_environ(base)
    plain = {name: value for name, value in owner.items() if not name.startswith("DATABASE_OWNER_URL")}
    return owner, plain


def prepare(owner_environ: Mapping[str, str], stamp: Path, steps: Steps) -> None:
    """To the newest revision, with divisions and policy packs as shipped.

    `stamp` remembers what was laid into which database, so that later starts need not look at every row.
    """
    from eldercare.core.config import Config

    url = Config.from_env(owner_environ).database_owner_url
    if migrations.present(url) != migrations.head():
        steps.command("db", "upgrade", environ=owner_environ)
    shipped = f"{_identity(url)} {migrations.head()} {_shipped_hash()}"
    if stamp.exists() and stamp.read_text() == shipped:
        return
    steps.command("prepare", environ=owner_environ)
    write_private(stamp, shipped)


def _identity(url: str) -> str:
    """Which database this is, also when another one is put under the same address."""
    query = (
        "SELECT s.system_identifier, d.oid FROM pg_control_system() s, pg_database d WHERE datname = current_database()"
    )
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        return " ".join(str(part) for part in connection.execute(query).fetchone() or ())


def _shipped_hash() -> str:
    digest = hashlib.sha256()
    for folder in SHIPPED:
        for path in sorted((ROOT / "eldercare" / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def load_demo(installation: Installation, environ: Mapping[str, str], demo: str, steps: Steps) -> list[dict[str, str]]:
    """Load the demonstration once per data folder (one transaction: wholly or not at all); its sign-ins."""
    file = installation.run_dir / SIGN_INS_FILE
    if demo == "none":
        return []
    if not demo_is_loaded(installation):
        with steps.step("Demo data"):
            steps.command("demo", *(["--small"] if demo == "small" else []), environ=environ)
        file.unlink(missing_ok=True)
    if not file.exists():
        write_private(file, _ask_sign_ins(environ))
    listed: list[dict[str, str]] = json.loads(file.read_text())
    return listed


def _ask_sign_ins(environ: Mapping[str, str]) -> str:
    command = [sys.executable, "-m", "eldercare", "demo", "--sign-ins"]
    done = subprocess.run(command, cwd=ROOT, env=dict(environ), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"The demo's sign-ins could not be listed:\n{done.stderr[-2000:]}")
    return done.stdout.strip().splitlines()[-1]


def demo_is_loaded(installation: Installation) -> bool:
    with psycopg.connect(installation.postgres.conninfo(APP, DATABASE)) as connection:
        row = connection.execute("SELECT 1 FROM installation_mark WHERE name = %s", (DEMO_MARK,)).fetchone()
    return row is not None
