"""`eldercare audit seal` and `eldercare audit verify`."""

from __future__ import annotations

import click

from eldercare.audit import sealer
from eldercare.core.db import commit


@click.group("audit")
def group() -> None:
    """The append-only log and its seals."""


@group.command("seal")
def seal() -> None:
    """Seal the rows that are not sealed yet and export the head of the chain."""
    rows = seals = 0
    while (made := sealer.seal_batch()) is not None:
        rows, seals = rows + made.count, seals + 1
        commit()
    path = sealer.export_head()
    click.echo(f"{rows} rows sealed in {seals} seals." + (f" Head: {path}" if path else " Nothing was ever sealed."))


@group.command("verify")
def verify() -> None:
    """Check the whole chain; exit status 1 and the faults when it does not hold."""
    result = sealer.verify()
    for finding in result.findings:
        click.echo(str(finding), err=True)
    summary = f"{result.seals} seals over {result.rows} rows checked, {result.unsealed} rows wait to be sealed"
    if not result.holds:
        raise click.ClickException(f"The log was tampered with: {result.findings[0]}. ({summary})")
    click.echo(f"The log holds: {summary}.")
