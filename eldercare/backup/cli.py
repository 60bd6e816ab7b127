"""`eldercare backup DIR`, `eldercare restore DIR`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from eldercare.backup import run
from eldercare.backup.archive import BackupError


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--keys", "keys_folder", type=click.Path(file_okay=False, path_type=Path), help="Put the keys there instead."
)
def backup(folder: Path, keys_folder: Path | None) -> None:
    """Back up database and files into FOLDER, and the keys apart; web and workers may go on."""
    from flask import current_app

    config = current_app.extensions["config"]
    try:
        details = run.back_up(config.database_owner_url, config.keys_dir, folder, keys_folder=keys_folder)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Backed up {sum(details['rows'].values()):,} rows into {folder}.")
    click.echo(f"The keys are in {keys_folder or folder}: keep them apart from the database's backup.")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--keys", "keys_folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Where the keys lie."
)
def restore(folder: Path, keys_folder: Path | None) -> None:
    """Fill an empty installation from the backup in FOLDER. Stop `eldercare up` first, or name a new DATA_DIR."""
    try:
        details, counts = _restore(folder, keys_folder)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    if counts != details["rows"]:
        wrong = sorted(name for name in {*counts, *details["rows"]} if counts.get(name) != details["rows"].get(name))
        raise click.ClickException(
            f"Restored, but these tables have other row counts than the backup says: {', '.join(wrong)}"
        )
    click.echo(f"Restored {sum(counts.values()):,} rows, backed up at {details['made_at']}. All row counts agree.")


def _restore(folder: Path, keys_folder: Path | None) -> tuple[dict[str, Any], dict[str, int]]:
    from eldercare.core.config import Config, ConfigError
    from eldercare.embedded.installation import Installation, is_embedded

    if not is_embedded(os.environ):
        try:
            config = Config.from_env({"SECRET_KEY": "unused", "REDIS_URL": "unused", **os.environ})
        except ConfigError as error:
            raise BackupError(str(error)) from error
        details = run.restore(config.database_owner_url, config.keys_dir, folder, keys_folder=keys_folder)
        return details, run.count_rows(config.database_owner_url)
    installation = Installation.from_env(say=lambda text: click.echo(text, err=True))
    if installation.holder():
        raise BackupError("eldercare runs on this data folder. Stop it first, or name a new DATA_DIR.")
    # Before the servers' own start makes fresh ones: the backup's keys must come into an empty folder.
    with installation.servers_for_restore() as owner_url:
        details = run.restore(owner_url, installation.keys_dir, folder, keys_folder=keys_folder)
        return details, run.count_rows(owner_url)
