"""Folders of test runs under /var/tmp, which the account that root drops to can enter. A killed run leaves its folder; the next run
removes it."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from eldercare.embedded.process import is_running, start_time

PLACE = Path("/var/tmp")
PREFIX = "eldercare-test-"
OWNER = "owner"


def scratch_folder() -> Path:
    """A new folder that says which process it belongs to; what dead processes left is removed first."""
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=PLACE))
    (folder / OWNER).write_text(f"{os.getpid()} {start_time(os.getpid())}")
    # Traversable, not readable.
    folder.chmod(0o711)
    return folder


def sweep() -> None:
    """Remove the folders whose process has ended. Their servers ended with it."""
    for folder in PLACE.glob(f"{PREFIX}*"):
        with suppress(OSError, ValueError):
            pid, started = (folder / OWNER).read_text().split()
            if not is_running(int(pid), started):
                shutil.rmtree(folder, ignore_errors=True)
