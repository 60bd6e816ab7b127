"""A private PostgreSQL: its own folder, port, passwords and roles."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg import sql

from eldercare.embedded import binaries as programs
from eldercare.embedded.account import drop_account, reachable_copy, reachable_folder
from eldercare.embedded.ports import LOOPBACK, claim_port, kept_port
from eldercare.embedded.process import spawn, start_time, stop_child, stop_pid
from eldercare.embedded.secretfile import kept_json

SUPERUSER = "eldercare_super"
OWNER = "eldercare_owner"
APP = "eldercare_app"
DATABASE = "eldercare"
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")
# After kill -9 of the server its last backends keep the lock file's shared memory for a moment.
TRANSIENT = ("lock file", "pre-existing shared memory block", "could not bind", "Address already in use")
START_PATIENCE = 20.0
STOP_PATIENCE = 30.0
SMALL_SHM = 256 * 1024 * 1024


class EmbeddedPostgres:
    """PostgreSQL in `folder`. `fast=True` gives up durability and is for tests only."""

    def __init__(
        self,
        folder: Path,
        *,
        binaries: Path | None = None,
        fast: bool = False,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.folder = folder.resolve()
        self.fast = fast
        self._say = say
        self._explicit = binaries
        self._account = drop_account()
        self._bin: Path | None = None
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def bin(self) -> Path:
        """Folder of the programs, in a place the server's account can reach."""
        if self._bin is None:
            found = programs.postgres_folder(self._explicit)
            root = reachable_copy(programs.postgres_root(found), self._account)
            if root != programs.postgres_root(found):
                self._say(
                    f"PostgreSQL programs copied to {root}, where '{self._account.name if self._account else ''}' can read them"
                )
            self._bin = root / found.name
        return self._bin

    @property
    def data(self) -> Path:
        """The cluster's folder. Under /var/tmp when the server's account cannot enter `folder`."""
        return reachable_folder(self.folder / "data", self._account)

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @property
    def port(self) -> int:
        port = kept_port(self.folder / "port")
        if port is None:
            raise RuntimeError(f"PostgreSQL in {self.folder} was never started.")
        return port

    def password(self, role: str) -> str:
        made = {name: secrets.token_urlsafe(24) for name in (SUPERUSER, OWNER, APP)}
        return str(kept_json(self.folder / "passwords.json", lambda: dict(made))[role])

    def url(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql+psycopg://{role}:{self.password(role)}@{LOOPBACK}:{self.port}/{database}"

    def conninfo(self, role: str = SUPERUSER, database: str = "postgres") -> str:
        return f"host={LOOPBACK} port={self.port} user={role} password={self.password(role)} dbname={database} connect_timeout=5"

    def is_alive(self) -> bool:
        """Whether the server we started runs."""
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child is not None and self.is_alive() else None

    def left_over(self) -> int | None:
        """Pid of a server that runs in our folder though we did not start it."""
        with suppress(FileNotFoundError, ValueError, IndexError):
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            if start_time(pid) is not None and _works_in(pid, self.data):
                return pid
        return None

    def start(self) -> None:
        """Start the server, creating its cluster, roles and database when they are missing."""
        if self.is_alive():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.data / "PG_VERSION").exists() or (self.folder / "initialising").exists():
            self._initialise()
        self._check_version()
        left = self.left_over()
        if left is not None:
            self._say(f"Stopping the PostgreSQL that was left running (process {left})")
            stop_pid(left, start_time(left), (signal.SIGINT, signal.SIGQUIT), STOP_PATIENCE)
        self._launch()
        self._prepare()

    def stop(self) -> None:
        """Fast shutdown: running statements are cancelled, everything committed is on disk."""
        if self._child is not None:
            stop_child(self._child, (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL), STOP_PATIENCE)
            self._child = None

    def _initialise(self) -> None:
        data = self.data
        if data != self.folder / "data":
            self._say(
                f"'{self._account.name if self._account else ''}' cannot enter {self.folder}: the database is kept in {data}"
            )
        (self.folder / "initialising").touch()
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(mode=0o700, parents=True)
        password_file = data.parent / f".initdb-{os.getpid()}"
        password_file.write_text(self.password(SUPERUSER))
        password_file.chmod(0o600)
        if self._account is not None:
            self._account.own(data)
            self._account.own(password_file)
        try:
            self._run_initdb(data, password_file)
        finally:
            password_file.unlink()
        (self.folder / "initialising").unlink()

    def _run_initdb(self, data: Path, password_file: Path) -> None:
        who = (
            {} if self._account is None else {"user": self._account.uid, "group": self._account.gid, "extra_groups": []}
        )
        command = [
            str(self.bin / "initdb"),
            f"--pgdata={data}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            # Not C: with it pg_trgm finds no letters in Chinese text.
            "--locale=C.UTF-8",
        ]
        if self.fast:
            command.append("--no-sync")
        done = subprocess.run(
            command, cwd="/", capture_output=True, text=True, env=_plain_environ(), check=False, **who
        )  # type: ignore[call-overload]
        if done.returncode != 0:
            raise RuntimeError(f"initdb failed in {data}: {done.stderr.strip() or done.stdout.strip()}")

    def _check_version(self) -> None:
        """A data folder of one major version cannot be opened by another; say so instead of failing obscurely."""
        of_data = (self.data / "PG_VERSION").read_text().strip()
        text = subprocess.run(
            [str(self.bin / "postgres"), "--version"], capture_output=True, text=True, check=True, cwd="/"
        ).stdout
        of_programs = text.split()[2].split(".")[0]
        if of_data != of_programs:
            raise RuntimeError(
                f"{self.data} was made by PostgreSQL {of_data}, but the programs in {self.bin} are version {of_programs}. "
                "Make a backup with the old version and restore it, or use another DATA_DIR."
            )

    def _launch(self) -> None:
        deadline = time.monotonic() + START_PATIENCE
        while True:
            port = claim_port(self.folder / "port")
            begin = self.log.stat().st_size if self.log.exists() else 0
            command = [str(self.bin / "postgres"), "-D", str(self.data), *_options(port, self.fast)]
            self._child = spawn(
                command, log=self.log, account=self._account, environ=_plain_environ(), death_signal=signal.SIGINT
            )
            if self._answers():
                return
            said = _tail(self.log, begin)
            if time.monotonic() > deadline or not any(text in said for text in TRANSIENT):
                raise RuntimeError(f"PostgreSQL did not start; the end of {self.log}:\n{said}")
            time.sleep(0.3)

    def _answers(self) -> bool:
        """Wait for the first connection; recovery after a crash may take long. False when the server exits."""
        while self.is_alive():
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.conninfo()).close()
                return True
            time.sleep(0.03)
        return False

    def _prepare(self) -> None:
        """Roles, database, extensions: each made only when missing, so a crash in the middle does no harm."""
        with psycopg.connect(self.conninfo(), autocommit=True) as server:
            for role in (OWNER, APP):
                if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
                    server.execute(
                        sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                            sql.Identifier(role), sql.Literal(self.password(role))
                        )
                    )
            if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
                server.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
                )
        prepare_database(self.conninfo(SUPERUSER, DATABASE))


