"""`eldercare keys`: rotate the key of personal data, and see which values are under which key."""

from __future__ import annotations

import click
from flask import current_app

from eldercare.audit import service as audit
from eldercare.core.actor import Actor
from eldercare.core.crypto import Keyring, keyring
from eldercare.core.db import acting_as, commit
from eldercare.people import queries, service

ACTOR = Actor.system("command line: keys")


@click.group("keys")
def cli() -> None:
    """The keys of personal data: status, rotate."""


@cli.command("status")
def status() -> None:
    """How many values are under which key."""
    with acting_as(ACTOR):
        active = keyring().active
        counts = queries.values_by_key()
    for name in sorted(keyring().keys.keys() | counts.keys()):
        note = " (active)" if name == active else ""
        click.echo(f"{name}{note}\t{counts.get(name, 0)} values")


@cli.command("rotate")
def rotate() -> None:
    """Make a new key and encrypt every ID and phone number again under it. May be stopped and started again.

    Old keys stay in the key file: backups made before still need them.
    """
    with acting_as(ACTOR):
        ring = keyring()
        stale = sum(count for name, count in queries.values_by_key().items() if name != ring.active)
        if stale:
            click.echo(
                f"An earlier rotation was not finished: {stale} values are left. Finishing it under {ring.active}."
            )
        else:
            ring = _new_key(ring)
            click.echo(f"The new key is {ring.active}. Back up the key folder now, apart from the database.")
        _reencrypt()


def _new_key(ring: Keyring) -> Keyring:
    """On disk before the first value is under it, so that no value can ever be without its key."""
    folder = current_app.extensions["config"].keys_dir
    fresh = ring.with_new_key()
    fresh.save(folder)
    audit.record(action="people.keys.new", after={"key": fresh.active})
    commit()
    return keyring()


def _reencrypt() -> None:
    total, last = 0, None
    while True:
        last, changed = service.reencrypt_batch(ACTOR, after=last)
        if last is None:
            break
        commit()
        total += changed
        click.echo(f"{total} persons done")
    click.echo(f"Finished: {total} persons re-encrypted under {keyring().active}.")
