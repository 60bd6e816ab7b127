"""Deterministic chance and columnar writing.

Every purpose draws from a stream of its own, so that a change in one part leaves the others as they were.
The demo is a function of (seed, size, day).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from eldercare.core.db import copy_block

NULL = "\\N"
BLOCK_ROWS = 50_000


@dataclass(frozen=True)
class Draw:
    """`today` is the day up to which the demo tells its story."""

    seed: int
    today: date
    counts: dict[str, int] = field(default_factory=dict)

    def stream(self, purpose: str) -> np.random.Generator:
        digest = hashlib.sha256(f"{self.seed}:{purpose}".encode()).digest()
        return np.random.default_rng(int.from_bytes(digest[:8], "big"))

    def uuids(self, purpose: str, count: int) -> np.ndarray[Any, Any]:
        """`count` version-4 UUIDs as text."""
        raw = self.stream(purpose).bytes(16 * count).hex()
        found = np.empty(count, dtype=object)
        for index in range(count):
            h = raw[32 * index : 32 * index + 32]
            found[index] = f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"
        return found

    def put(self, table: str, columns: Mapping[str, Any]) -> int:
        """COPY columns (arrays or one value for all rows) into a table; None is NULL."""
        frame = pl.DataFrame({name: _series(name, values) for name, values in columns.items() if _is_column(values)})
        constants = [pl.lit(_plain(value)).alias(name) for name, value in columns.items() if not _is_column(value)]
        frame = frame.with_columns(constants).select(list(columns))
        blocks = (
            frame.slice(start, BLOCK_ROWS).write_csv(include_header=False, null_value=NULL, quote_style="necessary")
            for start in range(0, frame.height, BLOCK_ROWS)
        )
        copy_block(table, list(columns), blocks)
        self.counts[table] = self.counts.get(table, 0) + frame.height
        return frame.height


def _is_column(value: Any) -> bool:
    return isinstance(value, (np.ndarray, list, pl.Series))


def _series(name: str, values: Any) -> pl.Series:
    if isinstance(values, pl.Series):
        return values.alias(name)
    if isinstance(values, np.ndarray) and values.dtype.kind == "U":
        return pl.Series(name, values.tolist())
    if isinstance(values, np.ndarray) and values.dtype != object:
        return pl.Series(name, values)
    return pl.Series(name, [_plain(value) for value in values], strict=False)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    return value


def days(start: date, offsets: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """`start` plus whole days, as datetime64[D]."""
    return np.datetime64(start, "D") + offsets.astype("timedelta64[D]")


def daterange(lower: np.ndarray[Any, Any], upper: np.ndarray[Any, Any] | None = None) -> np.ndarray[Any, Any]:
    """PostgreSQL half-open ranges as text; NaT (or no `upper`) means open-ended."""
    low: np.ndarray[Any, Any] = np.datetime_as_string(lower, unit="D").astype(object)
    if upper is None:
        return np.asarray("[" + low + ",)")
    high = np.where(np.isnat(upper), "", np.datetime_as_string(upper, unit="D").astype(object))
    return np.asarray("[" + low + "," + high + ")")


def weighted(
    rng: np.random.Generator, choices: Sequence[Any], weights: Sequence[float], count: int
) -> np.ndarray[Any, Any]:
    """`count` draws of `choices` with relative weights, as an object array."""
    shares = np.asarray(weights, dtype=float)
    return np.asarray(choices, dtype=object)[rng.choice(len(choices), size=count, p=shares / shares.sum())]


def split(total: int, weights: np.ndarray[Any, Any], least: int = 0) -> np.ndarray[Any, Any]:
    """`total` whole things over `weights`, each at least `least`, exact by largest remainder."""
    rest = total - least * len(weights)
    exact = weights / weights.sum() * rest
    whole: np.ndarray[Any, Any] = np.floor(exact).astype(int)
    missing = rest - whole.sum()
    whole[np.argsort(-(exact - whole), kind="stable")[:missing]] += 1
    return np.asarray(whole + least)


def years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def days_between(first: date, last: date) -> int:
    return (last - first) // timedelta(days=1)
