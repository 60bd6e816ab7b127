"""The only source of time: UTC instants and business days of Asia/Shanghai. Tests move it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
_frozen: datetime | None = None


def now() -> datetime:
    """The present instant, aware, UTC."""
    return _frozen or datetime.now(UTC)


def today() -> date:
    """The business day in China."""
    return day_of(now())


def day_of(instant: datetime) -> date:
    return instant.astimezone(ZONE).date()


def start_of(day: date) -> datetime:
    """The instant at which the business day begins."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


@contextmanager
def freeze(at: datetime | date) -> Iterator[None]:
    """Hold the clock at an instant (a date means its noon in China). For tests."""
    global _frozen
    before = _frozen
    if not isinstance(at, datetime):
        at = datetime.combine(at, time(12), ZONE)
    if at.tzinfo is None:
        raise ValueError("freeze() needs an aware datetime")
    _frozen = at.astimezone(UTC)
    try:
        yield
    finally:
        _frozen = before
