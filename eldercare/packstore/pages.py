"""`/policy`: the packs in use, every value and table with its dates, its source and what is assumed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from flask import Blueprint, Response

from eldercare.core.errors import NotFound
from eldercare.core.i18n import N_, Text
from eldercare.core.i18n import gettext as _
from eldercare.core.money import yuan
from eldercare.core.web import access, render
from eldercare.packstore import queries
from eldercare.policy import Grouping, Pack, load_packs
from eldercare.policy.tables import INPUTS
from eldercare.policy.units import Exact

blueprint = Blueprint("policy", __name__, url_prefix="/policy")

UNIT_NAMES = {
    "fen_per_month": N_("yuan a month"),
    "fen_per_year": N_("yuan a year"),
    "fen": N_("yuan"),
    "ratio": N_("times"),
    "days": N_("days"),
    "working_days": N_("working days"),
    "months": N_("months"),
    "years": N_("years"),
    "persons": N_("persons"),
    "hours": N_("hours"),
    "count": "",
    "choice": "",
    "yes_no": "",
}
CHOICE_NAMES = {
    "by_day": N_("by days of the month"),
    "whole_month": N_("the whole month"),
    "urban": N_("Urban"),
    "rural": N_("Rural"),
    "self": N_("Cares for self"),
    "half": N_("Half care"),
    "full": N_("Full care"),
    "home": N_("Supported at home"),
    "institution": N_("Supported in an institution"),
}
INPUT_NAMES = {
    "urban_rural": N_("Urban or rural"),
    "self_care_tier": N_("Self-care tier"),
    "support_setting": N_("Mode of support"),
    "county_group": N_("County group"),
    "division": N_("Division code"),
}
CERTAINTY_NAMES = {
    "stated": N_("read in a source"),
    "recalled": N_("known text, not read again"),
    "derived": N_("derived"),
    "chosen": N_("choice of this product"),
}


@dataclass(frozen=True)
class Shown:
    """A pack as the page shows it: the published one, else the shipped one that nobody published yet."""

    pack: Pack
    published: bool


def packs_in_use() -> list[Shown]:
    found = []
    for code, shipped in load_packs().items():
        row = queries.latest(code)
        found.append(Shown(queries.pack_of(row), True) if row else Shown(shipped, False))
    return found


@blueprint.get("")
@access("policy.read")
def index() -> Response:
    return render("policy/index.html", shown=packs_in_use(), publications=queries.publications())


@blueprint.get("/<code>")
@access("policy.read")
def show(code: str) -> Response:
    found = next((shown for shown in packs_in_use() if shown.pack.code == code), None)
    if found is None:
        raise NotFound(N_("There is no policy pack %(code)s."), code=code[:40])
    return _page(found.pack, found.published)


@blueprint.get("/published/<content_hash>")
@access("policy.read")
def published(content_hash: str) -> Response:
    """A publication by its hash, as a run used it."""
    return _page(queries.pack_of(queries.get_by_hash(content_hash)), True)


@blueprint.get("/published/<content_hash>.yaml")
@access("policy.read")
def content(content_hash: str) -> Response:
    """The published bytes."""
    row = queries.get_by_hash(content_hash)
    headers = {"Content-Disposition": f'attachment; filename="{row.code}-{row.version}.yaml"'}
    return Response(row.content, mimetype="application/yaml", headers=headers)


def _page(pack: Pack, is_published: bool) -> Response:
    return render(
        "policy/show.html",
        pack=pack,
        is_published=is_published,
        value_text=value_text,
        unit_text=unit_text,
        condition_text=condition_text,
        period_text=period_text,
        group_facts=group_facts,
        input_names=INPUT_NAMES,
        certainty_names=CERTAINTY_NAMES,
    )


def value_text(value: Exact, unit: str) -> str:
    """A value in words: money in yuan, ratios as fractions, choices by name."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, int):
        return yuan(value) if unit.startswith("fen") else f"{value:,}"
    return _(CHOICE_NAMES.get(value, value))


def unit_text(unit: str) -> str:
    name = UNIT_NAMES.get(unit, unit)
    return _(name) if name else ""


def condition_text(when: tuple[tuple[str, tuple[str, ...]], ...], name: str) -> str:
    """What a row asks of one input; a dash where it does not matter."""
    asked = dict(when).get(name)
    if asked is None:
        return "—"
    return " / ".join(_(CHOICE_NAMES.get(text, text)) if INPUTS.get(name) else text for text in asked)


def group_facts(entry: Grouping) -> list[tuple[str, str]]:
    return [(str(group.title), ", ".join(group.divisions)) for group in entry.groups]


def period_text(first: date, last: date | None) -> Text:
    if last is None:
        return Text(f"{first} 起", f"from {first}")
    return Text(f"{first} 至 {last}", f"{first} to {last}")
