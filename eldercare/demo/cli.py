"""`eldercare demo`: the only way demo data and demo accounts come into being."""

from __future__ import annotations

import json

import click
from flask import current_app

from eldercare import migrate
from eldercare.core.db import commit
from eldercare.core.errors import DomainError
from eldercare.demo.load import is_loaded, load
from eldercare.demo.signins import PASSWORD, SIGN_INS
from eldercare.demo.size import FULL, SMALL


@click.command("demo")
@click.option("--small", is_flag=True, help="A small city, for a quick look or for tests.")
@click.option("--sign-ins", is_flag=True, help="Only list the demo sign-ins as JSON.")
def cli(small: bool, sign_ins: bool) -> None:
    """Load the demonstration city (invented people, real divisions) into an empty database."""
    if sign_ins:
        listed = [
            {"username": one.username, "password": PASSWORD, "role": one.role.value, "name": one.name}
            for one in SIGN_INS
        ]
        click.echo(json.dumps(listed if is_loaded() else [], ensure_ascii=False))
        return
    try:
        draw = load(SMALL if small else FULL, say=lambda what, count: click.echo(f"  {what}: {count:,}"))
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    commit()
    migrate.analyze(current_app.extensions["config"].database_owner_url)
    click.echo(f"Demo loaded: {sum(draw.counts.values()):,} rows.")
