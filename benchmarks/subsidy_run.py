"""A whole run of 100,000 destitute elders by two real workers, against COPY of its lines into the real table.

The figure begins with the service that makes the run and ends when the run is computed: freezing the facts, ten
chunks through RQ, lines and skips with their traces, hashes and totals. The floor puts back the very same lines.
Every run is of another month; the table of lines is empty before each.
"""

from __future__ import annotations

import time
from typing import Any, ClassVar

import psycopg
from flask import Flask

from benchmarks.support import Installation, Result, alternate, analyze, installation, processes, say
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, commit
from eldercare.demo.draw import Draw
from eldercare.demo.load import SEED, load_destitute
from eldercare.demo.size import YANTAI
from eldercare.packstore.service import publish_shipped
from eldercare.regions.service import ensure_regions
from eldercare.subsidies.engine.segments import Month
from eldercare.subsidies.service import runs

ELDERS, TINY_ELDERS = 100_000, 200
PATIENCE = 300.0


def run(tiny: bool = False) -> Result:
    """Seconds."""
    from eldercare.app import create_app

    with installation() as made:
        app = create_app(made.config)
        with app.app_context(), acting_as(Actor.system("benchmark")) as actor:
            ensure_regions(actor)
            publish_shipped(actor)
            draw = Draw(SEED, clock.today())
            load_destitute(draw, "yantai", YANTAI, TINY_ELDERS if tiny else ELDERS, first_serial=0)
            commit()
        analyze(made)
        say(f"subsidy_run: {draw.counts} loaded")
        with (
            processes(made, [["workers.run"], ["workers.run"]]),
            psycopg.connect(made.config.database_url.replace("+psycopg", ""), autocommit=True) as plain,
        ):
            both = Both(made, app, plain)
            both.whole_run()  # the workers are up, and the floor has lines to put back
            say(f"subsidy_run: {both.count} lines")
            return alternate(
                "subsidy_run", both.whole_run, both.put_back, goal=5, at_least=False, unit="s", tiny=tiny,
            )  # fmt: skip


class Both:
    # The months of the table that holds on 2023-01-01, each for one run.
    MONTHS: ClassVar[list[str]] = ["2023-01", "2023-02", "2023-03", "2023-04", "2023-05", "2023-06"]

    def __init__(self, made: Installation, app: Flask, plain: psycopg.Connection[Any]) -> None:
        self.made, self.app, self.plain = made, app, plain
        self.months = iter(self.MONTHS)
        self.lines: list[bytes] = []
        self.count = 0

    def _empty(self) -> None:
        with self.made.owner() as owner:
            owner.execute("TRUNCATE subsidy_line, subsidy_skip")

    def whole_run(self) -> float:
        self._empty()
        month = Month.parse(next(self.months))
        began = time.perf_counter()
        with self.app.app_context(), acting_as(Actor.system("benchmark")) as actor:
            run_id = runs.create(actor, jurisdiction="yantai", month=month).id
            commit()
        while (state := self._state(run_id)) != "computed":
            if time.perf_counter() - began > PATIENCE:
                raise RuntimeError(f"the run of {month} is still {state}")
            time.sleep(0.02)
        taken = time.perf_counter() - began
        self._keep_lines()
        return taken

    def _state(self, run_id: Any) -> str:
        row = self.plain.execute("SELECT state FROM subsidy_run WHERE id = %s", (run_id,)).fetchone()
        return str(row[0]) if row else "missing"

    def _keep_lines(self) -> None:
        with self.plain.cursor() as cursor:
            with cursor.copy("COPY subsidy_line TO STDOUT") as copy:
                self.lines = [bytes(part) for part in copy]
            self.count = len(self.lines)
        if not self.lines:
            raise RuntimeError("the run made no lines")

    def put_back(self) -> float:
        """One COPY, one transaction, as the same role."""
        self._empty()
        content = b"".join(self.lines)
        began = time.perf_counter()
        with self.plain.cursor().copy("COPY subsidy_line FROM STDIN") as copy:
            copy.write(content)
        return time.perf_counter() - began
