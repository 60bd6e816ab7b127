"""Runs the migrations, as the role that owns the tables. Web and workers use a role that owns none."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.pool import NullPool

from eldercare.audit import ddl

FOLDER = Path(__file__).parent / "migrations"


def alembic_config(owner_url: str) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["url"] = owner_url
    return config


def upgrade(owner_url: str, revision: str = "head") -> None:
    command.upgrade(alembic_config(owner_url), revision)


def grant(owner_url: str, role: str) -> None:
    """Give the role of web and workers what it needs on every table there is and will be: never ownership, never a change
    of the append-only log. Harmless when it was done before."""
    name = sql.Identifier(role)
    statements = (
        "GRANT USAGE ON SCHEMA public TO {}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {}",
        "REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {}",
    )
    address = make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        for statement in statements:
            connection.execute(sql.SQL(statement).format(name))
        for table in ddl.APPEND_ONLY_TABLES:
            connection.execute(ddl.narrow_grants(table).encode())


def analyze(owner_url: str) -> None:
    """Tell the planner about freshly copied rows now; autovacuum would come round only later."""
    engine = create_engine(owner_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def downgrade(owner_url: str, revision: str) -> None:
    command.downgrade(alembic_config(owner_url), revision)


def new_revision(owner_url: str, message: str) -> None:
    """A further migration from the difference between the models and the database."""
    command.revision(alembic_config(owner_url), message=message, autogenerate=True)


def check(owner_url: str) -> None:
    """Raise when the models and the migrated database differ."""
    command.check(alembic_config(owner_url))


def head() -> str | None:
    return ScriptDirectory(str(FOLDER)).get_current_head()


def present(url: str) -> str | None:
    """The revision a database is at; None when it was never migrated."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            return of_connection(connection)
    finally:
        engine.dispose()


def of_connection(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def import_models() -> None:
    """Import every module of models, so that the metadata is complete."""
    import eldercare

    for package in pkgutil.iter_modules(eldercare.__path__, "eldercare."):
        if not package.ispkg:
            continue
        found = importlib.util.find_spec(f"{package.name}.models")
        if found is not None:
            importlib.import_module(found.name)
