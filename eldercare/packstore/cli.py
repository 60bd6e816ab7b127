"""`eldercare policy ...`: check, publish and list policy packs."""

from __future__ import annotations

from pathlib import Path

import click

from eldercare.core.actor import Actor
from eldercare.core.db import commit, current_actor
from eldercare.packstore import queries, service
from eldercare.policy import PackError, load, load_packs


@click.group()
def cli() -> None:
    """Policy packs: dated rules with their sources."""


@cli.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(file: Path) -> None:
    """Read a pack file strictly; say what is wrong and where."""
    try:
        packs = load_packs()
        pack = load(str(file), file.read_bytes(), packs["national"])
    except PackError as error:
        raise click.ClickException(str(error)) from None
    click.echo(
        f"{pack.code} {pack.version}: {len(pack.values)} values, {len(pack.tables)} tables, {len(pack.schemes)} schemes"
    )


@cli.command()
def publish() -> None:
    """Publish the shipped packs that are not published yet."""
    actor = current_actor() or Actor.system("command line")
    try:
        new = service.publish_shipped(actor)
    except PackError as error:
        raise click.ClickException(str(error)) from None
    commit()
    for row in new:
        click.echo(f"{row.code} {row.version} {row.content_hash}")
    click.echo(f"{len(new)} packs published")


@cli.command("list")
def list_packs() -> None:
    """What was published, the newest of each code first."""
    for row in queries.publications():
        click.echo(f"{row.code:<12} {row.version:<10} {row.published_at:%Y-%m-%d %H:%M}Z  {row.content_hash}")
