"""`eldercare regions load [FILE]`."""

from __future__ import annotations

from pathlib import Path

import click

from eldercare.core.actor import Actor
from eldercare.core.db import commit, current_actor
from eldercare.core.errors import DomainError, Invalid
from eldercare.regions import service


@click.group("regions")
def cli() -> None:
    """The division tree."""


@cli.command("load")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(file: Path | None) -> None:
    """Load FILE, or the shipped tree. Loading again changes nothing."""
    actor = current_actor() or Actor.system("regions")
    try:
        divisions = service.read_divisions((file or service.SHIPPED).read_text(encoding="utf-8"))
        done = service.load_regions(actor, divisions=divisions)
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file} is not UTF-8 text (byte {error.start}).") from error
    except Invalid as error:
        lines = [f"row {p.row}, {p.field}: {p.message}" if p.row else p.message for p in error.problems]
        raise click.ClickException("Nothing was loaded.\n" + "\n".join(lines[:50])) from error
    except DomainError as error:
        raise click.ClickException(error.message) from error
    commit()
    click.echo(f"{done.new} new, {done.changed} changed, {done.unchanged} unchanged divisions.")
