"""The rights of a role of web and workers that nobody prepared: `eldercare db upgrade` gives them, as the owner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from eldercare import migrate
from eldercare.audit.ddl import APPEND_ONLY_TABLES


@pytest.fixture
def stranger(committed_db: Any, worker_number: int) -> Iterator[str]:
    """A login without any right, with a name that has to be quoted."""
    name = f'Web "{worker_number}" role'
    server = committed_db.servers.postgres.conninfo(database=committed_db.name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
        yield name
        connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
        connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def rights(database: Any, role: str, table: str) -> set[str]:
    wanted = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
    address = database.owner_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address) as connection:
        asked = "SELECT has_table_privilege(%s, %s, %s)"
        return {
            one for one in wanted if (connection.execute(asked, (role, table, one)).fetchone() or (False,))[0] is True
        }


def test_the_owner_gives_the_second_role_what_it_needs_and_no_more(committed_db: Any, stranger: str) -> None:
    assert rights(committed_db, stranger, "elder") == set()
    for _ in range(2):
        migrate.grant(committed_db.owner_url, stranger)
    assert rights(committed_db, stranger, "elder") == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert rights(committed_db, stranger, "alembic_version") == {"SELECT"}
    for table in APPEND_ONLY_TABLES:
        assert rights(committed_db, stranger, table) == {"SELECT", "INSERT"}


def test_tables_of_later_migrations_are_reached_too(committed_db: Any, stranger: str) -> None:
    migrate.grant(committed_db.owner_url, stranger)
    with psycopg.connect(committed_db.owner_url.replace("postgresql+psycopg", "postgresql")) as connection:
        connection.execute("CREATE TABLE added_later (id bigint GENERATED ALWAYS AS IDENTITY)")
    assert rights(committed_db, stranger, "added_later") == {"SELECT", "INSERT", "UPDATE", "DELETE"}
