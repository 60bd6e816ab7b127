"""Bring a database to the newest schema (Alembic), as the owner of its tables."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Connection, create_engine, text

FOLDER = Path(__file__).resolve().parent.parent / "migrations"
LOCK_NUMBER = 7_309_041_115


def load_models() -> None:
    """Import every slice's models so that the metadata is whole."""
    import eldercare

    for module in iter_modules(eldercare.__path__, "eldercare."):
        if module.ispkg and (Path(eldercare.__path__[0]) / module.name.rpartition(".")[2] / "models.py").exists():
            import_module(f"{module.name}.models")


def alembic_config(connection: Connection | None = None) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def upgrade(owner_url: str) -> None:
    """Run the open migrations; a second caller waits for the first and then finds nothing to do."""
    engine = create_engine(owner_url)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": LOCK_NUMBER})
            connection.commit()
            command.upgrade(alembic_config(connection), "head")
            connection.commit()
    finally:
        engine.dispose()  # closing the connection gives the advisory lock back


def revision(owner_url: str, message: str, **options: Any) -> None:
    """Write a new migration from the difference between models and database."""
    engine = create_engine(owner_url)
    try:
        with engine.connect() as connection:
            command.revision(alembic_config(connection), message=message, autogenerate=True, **options)
    finally:
        engine.dispose()
