"""`eldercare import institutions FILE --mapping NAME`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from eldercare.core.actor import Actor
from eldercare.core.db import commit, current_actor, rollback
from eldercare.core.errors import DomainError, Invalid
from eldercare.institutions.imports import queries, service
from eldercare.institutions.imports.mapping import mapping_names
from eldercare.institutions.imports.records import reason_of
from eldercare.institutions.models import InstitutionImport, InstitutionImportRow

SHOWN = 20


@click.group("import")
def cli() -> None:
    """Bring files of others in."""


@cli.command("institutions")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", required=True, help=f"Column mapping: {', '.join(mapping_names())}.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Day of the figures, where the file does not say.")
@click.option("--yes", is_flag=True, help="Import without asking.")
@click.option("--dry-run", is_flag=True, help="Only show what would happen; store nothing.")
@click.option("--refused", type=click.Path(dir_okay=False, path_type=Path), help="Write refused rows to this CSV file.")
def institutions(
    file: Path, mapping: str, as_of: datetime | None, yes: bool, dry_run: bool, refused: Path | None
) -> None:
    """Preview FILE, then bring it in as one transaction.

    Refused rows are listed with row, column and reason; corrected, they can be imported again. Importing the same
    file twice changes nothing.
    """
    actor = current_actor() or Actor.system("import")
    try:
        batch = service.preview(
            actor,
            content=file.read_bytes(),
            file_name=file.name,
            mapping_name=mapping,
            as_of=as_of.date() if as_of else None,
        )
        _show(batch)
        if refused is not None and batch.refused_count:
            refused.write_bytes(service.refused_csv(actor, import_id=batch.id))
            click.echo(f"Refused rows written to {refused}.")
        if dry_run:
            rollback()
            click.echo("Dry run: nothing was stored.")
            return
        if not batch.new_count + batch.changed_count:
            _keep(actor, batch)
            return
        if not yes and not click.confirm("Import this?"):
            service.discard(actor, import_id=batch.id)
            commit()
            click.echo("Discarded. The file and its preview are kept under /registry/imports.")
            return
        if not service.confirm(actor, import_id=batch.id):
            raise click.ClickException("The register changed meanwhile. Run the command again.")
        commit()
    except Invalid as error:
        raise click.ClickException("Nothing was stored.\n" + "\n".join(_lines(error))) from error
    except DomainError as error:
        raise click.ClickException(error.message) from error
    click.echo(f"Imported: {batch.new_count} new, {batch.changed_count} changed.")


def _keep(actor: Actor, batch: InstitutionImport) -> None:
    """Nothing to write, but what was refused stays on record."""
    service.confirm(actor, import_id=batch.id)
    commit()
    click.echo("Nothing to change.")


def _show(batch: InstitutionImport) -> None:
    click.echo(
        f"{batch.file_name} ({batch.encoding}): {batch.new_count} new, {batch.changed_count} changed, "
        f"{batch.unchanged_count} unchanged, {batch.refused_count} refused, {batch.warned_count} with a warning."
    )
    for outcome in ("new", "changed"):
        page = queries.list_rows(batch.id, outcome, 1, SHOWN)
        for row in page.items:
            click.echo(f"  {outcome:8} row {row.number}: {row.name}{_changes(row) if outcome == 'changed' else ''}")
        if page.total > SHOWN:
            click.echo(f"  ... and {page.total - SHOWN} more {outcome}")
    for row in queries.warned_rows(batch.id):
        click.echo(f"  warning  row {row.number}: {row.name}: {_reasons(row.warnings)}")
    for row in queries.refused_rows(batch.id):
        click.echo(f"  refused  row {row.number}: {row.name}: {_reasons(row.problems)}")


def _changes(row: InstitutionImportRow) -> str:
    return "".join(f"\n             {c['field']}: {c['from']} -> {c['to']}" for c in row.changes)


def _reasons(problems: Sequence[dict[str, Any]]) -> str:
    return "; ".join(reason_of(problem) for problem in problems)


def _lines(error: Invalid) -> list[str]:
    return [f"row {p.row}, {p.field}: {p.message}" if p.row else f"{p.field}: {p.message}" for p in error.problems[:50]]