def prepare_database(conninfo: str) -> None:
    """Extensions and privileges of one database; `conninfo` is a superuser's."""
    owner, app = sql.Identifier(OWNER), sql.Identifier(APP)
    with psycopg.connect(conninfo, autocommit=True) as database:
        for extension in EXTENSIONS:
            database.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
        database.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(owner))
        database.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(app))
        for kind, rights in (("TABLES", "SELECT, INSERT, UPDATE, DELETE"), ("SEQUENCES", "USAGE, SELECT")):
            database.execute(
                sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA public GRANT {} ON {} TO {}").format(
                    owner, sql.SQL(rights), sql.SQL(kind), app
                )
            )


def _options(port: int, fast: bool) -> list[str]:
    settings = {
        "listen_addresses": LOOPBACK,
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "120",
        "shared_buffers": "256MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "256MB",
        "max_wal_size": "2GB",
        "password_encryption": "scram-sha-256",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
    }
    with suppress(OSError):
        shm = os.statvfs("/dev/shm")  # noqa: S108 - looked at, not written
        if shm.f_bavail * shm.f_frsize < SMALL_SHM:
            settings["dynamic_shared_memory_type"] = "mmap"
    if fast:
        settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off"}
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _plain_environ() -> dict[str, str]:
    """Without PG* variables of the user's, which would change what the programs do."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}


def _works_in(pid: int, folder: Path) -> bool:
    """PostgreSQL's working folder is its data folder: tells our server from a stranger with the same pid."""
    with suppress(OSError):
        return Path(os.readlink(f"/proc/{pid}/cwd")) == folder.resolve()
    return False


def _tail(path: Path, begin: int) -> str:
    with path.open("rb") as log:
        log.seek(begin)
        return log.read()[-4000:].decode("utf-8", "replace")
