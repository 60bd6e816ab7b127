"""Alembic's entry: migrations run as the owner, one host at a time, and never wait long for a lock."""

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from eldercare.core.db import db
from eldercare.migrate import import_models

LOCK_NUMBER = 7_309_041_115

import_models()
engine = create_engine(context.config.attributes["url"], poolclass=NullPool)
with engine.connect() as connection:
    # A session lock, given back when the connection closes: a second host waits and then finds nothing to do.
    connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": LOCK_NUMBER})
    connection.execute(text("SET lock_timeout = '10s'"))
    connection.commit()
    context.configure(connection=connection, target_metadata=db.metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
