"""pg_dump and pg_restore with this installation's programs and roles."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, make_url

from eldercare import migrate
from eldercare.backup.archive import DUMP, KEYS, BackupError, pack_keys, read_manifest, unpack_keys, write_manifest
from eldercare.core import clock
from eldercare.embedded import binaries

#: Written by programs of version 17 and later among the first settings of a script; servers before 17 refuse it.
NEWER_SETTING = b"SET transaction_timeout = 0;\n"
HEADER_BYTES = 4096


def back_up(owner_url: str, keys_dir: Path, folder: Path, *, keys_folder: Path | None = None) -> dict[str, Any]:
    """Write a backup into `folder`, which must be new or empty; returns the manifest's details."""
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty. Name a new folder.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    dump = folder / DUMP
    dump.touch(mode=0o600)
    made_at = clock.now().isoformat()
    # Dump and counts see one snapshot: web and workers may go on writing meanwhile.
    with psycopg.connect(_conninfo(owner_url)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        _run_on(
            owner_url,
            "pg_dump",
            "--format=custom",
            "--compress=6",
            "--no-owner",
            f"--snapshot={snapshot}",
            f"--file={dump}",
        )
        rows = _count_rows(connection)
    pack_keys(keys_dir, (keys_folder or folder) / KEYS)
    details = {"made_at": made_at, "revision": migrate.present(owner_url), "rows": rows}
    write_manifest(folder, details)
    return details


def restore(owner_url: str, keys_dir: Path, folder: Path, *, keys_folder: Path | None = None) -> dict[str, Any]:
    """Fill the empty database at `owner_url` and the key folder; returns the manifest's details.

    Refuses a database that holds tables. The keys come first: encrypted values without keys would be no restore.
    """
    manifest = read_manifest(folder)
    if tables := count_tables(owner_url):
        raise BackupError(f"The database already holds {tables} tables. Restore into an empty one (another DATA_DIR).")
    archive = (keys_folder or folder) / KEYS
    if not archive.exists():
        raise BackupError(
            f"{archive} is missing: without the keys encrypted values cannot be read. Name its folder by --keys."
        )
    unpack_keys(archive, keys_dir)
    with tempfile.NamedTemporaryFile("w", suffix=".list", encoding="utf-8") as contents:
        contents.write(_own_items(folder / DUMP))
        contents.flush()
        _replay(owner_url, folder / DUMP, contents.name)
    return manifest


def _replay(url: str, dump: Path, contents: str) -> None:
    """Let psql run what pg_restore writes, in one transaction.

    pg_restore itself could do it, but one newer than the server sets a parameter that the server does not know.
    """
    reading = [_program("pg_restore"), "--no-owner", f"--use-list={contents}", "--file=-", str(dump)]
    running, environ = _command(url, "psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1")
    with tempfile.TemporaryFile() as errors, tempfile.TemporaryFile() as said:
        reader = subprocess.Popen(reading, stdout=subprocess.PIPE, stderr=errors)
        writer = subprocess.Popen(running, env=environ, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said)
        if reader.stdout is None or writer.stdin is None:
            raise AssertionError("pipes were asked for")
        # psql that gave up closes its end: what it said tells why.
        with suppress(BrokenPipeError), reader.stdout, writer.stdin:
            header = reader.stdout.read(HEADER_BYTES)
            writer.stdin.write(header.replace(NEWER_SETTING, b"", 1))
            shutil.copyfileobj(reader.stdout, writer.stdin, 1 << 20)
        failed = {name: code for name, code in (("psql", writer.wait()), ("pg_restore", reader.wait())) if code}
        if failed:
            said.seek(0)
            errors.seek(0)
            text = (said.read() + errors.read()).decode("utf-8", "replace").strip()
            raise BackupError(f"{' and '.join(failed)} failed: {text[-2000:]}")


def _own_items(dump: Path) -> str:
    """The table of contents without extensions and the schema: those belong to the server's administrator."""
    command = [_program("pg_restore"), "--list", str(dump)]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        raise BackupError(f"{dump} cannot be read: {listed.stderr.strip()}")
    skipped = (
        " EXTENSION ",
        " COMMENT - EXTENSION",
        " SCHEMA - public",
        " ACL - SCHEMA public",
        " COMMENT - SCHEMA",
        " DEFAULT ACL ",
    )
    return "".join(f"{line}\n" for line in listed.stdout.splitlines() if not any(word in line for word in skipped))


def count_tables(url: str) -> int:
    with psycopg.connect(_conninfo(url)) as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    return int(row[0]) if row else 0


def count_rows(url: str) -> dict[str, int]:
    """Exact counts of all tables, to be compared after a restore."""
    with psycopg.connect(_conninfo(url)) as connection:
        return _count_rows(connection)


def _count_rows(connection: psycopg.Connection) -> dict[str, int]:
    counts = {}
    tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    for (table,) in tables:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        counts[str(table)] = int(row[0]) if row else 0
    return counts


def _program(name: str) -> str:
    return str(binaries.postgres_folder() / name)


def _run_on(url: str, program: str, *options: str) -> None:
    command, environ = _command(url, program, *options)
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BackupError(f"{program} failed: {done.stderr.strip()[-2000:]}")


def _command(url: str, program: str, *options: str) -> tuple[list[str], dict[str, str]]:
    """A program on that database, and its environment: the password never stands in the command line."""
    parts = make_url(url)
    address = make_conninfo(
        host=parts.host, port=parts.port, user=parts.username, dbname=parts.database, **_options_of(parts)
    )
    environ = {**os.environ, "PGPASSWORD": parts.password or "", "LC_ALL": "C.UTF-8"}
    return [_program(program), f"--dbname={address}", *options], environ


def _options_of(url: URL) -> dict[str, str]:
    """Such as `sslmode`, as the address gives them."""
    return {name: str(value) for name, value in url.query.items()}


def _conninfo(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
