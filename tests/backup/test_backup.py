"""Backup and restore: everything comes back, damage is noticed, nothing is overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from eldercare.backup import run
from eldercare.backup.archive import DUMP, KEYS, MANIFEST, BackupError
from eldercare.core import files
from eldercare.core.actor import Actor
from eldercare.core.crypto import FILE, Keyring
from eldercare.core.db import commit
from eldercare.embedded.postgres import APP, OWNER, SUPERUSER, prepare_database

EMPTY = "test_restore_target"
CONTENT = bytes(range(256)) * 3000


@pytest.fixture
def filled(committed_db: Any) -> Any:
    """A database with a stored file and an encrypted value's key."""
    files.store(
        Actor.system("tests"), CONTENT, name="房间.bin", media_type="application/octet-stream", region_path="/cn/"
    )
    commit()
    return committed_db


@pytest.fixture
def empty_database(servers: Any) -> Iterator[str]:
    with psycopg.connect(servers.postgres.conninfo(), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(EMPTY)))
        server.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(EMPTY), sql.Identifier(OWNER)))
    prepare_database(servers.postgres.conninfo(SUPERUSER, EMPTY))
    yield servers.owner_url(EMPTY)
    servers.drop(EMPTY)


def test_all_rows_files_rights_and_keys_come_back(
    filled: Any, servers: Any, empty_database: str, tmp_path: Path
) -> None:
    keys_dir = filled.config.keys_dir
    details = run.back_up(filled.owner_url, keys_dir, tmp_path / "backup", keys_folder=tmp_path / "safe")
    assert not (tmp_path / "backup" / KEYS).exists()

    run.restore(empty_database, tmp_path / "new-keys", tmp_path / "backup", keys_folder=tmp_path / "safe")

    assert run.count_rows(empty_database) == details["rows"]
    assert details["rows"]["stored_file"] == 1
    with psycopg.connect(servers.postgres.conninfo(APP, EMPTY)) as connection:
        chunks = connection.execute("SELECT content FROM stored_file_chunk ORDER BY number").fetchall()
    assert b"".join(bytes(chunk) for (chunk,) in chunks) == CONTENT
    assert Keyring.load(tmp_path / "new-keys") == Keyring.load(keys_dir)
    assert (tmp_path / "new-keys" / FILE).stat().st_mode & 0o077 == 0


def test_a_database_with_tables_is_never_overwritten(filled: Any, tmp_path: Path) -> None:
    run.back_up(filled.owner_url, filled.config.keys_dir, tmp_path / "backup")
    with pytest.raises(BackupError, match="already holds"):
        run.restore(filled.owner_url, tmp_path / "keys", tmp_path / "backup")
    assert not (tmp_path / "keys").exists()


def test_a_damaged_dump_is_refused(filled: Any, empty_database: str, tmp_path: Path) -> None:
    run.back_up(filled.owner_url, filled.config.keys_dir, tmp_path / "backup")
    dump = tmp_path / "backup" / DUMP
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 1
    dump.write_bytes(content)
    with pytest.raises(BackupError, match="damaged"):
        run.restore(empty_database, tmp_path / "keys", tmp_path / "backup")
    assert run.count_tables(empty_database) == 0


def test_an_unfinished_backup_is_refused(filled: Any, empty_database: str, tmp_path: Path) -> None:
    run.back_up(filled.owner_url, filled.config.keys_dir, tmp_path / "backup")
    (tmp_path / "backup" / MANIFEST).unlink()
    with pytest.raises(BackupError, match="no finished backup"):
        run.restore(empty_database, tmp_path / "keys", tmp_path / "backup")


def test_other_keys_are_not_overwritten(filled: Any, empty_database: str, tmp_path: Path) -> None:
    run.back_up(filled.owner_url, filled.config.keys_dir, tmp_path / "backup")
    Keyring.create().save(tmp_path / "keys")
    before = (tmp_path / "keys" / FILE).read_bytes()
    with pytest.raises(BackupError, match="exists and differs"):
        run.restore(empty_database, tmp_path / "keys", tmp_path / "backup")
    assert (tmp_path / "keys" / FILE).read_bytes() == before
    assert run.count_tables(empty_database) == 0


def test_a_folder_that_is_not_empty_is_not_written_into(filled: Any, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "letter.txt").write_text("mine")
    with pytest.raises(BackupError, match="not empty"):
        run.back_up(filled.owner_url, filled.config.keys_dir, tmp_path / "backup")


def test_the_backup_is_for_its_owner_only(filled: Any, tmp_path: Path) -> None:
    run.back_up(filled.owner_url, filled.config.keys_dir, tmp_path / "backup")
    assert (tmp_path / "backup" / DUMP).stat().st_mode & 0o077 == 0
    assert (tmp_path / "backup" / KEYS).stat().st_mode & 0o077 == 0


def test_rows_written_meanwhile_are_neither_in_the_dump_nor_counted(
    filled: Any, empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Web and workers go on: what they add after the backup began must not make its restore look wrong."""
    dumping = run._run_on

    def dump_while_somebody_writes(url: str, program: str, *options: str) -> None:
        files.store(Actor.system("tests"), b"late", name="late.bin", media_type="text/plain", region_path="/cn/")
        commit()
        dumping(url, program, *options)

    monkeypatch.setattr(run, "_run_on", dump_while_somebody_writes)
    details = run.back_up(filled.owner_url, filled.config.keys_dir, tmp_path / "backup")
    assert run.count_rows(filled.owner_url)["stored_file"] == 2
    assert details["rows"]["stored_file"] == 1
    run.restore(empty_database, tmp_path / "new-keys", tmp_path / "backup")
    assert run.count_rows(empty_database) == details["rows"]
