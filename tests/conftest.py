"""The harness: real PostgreSQL and Redis, one migrated template, a rolled-back transaction per test.

Fixtures for tests: `app`, `db_session`, `committed_db`, `client`, `client_as(name)`, `actor_as(name)`, `frozen_clock`,
`live_server`. Who the names are: tests/support/cast.py. A test that asks for any of those that need the database
gets the marker `db`; `-m "not db and not browser"` needs no server.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers import Servers

DATABASE_FIXTURES = {
    "app",
    "servers",
    "db_session",
    "committed_db",
    "client",
    "client_as",
    "live_server",
    "redis_server",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--without-servers", action="store_true", help="run only what needs no database")


def pytest_configure(config: pytest.Config) -> None:
    """With xdist the controller starts the servers and the workers share them."""
    os.environ.setdefault("TZ", "UTC")
    parallel = getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput")
    if parallel and "not db" not in (config.option.markexpr or "") and not config.option.collectonly:
        config.stash[SERVERS] = Servers.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    servers = config.stash.get(SERVERS, None)
    if servers is not None:
        servers.stop()


SERVERS: pytest.StashKey[Servers] = pytest.StashKey()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("db")
    # These wait for minutes: begun last, they would keep one process busy when the others have nothing left.
    items.sort(key=lambda item: item.get_closest_marker("faults") is None)


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    shared = Servers.running()
    if shared is not None:
        yield shared
        return
    own = Servers.start()
    yield own
    own.stop()


@pytest.fixture(scope="session")
def worker_number(request: pytest.FixtureRequest) -> int:
    name = getattr(request.config, "workerinput", {}).get("workerid", "gw0")
    return int(name.removeprefix("gw"))


@pytest.fixture(scope="session")
def app(servers: Servers, worker_number: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The application on a copy of the template, as the role that owns no table."""
    from eldercare.app import create_app
    from tests.support.isolation import Client

    database = servers.copy(f"test_{worker_number}")
    app = create_app(config_for(servers, database, worker_number, tmp_path_factory.mktemp("data")))
    app.test_client_class = Client
    yield app


def config_for(servers: Servers, database: str, number: int, folder: Path) -> Any:
    """Settings of a test installation: keys of its own, a Redis database of its own, cheap password hashes."""
    from eldercare.core.config import Config
    from eldercare.embedded.keys import ensure_keys

    ensure_keys(folder / "keys")
    return Config(
        database_url=servers.url(database),
        database_owner_url=servers.owner_url(database),
        redis_url=servers.redis.url_of(number % 16),
        secret_key="only for tests " * 3,
        keys_dir=folder / "keys",
        data_dir=folder,
        testing=True,
        argon2_time_cost=1,
        argon2_memory_kib=64,
    )


@pytest.fixture
def redis_server(app: Any) -> Iterator[Any]:
    """The emptied Redis of this test worker."""
    redis = app.extensions["redis"]
    redis.flushdb()
    yield redis


@pytest.fixture
def db_session(app: Any, redis_server: Any) -> Iterator[Any]:
    """The session of the test, acting as the system; everything is rolled back at the end."""
    from eldercare.core.db import session
    from tests.support.isolation import rolled_back

    with rolled_back(app):
        yield session()


@pytest.fixture
def committed_db(app: Any, servers: Servers, redis_server: Any, worker_number: int) -> Iterator[Any]:
    """The app on a database of this test alone, for threads, workers and real commits."""
    from tests.support.committed import CommittedDatabase
    from tests.support.isolation import pointed_at

    name = servers.copy(f"test_committed_{worker_number}")
    with pointed_at(app, servers.url(name)):
        yield CommittedDatabase(app=app, servers=servers, name=name, config=app.extensions["config"])
    servers.drop(name)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> None:
    """Whichever isolation the test chose; rolled back unless it asked for `committed_db`."""
    request.getfixturevalue("committed_db" if "committed_db" in request.fixturenames else "db_session")


@pytest.fixture
def client(app: Any, database: None) -> Any:
    """A visitor who is not signed in."""
    return app.test_client()


@pytest.fixture
def client_as(app: Any, database: None) -> Callable[[str], Any]:
    """`client_as("official_a")`: a client signed in as one of the cast."""
    from tests.support.signed_in import sign_in

    return lambda name: sign_in(app, name)


@pytest.fixture
def actor_as() -> Callable[[str], Any]:
    """`actor_as("operator_1")`: the Actor of one of the cast, for services."""
    from tests.support.signed_in import actor_of

    return actor_of


@pytest.fixture
def frozen_clock() -> Iterator[Callable[[datetime | date], None]]:
    """`frozen_clock(date(2023, 1, 31))` moves the clock there (a date means noon in China) until the test ends."""
    from contextlib import ExitStack

    from eldercare.core import clock

    with ExitStack() as stack:
        yield lambda at: stack.enter_context(clock.freeze(at))


@pytest.fixture
def live_server(committed_db: Any) -> Iterator[str]:
    """Address of the app served by real threads on the test's committed database."""
    from tests.support.live import serve

    with serve(committed_db.app) as address:
        yield address
