"""Admit and discharge through the service with 8 clients, against pgbench sending the very same SQL.

The SQL is not written by hand: one admission and one discharge are run through the service, every statement is
recorded with its values (savepoints, locks, audit rows and all), and ids and instants become pgbench variables.
"""

from __future__ import annotations

import multiprocessing as mp
import os
import re
import subprocess
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import psycopg
from sqlalchemy import event

from benchmarks.bed_world import BED, CLIENTS, ELDER, FIRST, FLOOR, HOME, LAST, SERVICE, USER, fill, id_of, operator
from benchmarks.support import Installation, Result, alternate, analyze, installation, say
from eldercare.core.config import Config
from eldercare.embedded.postgres import APP, DATABASE

SECONDS = 6


def run(tiny: bool = False) -> Result:
    seconds = 1 if tiny else SECONDS
    with installation() as made:
        with made.owner() as database:
            fill(database, FIRST + 400 if tiny else LAST)
        analyze(made)
        script = made.folder / "change.sql"
        script.write_text(pgbench_script(made.config), encoding="utf-8")
        if keep := os.environ.get("BENCH_KEEP_SCRIPT"):
            Path(keep).write_text(script.read_text(), encoding="utf-8")
        say(f"bed_change: {script.read_text().count(';')} statements a pair")
        with Clients(made.config) as clients:
            floor = Floor(made, script)
            return alternate(
                "bed_change",
                lambda: clients.measure(seconds),
                lambda: floor.measure(seconds),
                goal=0.4, at_least=True, unit="pairs/s", tiny=tiny,
            )  # fmt: skip


# --- the service --------------------------------------------------------------------------------------------------


class Clients:
    """Eight processes with the application in them, as web workers are; they stay connected between the runs."""

    def __init__(self, config: Config) -> None:
        context = mp.get_context("spawn")
        self.ends: list[Connection] = []
        self.processes = []
        for number in range(CLIENTS):
            ours, theirs = context.Pipe()
            process = context.Process(target=client, args=(config, number, theirs), daemon=True)
            process.start()
            self.ends.append(ours)
            self.processes.append(process)

    def __enter__(self) -> Self:
        for end in self.ends:
            end.recv()  # ready
        return self

    def __exit__(self, *_error: object) -> None:
        for end in self.ends:
            end.send(None)
        for process in self.processes:
            process.join(10)

    def measure(self, seconds: int) -> float:
        begin = time.time() + 0.2
        for end in self.ends:
            end.send((begin, begin + seconds))
        return sum(end.recv() for end in self.ends) / seconds


def client(config: Config, number: int, end: Connection) -> None:
    """One web worker: pairs of admission and discharge, each committed, until the time is up."""
    from eldercare.app import create_app

    app = create_app(config)
    pairs = iter(range(FIRST + 1, LAST + 1))
    pair(app, number, FIRST)  # the first call compiles the statements
    end.send("ready")
    while (times := end.recv()) is not None:
        begin, until = times
        time.sleep(max(0.0, begin - time.time()))
        done = 0
        while time.time() < until:
            pair(app, number, next(pairs))
            done += 1
        end.send(done)


def pair(app: Any, number: int, which: int, side: int = SERVICE) -> None:
    from eldercare.beds import service
    from eldercare.beds.rules import EndReason
    from eldercare.core import db as core_db

    actor = operator(side, number)
    with app.app_context():
        core_db.set_actor(actor)
        stay = service.admit(actor, bed_id=id_of(BED, side, number, which), elder_id=id_of(ELDER, side, number, which))
        fact_id = stay.fact_id
        core_db.commit()
    with app.app_context():
        core_db.set_actor(actor)
        service.discharge(actor, stay_id=fact_id, end_reason=EndReason.HOME)
        core_db.commit()


# --- the floor ----------------------------------------------------------------------------------------------------


