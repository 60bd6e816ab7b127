"""Imports of register files: upload, preview, confirm or discard, history, refused rows."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from eldercare.core import clock
from eldercare.core.csvfile import write_csv
from eldercare.core.db import rollback
from eldercare.core.errors import Invalid
from eldercare.core.i18n import gettext as _
from eldercare.core.i18n import ngettext
from eldercare.core.web import access, actor, commit, decode, flash, page_args, render, see_other
from eldercare.institutions.imports import queries, service
from eldercare.institutions.imports.mapping import all_mappings, get_mapping
from eldercare.institutions.imports.records import reason_of
from eldercare.institutions.rules import FACT_NAMES
from eldercare.institutions.schemas import DecisionForm, ImportForm

blueprint = Blueprint("registry_imports", __name__, url_prefix="/registry/imports")
OUTCOMES = ("new", "changed", "unchanged", "refused")


@blueprint.get("")
@access("registry.import")
def index() -> Response:
    """The upload form and the history."""
    return _index()


def _index(error: Invalid | None = None, status: int = 200) -> Response:
    return render(
        "registry/imports.html",
        status=status,
        page=queries.list_imports(*page_args()),
        mappings=all_mappings(),
        problems=error.problems if error else None,
        form=request.form if error else None,
        today=clock.today(),
    )


@blueprint.post("")
@access("registry.import")
def upload() -> BaseResponse:
    """Read the file and show what importing it would do."""
    try:
        values = decode(ImportForm())
        file = request.files.get("file")
        if file is None or not file.filename:
            raise Invalid.one("file", _("Choose a file."))
        batch = service.preview(
            actor(),
            content=file.read(),
            file_name=file.filename,
            mapping_name=values["mapping"],
            as_of=values["as_of"],
        )
        commit()
    except Invalid as error:
        rollback()
        return _index(error, 422)
    return see_other("registry_imports.show", import_id=batch.id)


@blueprint.get("/<uuid:import_id>")
@access("registry.import")
def show(import_id: UUID) -> Response:
    batch = queries.get_import(import_id)
    counts = {name: getattr(batch, f"{name}_count") for name in OUTCOMES}
    wanted = request.args.get("show", "")
    first = next((name for name in ("refused", "changed", "new") if counts[name]), "unchanged")
    outcome = wanted if wanted in OUTCOMES else first
    return render(
        "registry/import.html",
        batch=batch,
        mapping=get_mapping(batch.mapping),
        counts=counts,
        outcome=outcome,
        page=queries.list_rows(batch.id, outcome, *page_args(50)),
        warned=queries.warned_rows(batch.id),
        reason=reason_of,
        fact_name=_fact_name,
    )


def _fact_name(name: str) -> str:
    return _(FACT_NAMES.get(name, name))


@blueprint.post("/<uuid:import_id>/confirm")
@access("registry.import")
def confirm(import_id: UUID) -> BaseResponse:
    done = service.confirm(actor(), import_id=import_id, version=decode(DecisionForm())["version"])
    batch = queries.get_import(import_id)
    written = batch.new_count + batch.changed_count
    commit()
    if done:
        flash(ngettext("%(num)s institution was written.", "%(num)s institutions were written.", written), "ok")
    else:
        flash(_("The register changed since the preview. Nothing was written: below is the new preview."), "warn")
    return see_other("registry_imports.show", import_id=import_id)


@blueprint.post("/<uuid:import_id>/discard")
@access("registry.import")
def discard(import_id: UUID) -> BaseResponse:
    service.discard(actor(), import_id=import_id, version=decode(DecisionForm())["version"])
    commit()
    flash(_("The import was discarded; nothing was written."), "info")
    return see_other("registry_imports.index")


@blueprint.get("/<uuid:import_id>/refused.csv")
@access("registry.import")
def refused(import_id: UUID) -> Response:
    """The refused rows with the reason; corrected, the file can be uploaded again as it is."""
    content = service.refused_csv(actor(), import_id=import_id)
    headers = {"Content-Disposition": f'attachment; filename="refused-{str(import_id)[:8]}.csv"'}
    return Response(content, mimetype="text/csv", headers=headers)


@blueprint.get("/template/<name>.csv")
@access("registry.import")
def template(name: str) -> Response:
    """An empty file with the columns of a mapping."""
    content = write_csv(get_mapping(name).columns(), [])
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(content, mimetype="text/csv", headers=headers)
