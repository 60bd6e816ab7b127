"""Alembic's entry: `core.schema` hands it the owner's connection; a migration never waits long for a lock."""

from alembic import context
from sqlalchemy import text

from eldercare.core.db import db
from eldercare.core.schema import load_models

load_models()
connection = context.config.attributes["connection"]
connection.execute(text("SET lock_timeout = '10s'"))
connection.commit()
context.configure(connection=connection, target_metadata=db.metadata, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
