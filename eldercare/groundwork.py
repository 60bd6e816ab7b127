"""What every installation has before its first user: the divisions, the shipped policy packs.

`eldercare prepare` lays it after the migrations and may run any number of times: it adds only what is missing.
"""

from __future__ import annotations

import click

from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, commit
from eldercare.packstore.service import publish_shipped
from eldercare.regions.service import ensure_regions


def lay() -> tuple[int, int]:
    """(new or changed divisions, newly published packs); the caller commits."""
    with acting_as(Actor.system("groundwork")) as actor:
        loaded = ensure_regions(actor)
        packs = publish_shipped(actor)
    return loaded.new + loaded.changed, len(packs)


@click.command("prepare")
def cli() -> None:
    """Load the divisions and publish the shipped policy packs, as far as they are missing."""
    divisions, packs = lay()
    commit()
    if divisions or packs:
        click.echo(f"Divisions loaded: {divisions:,}; policy packs published: {packs}.")
