"""A month cut into stretches of days in which no fact and no rule of a person changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from eldercare.subsidies.engine.frame import Frame


@dataclass(frozen=True)
class Month:
    """A calendar month; `last` is its last day."""

    first: date
    last: date

    @classmethod
    def of(cls, day: date) -> Month:
        first = day.replace(day=1)
        return cls(first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1))

    @classmethod
    def parse(cls, text: str) -> Month:
        """'2023-01' -> January 2023. Raises ValueError."""
        year, dash, month = text.partition("-")
        if not (len(year) == 4 and dash and len(month) == 2 and (year + month).isdigit() and (year + month).isascii()):
            raise ValueError(f"{text!r} is not a month YYYY-MM")
        return cls.of(date(int(year), int(month), 1))

    @property
    def days(self) -> int:
        return self.last.day

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


def birthday(years: int) -> pl.Expr:
    """The day on which `years` are completed; one born on 29 February completes them on 1 March in common years."""
    born = pl.col("birth_date")
    year = born.dt.year() + years
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    moved = (born.dt.month() == 2) & (born.dt.day() == 29) & ~leap
    month = pl.when(moved).then(pl.lit(3, pl.Int8)).otherwise(born.dt.month())
    day = pl.when(moved).then(pl.lit(1, pl.Int8)).otherwise(born.dt.day())
    return pl.date(year, month, day)


def segments(frame: Frame, month: Month, ages: Iterable[int], rule_changes: Iterable[date]) -> pl.DataFrame:
    """Rows (p, start, end, days) for the persons of `frame` (p = row number), in order."""
    persons = frame.persons.with_row_index("p")
    numbers = persons.select("p", "elder_id")
    facts = frame.facts.join(numbers, on="elder_id", how="inner")
    cuts = [
        persons.select("p", day=pl.lit(month.first)),
        facts.select("p", day="valid_from"),
        facts.select("p", day="valid_to"),
        persons.select("p", day=pl.col("death_date") + pl.duration(days=1)),
        *(persons.select("p", day=birthday(age)) for age in sorted(set(ages))),
        *(persons.select("p", day=pl.lit(day)) for day in sorted(set(rule_changes))),
    ]
    inside = pl.col("day").is_between(pl.lit(month.first), pl.lit(month.last))
    return (
        pl.concat(cuts)
        .filter(inside)
        .unique()
        .sort("p", "day")
        .select(
            "p",
            start="day",
            end=(pl.col("day").shift(-1).over("p") - pl.duration(days=1)).fill_null(pl.lit(month.last)),
        )
        .with_columns(days=(pl.col("end") - pl.col("start")).dt.total_days() + 1)
    )


def with_facts(rows: pl.DataFrame, frame: Frame, kinds: Iterable[str]) -> pl.DataFrame:
    """`rows` with a column per kind of fact: the value that holds in the stretch, null where none is known.

    `conflict` is true where two facts of one kind hold at once; such days are never paid on a guess.
    """
    numbers = frame.persons.with_row_index("p").select("p", "elder_id")
    facts = frame.facts.join(numbers, on="elder_id", how="inner")
    conflict = pl.lit(False)
    for kind in kinds:
        held = (
            rows.select("p", "start")
            .join(facts.filter(pl.col("kind") == kind).select("p", "value", "valid_from", "valid_to"), on="p")
            .filter(
                (pl.col("valid_from") <= pl.col("start"))
                & (pl.col("valid_to").is_null() | (pl.col("valid_to") > pl.col("start")))
            )
            .group_by("p", "start")
            .agg(pl.col("value").min().alias(kind), pl.len().alias(f"{kind}_count"))
        )
        rows = rows.join(held, on=["p", "start"], how="left", maintain_order="left")
        conflict = conflict | (pl.col(f"{kind}_count").fill_null(0) > 1)
    return rows.with_columns(conflict=conflict)
