"""A subsidy run outlives the kill -9 of everything it needs, and ends with the bytes it would have had."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psycopg
import pytest

from eldercare.embedded.postgres import DATABASE, SUPERUSER, EmbeddedPostgres
from tests.faults.house import RESTART_SECONDS, House, changed, until

pytestmark = [pytest.mark.db, pytest.mark.faults]
MONTHS = {"worker 1": "2023-01", "Redis": "2023-02", "PostgreSQL": "2023-03", "supervisor": "2023-04"}


def connect(house: House) -> psycopg.Connection:
    postgres = EmbeddedPostgres(house.folder / "data" / "postgres")
    return psycopg.connect(postgres.conninfo(SUPERUSER, DATABASE), autocommit=True)


def state(house: House, run: str) -> str:
    with suppress(psycopg.OperationalError), connect(house) as connection:
        row = connection.execute("SELECT state FROM subsidy_run WHERE id = %s", (run,)).fetchone()
        return str(row[0]) if row else ""
    return "database away"


@contextmanager
def held_in_the_middle(house: House) -> Iterator[Callable[[], bool]]:
    """Whoever writes lines waits in its transaction until this ends; the value tells whether somebody does."""
    holder = connect(house)
    holder.execute("BEGIN")
    holder.execute("LOCK TABLE subsidy_line IN EXCLUSIVE MODE")
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'subsidy_line'::regclass"
    try:
        yield lambda: (holder.execute(waiting).fetchone() or (0,))[0] > 0
    finally:
        with suppress(psycopg.Error):
            holder.close()


def kill(house: House, victim: str) -> None:
    if victim == "supervisor":
        assert house.process is not None
        house.process.kill()
        house.process.wait()
    else:
        os.kill(house.pids()[victim], signal.SIGKILL)


def test_a_run_survives_the_kill_of_any_process_with_the_same_bytes(house_with_demo: House) -> None:
    house = house_with_demo
    house.start()
    for victim, month in MONTHS.items():
        with held_in_the_middle(house) as is_held:
            said = house.command("subsidies", "run", "--jurisdiction", "yantai", "--month", month, "--no-wait")
            run = (re.search(r"run ([0-9a-f-]{36})", said) or [said, said])[1]
            assert until(is_held, RESTART_SECONDS), f"{victim}: {state(house, run)}\n{house.said()}"
            pids = house.pids()
            kill(house, victim)
        if victim == "supervisor":
            house.start()
        else:
            back = until(lambda victim=victim, pids=pids: changed(house, victim, pids[victim]), RESTART_SECONDS)
            assert back, f"{victim}\n{house.said()}"
        done = until(lambda run=run: state(house, run) == "computed", RESTART_SECONDS)
        assert done, f"{victim}: {state(house, run)}\n{house.said()}"
        assert "the same bytes" in house.command("subsidies", "verify", run)
    assert house.stop() == 0
