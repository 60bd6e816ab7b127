"""Rows per second of the demonstration's load, against COPY of the same blocks into the same constrained tables.

A fifth of the full city, so that five runs of both end in time. The divisions are there before, for both.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from unittest.mock import patch

import psycopg
from flask import Flask
from psycopg import sql

from benchmarks.support import Installation, Result, alternate, installation, keep, say, start_again
from eldercare.core import db as core_db
from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, commit, db
from eldercare.demo import draw
from eldercare.demo.load import load
from eldercare.demo.size import FULL, SMALL, Size
from eldercare.regions.service import ensure_regions

FIFTH = replace(
    FULL, homes=60, beds=12_400, stations=200, home_beds=1_600, elders=40_000, assessments=12_000, destitute=600,
    homes_with_counts=3,
)  # fmt: skip


def run(tiny: bool = False) -> Result:
    from eldercare.app import create_app

    with installation() as made:
        app = create_app(made.config)
        with app.app_context(), acting_as(Actor.system("benchmark")) as actor:
            ensure_regions(actor)
            commit()
        runs = Runs(made, app, SMALL if tiny else FIFTH)
        return alternate(
            "demo_load", runs.load, runs.copy, goal=0.5, at_least=True, unit="rows/s", tiny=tiny,
        )  # fmt: skip


@dataclass(frozen=True)
class Block:
    table: str
    columns: tuple[str, ...]
    content: list[bytes | str]


class Runs:
    def __init__(self, made: Installation, app: Flask, size: Size) -> None:
        self.made, self.app, self.size = made, app, size
        self._leave()
        keep(made)
        self.blocks: list[Block] = []
        with patch.object(draw, "copy_block", self._record):
            self.rows = self._load()
        say(f"demo_load: {self.rows} rows in {len(self.blocks)} blocks")

    def _record(self, table: str, columns: Sequence[str], blocks: Iterable[bytes | str]) -> None:
        block = Block(table, tuple(columns), list(blocks))
        self.blocks.append(block)
        core_db.copy_block(block.table, block.columns, block.content)

    def _load(self) -> int:
        with self.app.app_context():
            made = load(self.size, say=lambda _what, _count: None)
            commit()
        return sum(made.counts.values())

    def _leave(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def _fresh(self) -> None:
        self._leave()
        start_again(self.made)

    def load(self) -> float:
        self._fresh()
        began = time.perf_counter()
        self._load()
        return self.rows / (time.perf_counter() - began)

    def copy(self) -> float:
        """The blocks in their order in one transaction, as the same role."""
        self._fresh()
        with psycopg.connect(self.made.config.database_url.replace("+psycopg", "")) as plain:
            began = time.perf_counter()
            for block in self.blocks:
                names = sql.SQL(", ").join(map(sql.Identifier, block.columns))
                into = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, NULL '\\N')")
                with plain.cursor().copy(into.format(sql.Identifier(block.table), names)) as copy:
                    for part in block.content:
                        copy.write(part)
            plain.commit()
            return self.rows / (time.perf_counter() - began)