class Floor:
    """pgbench with the script, as the same database role. Each run goes on where the last one stopped."""

    def __init__(self, made: Installation, script: Path) -> None:
        self.made, self.script = made, script
        self.next = FIRST

    def measure(self, seconds: int) -> float:
        postgres = self.made.postgres
        began = int(time.time() * 1_000_000)
        command = [
            str(postgres.bin / "pgbench"), "-n", "-f", str(self.script), "-c", str(CLIENTS), "-j", "2",
            "-T", str(seconds), "-D", f"n={self.next}", "-D", f"t={began}",
            "-h", "127.0.0.1", "-p", str(postgres.port), "-U", APP, DATABASE,
        ]  # fmt: skip
        environ = os.environ | {"PGPASSWORD": postgres.password(APP), "PGOPTIONS": "-c timezone=UTC"}
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        if done.returncode != 0 or "failed" in re.sub(r"failed transactions: 0 .*", "", done.stdout):
            raise RuntimeError(done.stdout + done.stderr)
        with self.made.owner() as database:
            row = database.execute(
                "SELECT max(substr(bed_id::text, 4, 4)::int) FROM bed_occupancy"
                " WHERE substr(bed_id::text, 1, 1) = %s AND kind = 'stay'",
                (str(FLOOR),),
            ).fetchone()
        self.next = int(str(row[0])) if row else FIRST
        if self.next >= LAST:
            raise RuntimeError("pgbench used up all beds: make LAST larger")
        match = re.search(r"tps = ([0-9.]+)", done.stdout)
        assert match is not None, done.stdout
        return float(match.group(1))


def pgbench_script(config: Config) -> str:
    """The recorded SQL of one pair as a script."""
    recorded = record(config)
    instants = sorted({found for text in recorded for found in _INSTANT.findall(text)})
    places = {
        found: f"(timestamptz 'epoch' + (:t + {number}) * interval '1 microsecond')"
        for number, found in enumerate(instants)
    }
    ids: dict[str, str] = {}
    lines = ["\\set n :n + 1", "\\set t :t + 1000", "\\set r random(100000000000, 999999999999)",
             "\\set q random(10000000, 99999999)"]  # fmt: skip
    for text in recorded:
        line = _as_variables(" ".join(text.split()), places, ids)
        gset = line.startswith("SELECT elder_grant.id")
        lines.append(line + (" \\gset g_" if gset else ";"))
    return "\n".join(lines) + "\n"


_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}(?:\.[0-9]+)?\+00:00")
_UUID = re.compile(r"\b[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\b")


def _as_variables(line: str, places: dict[str, str], ids: dict[str, str]) -> str:
    def range_of(match: re.Match[str]) -> str:
        ends = [places[part] if part else "NULL" for part in match.group(1).replace('"', "").split(",")]
        return f"tstzrange({ends[0]}, {ends[1]}, '[)')"

    line = re.sub(
        r"'\[((?:\"?" + _INSTANT.pattern + r"\"?)?,(?:\"?" + _INSTANT.pattern + r"\"?)?)\)'(?:::\w+)*", range_of, line
    )
    line = re.sub(r"'(" + _INSTANT.pattern + r")'(?:::\w+(?: WITH TIME ZONE)?)*", lambda m: places[m.group(1)], line)
    line = re.sub(r"(elder_grant\.id = )[0-9]+", r"\g<1>:g_id", line)
    return _UUID.sub(lambda match: _id_variable(str(UUID(match.group(0))), ids), line)


_REST = "-0000-4000-8000-000000000000"


def _id_variable(text: str, ids: dict[str, str]) -> str:
    """Ids of the world by client and number; ids made on the way new in each transaction."""
    known = {
        str(id_of(BED, FLOOR, 0, FIRST)): f"{FLOOR}{BED:02d}:n:client_id{_REST}",
        str(id_of(ELDER, FLOOR, 0, FIRST)): f"{FLOOR}{ELDER:02d}:n:client_id{_REST}",
        str(id_of(HOME, FLOOR, 0)): f"{FLOOR}{HOME:02d}0000:client_id{_REST}",
        str(id_of(USER)): str(id_of(USER)),
    }
    if text in known:
        return known[text]
    return ids.setdefault(text, f":q-000:client_id-4000-800{len(ids):x}-:r")


def record(config: Config) -> list[str]:
    """Every statement of one admission and one discharge, with its values written in."""
    from eldercare.app import create_app
    from eldercare.core.db import db

    app = create_app(config)
    statements: list[str] = []
    pair_numbers = (0, FIRST)
    with app.app_context():
        engine = db.engine
    with psycopg.connect(config.database_url.replace("+psycopg", "")) as plain:
        cursor = psycopg.ClientCursor(plain)

        def before(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
            statements.append(cursor.mogrify(statement, parameters))

        listeners: list[tuple[str, Any]] = [
            ("before_cursor_execute", before),
            ("begin", lambda _conn: statements.append("BEGIN")),
            ("commit", lambda _conn: statements.append("COMMIT")),
        ]
        for name, listener in listeners:
            event.listen(engine, name, listener)
        pair(app, *pair_numbers, side=FLOOR)
    engine.dispose()
    return statements
