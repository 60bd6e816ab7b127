"""Counts of beds, for institutions that report so: the day's figures by type."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue

from eldercare.beds import queries, service
from eldercare.beds.pages.board import blueprint
from eldercare.beds.queries import house
from eldercare.beds.rules import LABELS, BedType
from eldercare.beds.schemas import CountsForm
from eldercare.core import clock
from eldercare.core.db import rollback
from eldercare.core.errors import Conflict, DomainError, Invalid, Problem
from eldercare.core.i18n import gettext as _
from eldercare.core.web import access, actor, commit, decode, flash, render, see_other


@blueprint.get("/<uuid:institution_id>/counts")
@access("beds.change")
def counts(institution_id: UUID) -> Response:
    """What was reported last, and the form for today."""
    return _page(institution_id)


def _page(institution_id: UUID, error: DomainError | None = None) -> Response:
    institution = queries.get_institution(institution_id)
    return render(
        "beds/counts.html",
        institution=institution,
        types=[(str(one), _(LABELS[one])) for one in BedType],
        last=house.reported(institution.id, clock.now()),
        past=house.reports(institution.id),
        keeps_beds=house.keeps_beds(institution.id, clock.now()),
        labels=LABELS,
        form=request.form if error else None,
        problems=_on_this_form(error) if isinstance(error, Invalid) else None,
        refusal=error if isinstance(error, Conflict) else None,
        status=200 if error is None else 422 if isinstance(error, Invalid) else 409,
    )


def _on_this_form(error: Invalid) -> list[Problem]:
    """`total.nursing` stands on the form as `total[nursing]`."""
    found = []
    for problem in error.problems:
        outer, dot, inner = problem.field.partition(".")
        found.append(Problem(f"{outer}[{inner}]" if dot else outer, problem.msgid, problem.params))
    return found


@blueprint.post("/<uuid:institution_id>/counts")
@access("beds.change")
def report_counts(institution_id: UUID) -> ResponseReturnValue:
    """The same figures again change nothing but say that they still hold."""
    try:
        values = decode(CountsForm())
        written = service.report_counts(
            actor(), institution_id=institution_id, bed_counts=values["bed_counts"], source="form"
        )
        if not written:
            service.confirm_nothing_changed(actor(), institution_id=institution_id)
        commit()
    except (Invalid, Conflict) as error:
        rollback()
        return _page(institution_id, error)
    flash(_("The counts are stored.") if written else _("Thank you. The figures are shown as confirmed now."), "ok")
    return see_other("beds.board", institution_id=institution_id)
