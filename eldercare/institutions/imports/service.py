"""Preview a register file, then bring it in whole in one transaction, or discard it.

The plan is computed twice, at the preview and at the import. Where the register changed in between, nothing is
written and the preview shows the new plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import delete, func, select

from eldercare.audit import service as audit
from eldercare.core import clock, files
from eldercare.core.actor import Actor
from eldercare.core.csvfile import read_csv, write_csv
from eldercare.core.db import check_version, lock_rows, session
from eldercare.core.errors import Conflict, Invalid, NotFound
from eldercare.core.i18n import N_, locale
from eldercare.institutions.imports import queries
from eldercare.institutions.imports.apply import apply
from eldercare.institutions.imports.mapping import Mapping, get_mapping
from eldercare.institutions.imports.plan import Outcome, Planned, plan, plan_hash
from eldercare.institutions.imports.records import REASON_COLUMNS, kept, read_records, reason_of, without_reasons
from eldercare.institutions.models import InstitutionImport, InstitutionImportRow
from eldercare.regions.rules import shared_path

#: One import at a time: two would plan against the same register (an arbitrary, fixed number).
_IMPORT_LOCK = 7_205_114


def preview(
    actor: Actor, *, content: bytes, file_name: str, mapping_name: str, as_of: date | None = None
) -> InstitutionImport:
    """Store the file and what importing it would do. Raises Invalid for a file that cannot be read as a table."""
    actor.require("registry.import")
    mapping = get_mapping(mapping_name)
    day = as_of or clock.today()
    if day > clock.today():
        raise Invalid.one("as_of", N_("The day of the figures lies in the future."))
    parsed = without_reasons(read_csv(content))
    planned = _plan(actor, content, mapping, day)
    path = _place_of(actor, planned)
    stored = files.store(actor, content, name=file_name, media_type="text/csv", region_path=path)
    batch = InstitutionImport(
        region_path=path,
        mapping=mapping.name,
        mapping_hash=mapping.content_hash,
        file_id=stored.id,
        file_name=file_name[:255],
        encoding=parsed.encoding,
        columns=parsed.header,
        as_of=day,
        state="previewed",
        created_by=actor.label,
    )
    _note_plan(batch, planned)
    session().add(batch)
    session().flush()
    _store_rows(batch, planned)
    audit.record(
        action="registry.import.preview",
        subject_type="institution_import",
        subject_id=batch.id,
        after={"file": file_name[:255], "sha256": stored.sha256, "mapping": mapping.name, **_counts(batch)},
        region_path=path,
    )
    return batch


def confirm(actor: Actor, *, import_id: UUID, version: int | None = None) -> bool:
    """Bring the previewed file in. False: the register changed meanwhile, the preview is now the new plan."""
    actor.require("registry.import")
    batch = _open(import_id, version)
    session().execute(select(func.pg_advisory_xact_lock(_IMPORT_LOCK)))
    mapping = get_mapping(batch.mapping)
    planned = _plan(actor, b"".join(files.read(batch.file_id)), mapping, batch.as_of)
    if plan_hash(planned) != batch.plan_hash or mapping.content_hash != batch.mapping_hash:
        batch.mapping_hash = mapping.content_hash
        _note_plan(batch, planned)
        session().execute(delete(InstitutionImportRow).where(InstitutionImportRow.import_id == batch.id))
        _store_rows(batch, planned)
        return False
    ids = apply(actor, planned, mapping, source=f"{mapping.register}: {batch.file_name}"[:200])
    for row in session().scalars(
        select(InstitutionImportRow).where(
            InstitutionImportRow.import_id == batch.id, InstitutionImportRow.number.in_(list(ids))
        )
    ):
        row.institution_id = ids[row.number]
    _decide(actor, batch, "confirmed")
    return True


def discard(actor: Actor, *, import_id: UUID, version: int | None = None) -> None:
    """Give the preview up. File and rows stay, so that nothing is lost."""
    actor.require("registry.import")
    _decide(actor, _open(import_id, version), "discarded")


def refused_csv(actor: Actor, *, import_id: UUID) -> bytes:
    """The refused rows with their reasons in a column more; corrected, the file can be imported as it is."""
    actor.require("registry.import")
    batch = queries.get_import(import_id)
    width = len(batch.columns)
    reason = REASON_COLUMNS[0] if locale() == "zh" else REASON_COLUMNS[1]
    rows = [
        [*_fitted(row.cells or [], width), "; ".join(reason_of(problem) for problem in row.problems)]
        for row in queries.refused_rows(import_id)
    ]
    return write_csv([*batch.columns, reason], rows)


def _plan(actor: Actor, content: bytes, mapping: Mapping, as_of: date) -> list[Planned]:
    file = without_reasons(read_csv(content))
    records = read_records(file, mapping, as_of, clock.today())
    column = mapping.cells["as_of"].columns[0] if "as_of" in mapping.cells else None
    return plan(records, queries.snapshot(actor, records, mapping), as_of_given=column in file.header)


def _open(import_id: UUID, version: int | None) -> InstitutionImport:
    found = lock_rows(InstitutionImport, [import_id])
    if not found:
        raise NotFound
    batch = found[0]
    check_version(batch, version)
    if batch.state != "previewed":
        raise Conflict(N_("This import has already been decided."))
    return batch


def _decide(actor: Actor, batch: InstitutionImport, state: str) -> None:
    batch.state = state
    batch.decided_at = clock.now()
    batch.decided_by = actor.label
    audit.record(
        action=f"registry.import.{state}",
        subject_type="institution_import",
        subject_id=batch.id,
        before={"state": "previewed"},
        after={"state": state, **_counts(batch)},
        region_path=batch.region_path,
    )
    session().flush()


def _place_of(actor: Actor, planned: Sequence[Planned]) -> str:
    """The smallest division that holds all accepted rows, within the actor's own."""
    paths = [item.region[1] for item in planned if item.region is not None and item.outcome != Outcome.REFUSED]
    shared = shared_path(paths)
    if shared.count("/") >= 2 and (actor.is_system or any(shared.startswith(own) for own in actor.region_paths)):
        return shared
    return actor.region_paths[0] if actor.region_paths else "/"


def _note_plan(batch: InstitutionImport, planned: Sequence[Planned]) -> None:
    batch.plan_hash = plan_hash(planned)
    batch.new_count = sum(item.outcome == Outcome.NEW for item in planned)
    batch.changed_count = sum(item.outcome == Outcome.CHANGED for item in planned)
    batch.unchanged_count = sum(item.outcome == Outcome.UNCHANGED for item in planned)
    batch.refused_count = sum(item.outcome == Outcome.REFUSED for item in planned)
    batch.warned_count = sum(bool(item.record.warnings) for item in planned)


def _counts(batch: InstitutionImport) -> dict[str, int]:
    return {
        "new": batch.new_count,
        "changed": batch.changed_count,
        "unchanged": batch.unchanged_count,
        "refused": batch.refused_count,
    }


def _store_rows(batch: InstitutionImport, planned: Sequence[Planned]) -> None:
    session().add_all(
        InstitutionImportRow(
            import_id=batch.id,
            region_path=batch.region_path,
            number=item.record.number,
            outcome=item.outcome,
            name=item.record.name,
            institution_id=item.known.id if item.known is not None and item.outcome != Outcome.REFUSED else None,
            changes=item.changes,
            problems=[kept(problem) for problem in item.record.problems],
            warnings=[kept(problem) for problem in item.record.warnings],
            cells=item.record.cells if item.outcome == Outcome.REFUSED else None,
        )
        for item in planned
    )
    session().flush()


def _fitted(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))][: max(width, len(cells))]
