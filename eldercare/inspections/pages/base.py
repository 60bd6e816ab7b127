"""The blueprint, and what its pages share: tabs, division of the reader, words."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from eldercare.core.csvfile import write_csv
from eldercare.core.errors import NotFound
from eldercare.core.i18n import N_, Text, gettext
from eldercare.core.scope import within
from eldercare.core.web import actor, render
from eldercare.inspections import texts
from eldercare.inspections.queries import people
from eldercare.inspections.rules import DUE_NAMES, GROUND_NAMES, RECORD_NAMES, STATE_NAMES, DueKind
from eldercare.regions.models import Region
from eldercare.regions.queries import find_by_path, get_region

blueprint = Blueprint("inspections", __name__, url_prefix="/inspections")
STATE_BADGES = {"queued": "info", "solved": "warn", "failed": "danger", "published": "ok", "cancelled": ""}


def page(template: str, tab: str, *, block: str | None = None, status: int = 200, **context: Any) -> Response:
    """A page of this slice with its tabs and words."""
    return render(
        f"inspections/{template}.html",
        block=block,
        status=status,
        tabs=_tabs(tab),
        state_names=STATE_NAMES,
        state_badges=STATE_BADGES,
        due_names=DUE_NAMES,
        ground_names=GROUND_NAMES,
        record_names=RECORD_NAMES,
        texts=texts,
        reason_words=reason_words,
        may_plan=actor().can("inspections.plan"),
        **context,
    )


def _tabs(here: str) -> list[tuple[str, str, bool]]:
    """Where this reader can go: planners plan, inspectors have visits, everybody sees what is due and what was done."""
    who = actor()
    places = [("due", N_("What is due"), "inspections.due")]
    if who.region_paths and "inspector" not in who.roles:
        places += [
            ("plans", N_("Plans"), "inspections.plans"),
            ("inspectors", N_("Inspectors"), "inspections.inspectors"),
        ]
    if "inspector" in who.roles:
        places.append(("mine", N_("My visits"), "inspections.mine"))
    places += [
        ("records", N_("Inspections made"), "inspections.records"),
        ("calendar", N_("Working days"), "inspections.calendar"),
    ]
    return [(gettext(msgid), url_for(endpoint), key == here) for key, msgid, endpoint in places]


def division_of(code: str) -> Region | None:
    """The division the reader asked for; else the first of their own; None for a reader without divisions.

    A division outside the reader's is answered like one that does not exist.
    """
    who = actor()
    if code:
        region = get_region(code)
        if not who.is_system and who.region_paths and not within(region.path, who.region_paths):
            raise NotFound(N_("There is no division with the code %(code)s."), code=code[:40])
        return region
    return find_by_path(who.region_paths[0]) if who.region_paths else None


def path_of_reader(region: Region | None) -> str:
    """The subtree to look at; a reader without divisions looks at the country of their institution."""
    if region is not None:
        return region.path
    first = people.first_path()
    return f"/{first.split('/')[1]}/" if first else "/cn/"


def reason_words(reason: dict[str, Any]) -> dict[str, Any]:
    """A stored reason of a task in the reader's language."""
    assumed = reason.get("assumed")
    return {
        "name": gettext(DUE_NAMES[DueKind(reason["kind"])]),
        "due_on": reason["due_on"],
        "overdue_days": reason["overdue_days"],
        "source": Text(**reason["source"]).pick(),
        "assumed": Text(**assumed).pick() if assumed else None,
    }


def csv_answer(name: str, header: list[str], rows: Any) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(write_csv([gettext(cell) for cell in header], rows), mimetype="text/csv", headers=headers)


def text_arg(name: str, most: int = 60) -> str:
    return request.args.get(name, "").strip()[:most]
