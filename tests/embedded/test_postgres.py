"""The private PostgreSQL: starts, keeps its data, survives kill -9, gives the app role nothing it should not have."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from eldercare.embedded.postgres import APP, DATABASE, OWNER, EmbeddedPostgres
from tests.support.servers import BINARIES_VARIABLE

pytestmark = pytest.mark.db


@pytest.fixture
def server(reachable_folder: Path) -> Iterator[EmbeddedPostgres]:
    binaries = os.environ.get(BINARIES_VARIABLE)
    server = EmbeddedPostgres(reachable_folder / "postgres", binaries=Path(binaries) if binaries else None, fast=True)
    server.start()
    yield server
    server.stop()


def rows(server: EmbeddedPostgres, role: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.conninfo(role, DATABASE), autocommit=True) as connection:
        cursor = connection.execute(query)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []


def test_the_app_role_owns_nothing_and_creates_nothing_but_uses_the_owners_tables(server: EmbeddedPostgres) -> None:
    rows(server, OWNER, "CREATE TABLE thing (id int)")
    rows(server, APP, "INSERT INTO thing VALUES (1)")
    assert rows(server, APP, "SELECT id FROM thing") == [(1,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        rows(server, APP, "CREATE TABLE other (id int)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        rows(server, APP, "DROP TABLE thing")


def test_no_one_enters_without_the_password(server: EmbeddedPostgres) -> None:
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host="127.0.0.1", port=server.port, user=APP, password="wrong", dbname=DATABASE)
    passwords = server.folder / "passwords.json"
    assert passwords.stat().st_mode & 0o077 == 0


def test_chinese_text_has_trigrams(server: EmbeddedPostgres) -> None:
    assert rows(server, APP, "SELECT similarity('养老机构', '养老院') > 0") == [(True,)]


def test_data_is_kept_over_kill_9_and_the_port_stays(server: EmbeddedPostgres) -> None:
    server.stop()
    server.fast = False
    server.start()
    rows(server, OWNER, "CREATE TABLE thing AS SELECT 7 AS id")
    port, pid = server.port, server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    server.start()
    assert rows(server, APP, "SELECT id FROM thing") == [(7,)]
    assert server.port == port


def test_a_server_left_running_is_stopped_and_taken_over(server: EmbeddedPostgres) -> None:
    rows(server, OWNER, "CREATE TABLE thing AS SELECT 7 AS id")
    left = server.pid
    second = EmbeddedPostgres(server.folder, binaries=server.bin, fast=True)
    assert second.left_over() == left
    second.start()
    try:
        assert second.pid != left
        assert rows(second, APP, "SELECT id FROM thing") == [(7,)]
    finally:
        second.stop()


def test_two_folders_run_side_by_side(server: EmbeddedPostgres, reachable_folder: Path) -> None:
    other = EmbeddedPostgres(reachable_folder / "other", binaries=server.bin, fast=True)
    other.start()
    try:
        assert other.port != server.port
    finally:
        other.stop()
    assert other.left_over() is None


def test_an_interrupted_initdb_is_done_again(server: EmbeddedPostgres) -> None:
    server.stop()
    (server.folder / "initialising").touch()
    (server.data / "PG_VERSION").unlink()
    server.start()
    assert rows(server, APP, "SELECT 1") == [(1,)]


def test_data_of_another_major_version_is_refused_with_the_reason(server: EmbeddedPostgres) -> None:
    server.stop()
    (server.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(RuntimeError, match=r"made by PostgreSQL 9.*Make a backup"):
        server.start()
