"""The public search over HTTP at 4,000 facilities, against its template from constants plus its bare SQL.

The page comes from the real web server (two processes, as `make run` starts it), one request after the other.
The floor runs the search's one statement over a plain connection and renders the very same results.
"""

from __future__ import annotations

import http.client
import statistics
import time
from collections.abc import Callable
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy.dialects import postgresql

from benchmarks.search_world import fill
from benchmarks.support import Installation, Result, alternate, analyze, installation, processes, say
from eldercare.embedded.ports import free_port

FACILITIES, TINY_FACILITIES = 4000, 40
REQUESTS, WARM = 60, 40
START_PATIENCE = 60.0


def run(tiny: bool = False) -> Result:
    """p50 in milliseconds."""
    requests = 3 if tiny else REQUESTS
    with installation() as made:
        began = time.monotonic()
        with made.owner() as database:
            fill(database, TINY_FACILITIES if tiny else FACILITIES)
        analyze(made)
        say(f"search: world filled in {time.monotonic() - began:.0f} s")
        port = free_port()
        server = ["gunicorn", "wsgi:application", "--worker-class=gthread", f"--bind=127.0.0.1:{port}", "--workers=2",
                  "--threads=8", "--no-control-socket", "--preload"]  # fmt: skip
        with processes(made, [server]), psycopg.connect(made.config.database_url.replace("+psycopg", "")) as plain:
            page = Page(port)
            floor = Floor(made, plain)
            for _ in range(3 if tiny else WARM):
                page.fetch()
                floor.once()
            return alternate(
                "search",
                lambda: p50(page.fetch, requests),
                lambda: p50(floor.once, requests),
                goal=1.5, at_least=False, unit="ms", tiny=tiny,
            )  # fmt: skip


def p50(action: Callable[[], None], times: int) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


class Page:
    """The start page of the directory, fetched over one connection after the other, as by many visitors."""

    def __init__(self, port: int) -> None:
        self.port = port
        deadline = time.monotonic() + START_PATIENCE
        while not self._answers():
            if time.monotonic() > deadline:
                raise RuntimeError("the web server did not start")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            self.fetch()
        except ConnectionRefusedError:
            return False
        return True

    def fetch(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", "/")
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.status != 200 or b"<article" not in body:
            raise RuntimeError(f"the search answered {answer.status}: {body[:300]!r}")


class Floor:
    """The statement as text on a plain connection, and the template with what a first search found."""

    def __init__(self, made: Installation, plain: psycopg.Connection[Any]) -> None:
        from eldercare.app import create_app
        from eldercare.core import clock
        from eldercare.directory import queries
        from eldercare.directory.pages import PER_PAGE
        from eldercare.directory.rules import Criteria

        self.plain = plain
        self.app: Flask = create_app(made.config)
        criteria, at = Criteria(), clock.now()
        compiled = queries.search_statement(criteria, at, 1, PER_PAGE).compile(
            dialect=postgresql.psycopg.dialect(), compile_kwargs={"render_postcompile": True}
        )
        self.statement, self.values = str(compiled), compiled.params
        with self.app.test_request_context("/"), queries.as_directory():
            found = queries.search_places(criteria, at, 1, PER_PAGE)
            lineage, below = queries.picker(None, clock.day_of(at))
        self.constants: tuple[Any, ...] = (found, criteria, None, [], lineage, below)

    def once(self) -> None:
        from eldercare.directory.pages import render_search

        # The statement is planned each time, as it is for the page.
        rows = self.plain.execute(self.statement, self.values, prepare=False).fetchall()
        assert len(rows) == len(self.constants[0].items)
        with self.app.test_request_context("/"):
            render_search(*self.constants)
