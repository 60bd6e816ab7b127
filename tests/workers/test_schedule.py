"""The clockwork: what is due when, and that a ring is not repeated while the last one waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from importlib import import_module
from typing import Any

import pytest

from eldercare.core.jobs import JobName
from workers.schedule import SCHEDULE, Entry, Scheduler

START = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
EVERY = Entry("every", JobName.SEAL_AUDIT, every_seconds=60)
DAILY = Entry("daily", JobName.SEAL_AUDIT, daily_at=time(2, 30))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 22, 18, 0, tzinfo=UTC), datetime(2026, 11, 22, 18, 30, tzinfo=UTC)),  # 02:00 in China
        (datetime(2026, 11, 22, 18, 30, tzinfo=UTC), datetime(2026, 11, 23, 18, 30, tzinfo=UTC)),
        (datetime(2026, 11, 22, 4, 0, tzinfo=UTC), datetime(2026, 11, 22, 18, 30, tzinfo=UTC)),
    ],
)
def test_a_daily_entry_is_due_at_its_time_in_china(now: datetime, expected: datetime) -> None:
    assert DAILY.next_after(now) == expected


def test_an_entry_without_a_time_is_refused() -> None:
    with pytest.raises(ValueError, match="says neither"):
        Entry("never", JobName.SEAL_AUDIT).next_after(START)


@pytest.mark.parametrize("entry", SCHEDULE, ids=lambda entry: entry.name)
def test_every_entry_names_a_job_that_exists(entry: Entry) -> None:
    module, _, function = str(entry.job).rpartition(".")
    assert callable(getattr(import_module(module), function))


def test_names_are_unique() -> None:
    assert len({entry.name for entry in SCHEDULE}) == len(SCHEDULE)


def test_it_rings_at_the_start_and_then_when_due(db_session: Any, app: Any, frozen_clock: Callable[..., None]) -> None:
    scheduler = Scheduler(app, (EVERY, DAILY))
    frozen_clock(START)
    assert scheduler.tick() == ["every"]
    frozen_clock(START + timedelta(seconds=59))
    assert scheduler.tick() == []


def test_a_ring_that_still_waits_is_not_repeated(db_session: Any, app: Any, frozen_clock: Callable[..., None]) -> None:
    scheduler = Scheduler(app, (EVERY,))
    frozen_clock(START)
    scheduler.tick()
    frozen_clock(START + timedelta(seconds=61))
    assert scheduler.tick() == []
    app.extensions["redis"].flushdb()
    frozen_clock(START + timedelta(seconds=122))
    assert scheduler.tick() == ["every"]
