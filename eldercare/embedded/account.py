"""Which system account a server runs under, and which folders that account can reach."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

PREFERRED = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A system account that a process started by root changes to."""

    name: str
    uid: int
    gid: int

    def own(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid)


def drop_account() -> Account | None:
    """The account root drops to (PostgreSQL refuses to run as root); None when we are not root."""
    if os.geteuid() != 0:
        return None
    for name in PREFERRED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise RuntimeError(
        f"No system account to run PostgreSQL under: none of {', '.join(PREFERRED)} exists. Create one or start as an ordinary user."
    )


def can_traverse(path: Path, account: Account) -> bool:
    """Whether the account can reach `path`: every folder above and itself has its x bit for it."""
    resolved = path.resolve()
    return all(_enters(folder, account) for folder in [resolved, *resolved.parents] if folder.is_dir())


def _enters(folder: Path, account: Account) -> bool:
    found = folder.stat()
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def reachable_folder(wanted: Path, account: Account | None) -> Path:
    """`wanted`, or when the account cannot enter a parent of it one of the same identity under /var/tmp."""
    if account is None or can_traverse(wanted.parent, account):
        return wanted
    digest = hashlib.sha256(str(wanted.resolve()).encode()).hexdigest()[:16]
    shelter = _shared_tmp() / f"eldercare-{digest}"
    shelter.mkdir(mode=0o711, exist_ok=True)
    if shelter.is_symlink() or shelter.stat().st_uid != os.geteuid():
        raise RuntimeError(
            f"{shelter} belongs to somebody else; remove it or set DATA_DIR to a folder that '{account.name}' can enter."
        )
    shelter.chmod(0o711)
    return shelter / wanted.name


def reachable_copy(source: Path, account: Account | None) -> Path:
    """`source`, or a copy of that tree in a folder the account can enter."""
    if account is None or can_traverse(source, account):
        return source
    found = source.stat()
    digest = hashlib.sha256(f"{source.resolve()}:{found.st_mtime_ns}:{found.st_ino}".encode()).hexdigest()[:16]
    target = _shared_tmp() / f"eldercare-bin-{digest}"
    if target.is_dir() and not target.is_symlink() and target.stat().st_uid == os.geteuid():
        return target
    unfinished = Path(tempfile.mkdtemp(prefix="eldercare-bin-", dir=_shared_tmp()))
    shutil.copytree(source, unfinished / "tree", symlinks=True)
    _open_tree(unfinished / "tree")
    try:
        (unfinished / "tree").rename(target)
    except OSError as error:
        if not target.is_dir() or target.stat().st_uid != os.geteuid():
            raise RuntimeError(f"{target} belongs to somebody else; remove it.") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return target


def _open_tree(root: Path) -> None:
    for path in [root, *root.rglob("*")]:
        if not path.is_symlink():
            path.chmod(
                path.stat().st_mode
                | (0o755 if path.is_dir() else 0o444 | (0o111 if path.stat().st_mode & 0o100 else 0))
            )


def _shared_tmp() -> Path:
    return Path("/var/tmp") if Path("/var/tmp").is_dir() else Path(tempfile.gettempdir())
