"""Browsing the division tree."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from flask import Blueprint, Response, request

from eldercare.core.web import access, render
from eldercare.regions import queries
from eldercare.regions.models import Region
from eldercare.regions.rules import LABELS

blueprint = Blueprint("regions", __name__, url_prefix="/regions")


@blueprint.get("")
@access("registry.read")
def index() -> Response:
    """The roots of the tree, or what a search finds."""
    text = request.args.get("q", "").strip()[:60]
    found = queries.search_regions(text, limit=100) if text else queries.roots()
    return _page(None, found, text)


@blueprint.get("/<code>")
@access("registry.read")
def show(code: str) -> Response:
    region = queries.get_region(code)
    text = request.args.get("q", "").strip()[:60]
    found = queries.search_regions(text, limit=100, within=region.path) if text else queries.children(region)
    return _page(region, found, text)


@blueprint.get("/<code>.csv")
@access("registry.read")
def export(code: str) -> Response:
    """The subtree as a CSV file (UTF-8 with the mark that Excel needs)."""
    region = queries.get_region(code)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["code", "name", "name_en", "level", "kind", "path", "source"])
    for row in queries.subtree(region.path):
        writer.writerow([row.code, row.name, row.name_en or "", row.level, row.kind, row.path, row.source])
    name = f"regions-{region.code}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response("\ufeff" + out.getvalue(), mimetype="text/csv", headers=headers)


def _page(region: Region | None, rows: Sequence[Region], text: str) -> Response:
    return render(
        "registry/regions.html",
        region=region,
        lineage=queries.lineage(region.path) if region else [],
        rows=rows,
        counts=queries.child_counts(rows),
        labels=queries.full_labels(row.path for row in rows) if text else {},
        text=text,
        words=LABELS,
    )
