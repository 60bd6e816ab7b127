"""`eldercare db`: migrations."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import make_url

from eldercare import migrate
from eldercare.embedded.installation import Installation, is_embedded


@click.group()
def cli() -> None:
    """Migrations of the database."""


@contextmanager
def _owner_url() -> Iterator[str]:
    from eldercare.core.config import Config, ConfigError
    from eldercare.embedded.installation import external_environ

    if is_embedded(os.environ):
        with Installation.from_env(say=lambda text: click.echo(text, err=True)).for_command("eldercare db") as environ:
            yield environ["DATABASE_OWNER_URL"]
        return
    try:
        config = Config.from_env({"REDIS_URL": "unused", **external_environ(os.environ)})
    except ConfigError as error:
        raise click.ClickException(str(error)) from error
    yield config.database_owner_url


def _role_of_web_and_workers(owner_url: str) -> str | None:
    """The role of DATABASE_URL where it is another than the owner; an embedded server has given its rights already."""
    if is_embedded(os.environ):
        return None
    from eldercare.core.config import Config
    from eldercare.embedded.installation import external_environ

    config = Config.from_env({"REDIS_URL": "unused", **external_environ(os.environ)})
    role = make_url(config.database_url).username
    return role if role != make_url(owner_url).username else None


@cli.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the database to REVISION (default: the newest)."""
    with _owner_url() as url:
        before = migrate.present(url)
        migrate.upgrade(url, revision)
        after = migrate.present(url)
        role = _role_of_web_and_workers(url)
        if role and after:
            migrate.grant(url, role)
    click.echo(
        f"Already at {after}." if before == after else f"Migrated from {before or 'an empty database'} to {after}."
    )


@cli.command()
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take the database back to REVISION."""
    with _owner_url() as url:
        migrate.downgrade(url, revision)
    click.echo(f"Now at {revision}.")


@cli.command()
@click.argument("message")
def revision(message: str) -> None:
    """Write a migration from the difference between models and database."""
    with _owner_url() as url:
        migrate.new_revision(url, message)


@cli.command()
def check() -> None:
    """Say whether models and database differ."""
    with _owner_url() as url:
        migrate.check(url)
    click.echo("Models and database agree.")
