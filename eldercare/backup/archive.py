"""What a backup folder holds, and how it is checked.

    database.dump   pg_dump's custom format: all tables, uploaded files included
    manifest.json   when, from what, SHA-256 of every file, revision and row counts
    keys.tar        the keyring, audit key and secret key; in a folder of its own when `--keys` says so

Who holds the database backup alone reads no identity number and no phone. Keep the keys elsewhere.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

DUMP, MANIFEST, KEYS = "database.dump", "manifest.json", "keys.tar"
FORMAT = 1


class BackupError(RuntimeError):
    """The backup or restore cannot go on; the text says what is wrong and what to do."""


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def write_manifest(folder: Path, details: dict[str, Any]) -> None:
    """Last of all: a folder without it is no backup."""
    content = {"format": FORMAT, **details, "sha256": {DUMP: sha256(folder / DUMP)}}
    (folder / MANIFEST).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest, after its hashes were found right. Raises BackupError."""
    try:
        found: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BackupError(f"{folder} holds no finished backup: {MANIFEST} is missing.") from None
    except ValueError as error:
        raise BackupError(f"{folder / MANIFEST} is damaged: {error}") from error
    if found.get("format") != FORMAT:
        raise BackupError(f"{folder} is a backup of format {found.get('format')}; this version reads format {FORMAT}.")
    for name, expected in found["sha256"].items():
        if not (folder / name).exists():
            raise BackupError(f"{folder / name} is missing.")
        if sha256(folder / name) != expected:
            raise BackupError(f"{folder / name} is damaged: its SHA-256 is not the one in {MANIFEST}.")
    return found


def pack_keys(keys_dir: Path, target: Path) -> None:
    """All files of the key folder, readable by their owner only."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path in sorted(keys_dir.iterdir()):
            if path.is_file() and not path.name.startswith("."):
                archive.add(path, arcname=path.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch(mode=0o600)
    target.chmod(0o600)
    target.write_bytes(buffer.getvalue())


def unpack_keys(archive: Path, keys_dir: Path) -> None:
    """Into an empty key folder, or one that holds the same files. Raises BackupError rather than overwrite a key."""
    keys_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tarfile.open(archive) as packed:
        for member in packed.getmembers():
            content = packed.extractfile(member)
            if not member.isfile() or "/" in member.name or content is None:
                raise BackupError(f"{archive} holds something that is no key: {member.name}")
            target, data = keys_dir / member.name, content.read()
            if target.exists() and target.read_bytes() != data:
                raise BackupError(f"{target} exists and differs from the one in {archive}. Move it away first.")
            target.touch(mode=0o600)
            target.write_bytes(data)
