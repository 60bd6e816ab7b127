"""What the pages of runs show, put into words: titles of schemes, names of divisions, masked names of persons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from eldercare.core.crypto import mask_name
from eldercare.core.i18n import gettext as _
from eldercare.people.rules import Kind, value_msgid
from eldercare.policy import Pack
from eldercare.subsidies import engine, queries
from eldercare.subsidies.engine.reasons import TEXTS, Reason
from eldercare.subsidies.models import SubsidyLine, SubsidyRun, SubsidySkip
from eldercare.subsidies.rules import RunState
from eldercare.subsidies.service.runs import pack_of


@dataclass(frozen=True)
class DivisionTotal:
    """One row of the totals: a division with its amount by scheme, in fen."""

    code: str
    name: str
    by_scheme: dict[str, int]
    lines: int
    fen: int


def scheme_titles(pack: Pack) -> dict[str, str]:
    return {key: scheme.title.pick() for key, scheme in pack.schemes.items()}


def division_totals(rows: Iterable[dict[str, Any]]) -> list[DivisionTotal]:
    """Totals by division, with columns by scheme."""
    rows = list(rows)
    names = queries.division_names({row["division"] for row in rows})
    amounts: dict[str, dict[str, int]] = defaultdict(dict)
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        amounts[row["division"]][row["scheme"]] = row["fen"]
        counts[row["division"]] += row["lines"]
    return [
        DivisionTotal(code, names.get(code, code), by_scheme, counts[code], sum(by_scheme.values()))
        for code, by_scheme in sorted(amounts.items())
    ]


def total_columns(run: SubsidyRun) -> list[Any]:
    """Headings of the totals by division."""
    titles = scheme_titles(pack_of(run))
    schemes = [(titles[key], "num") for key in run.schemes]
    return [_("Division"), *schemes, (_("Lines"), "num"), (_("Total"), "num")]


def value_label(kind: str, value: str) -> str:
    """The message id of a fact's value; codes stand for themselves."""
    return value_msgid(Kind(kind), value)


def persons_of(rows: Iterable[SubsidyLine | SubsidySkip]) -> dict[Any, str]:
    """Masked names by elder; a person whom the reader may not see has none."""
    names = queries.names_of({row.elder_id for row in rows})
    return {elder_id: mask_name(name) for elder_id, name in names.items()}


def reason_text(reason: str) -> str:
    return TEXTS[Reason(reason)].pick()


def skip_text(skip: SubsidySkip) -> str:
    return engine.explain_skip(skip.reason, skip.detail).pick()


def steps(run: SubsidyRun) -> list[tuple[str, str]]:
    """The states on the way, for the page's step bar: (state, 'done' | 'here' | '')."""
    way = [RunState.DRAFT, RunState.COMPUTING, RunState.COMPUTED, RunState.REVIEWED, RunState.APPROVED]
    after = [RunState.EXPORTED, RunState.PAID, RunState.RECONCILED]
    state = RunState(run.state)
    if state is RunState.CANCELLED:
        return [(str(RunState.CANCELLED), "here")]
    if state in after:
        way += after[: after.index(state) + 1]
    here = way.index(RunState.COMPUTING if state is RunState.FROZEN else state)
    return [(str(s), "done" if i < here else "here" if i == here else "") for i, s in enumerate(way)]


BADGES = {
    "draft": "",
    "frozen": "info",
    "computing": "info",
    "computed": "brand",
    "reviewed": "brand",
    "approved": "ok",
    "exported": "ok",
    "paid": "ok",
    "reconciled": "ok",
    "cancelled": "danger",
}
