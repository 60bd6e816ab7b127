"""A folder the servers' account can enter; pytest's own are closed to others."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def reachable_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="eldercare-test-", dir="/var/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)
