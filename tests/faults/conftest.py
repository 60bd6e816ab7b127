"""A house of one's own for each test that kills."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.faults.house import House
from tests.support.scratch import scratch_folder


@contextmanager
def a_house(demo: str) -> Iterator[House]:
    folder = scratch_folder()
    house = House(folder, demo=demo)
    yield house
    if house.process is not None and house.process.poll() is None:
        house.process.kill()
        house.process.wait()
        # The children notice and end by themselves.
        time.sleep(2)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def house() -> Iterator[House]:
    with a_house("none") as house:
        yield house


@pytest.fixture
def house_with_demo() -> Iterator[House]:
    with a_house("small") as house:
        yield house
