"""A folder the servers' account can enter; pytest's own are closed to others."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.scratch import scratch_folder


@pytest.fixture
def reachable_folder() -> Iterator[Path]:
    folder = scratch_folder()
    yield folder
    shutil.rmtree(folder)
