"""One line opened: the text, the source, and the very facts it was computed from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eldercare.audit import service as audit
from eldercare.core.actor import Actor
from eldercare.core.db import acting_as
from eldercare.core.i18n import Text
from eldercare.subsidies import engine, queries
from eldercare.subsidies.engine import Frame
from eldercare.subsidies.models import SubsidyLine, SubsidyRun
from eldercare.subsidies.service.runs import pack_of


@dataclass(frozen=True)
class UsedFact:
    """A frozen fact; `valid_to` is the first day on which it no longer held."""

    kind: str
    value: str
    valid_from: date
    valid_to: date | None
    origin: str


@dataclass(frozen=True)
class OpenedLine:
    line: SubsidyLine
    title: Text
    explanation: Text
    source: Text
    assumptions: list[Text]
    facts: list[UsedFact]
    birth_date: date


def open_line(actor: Actor, *, run: SubsidyRun, number: int) -> OpenedLine:
    """The line with everything behind it. Looking at it is recorded."""
    actor.require("subsidies.read")
    line = queries.get_line(run.id, number)
    pack = pack_of(run)
    with acting_as(Actor.system("subsidies.explain")):
        frame = Frame.unpack(queries.facts_of_chunk(run.id, line.chunk)).person(str(line.elder_id))
    audit.record_read(
        action="subsidies.line.open",
        subject_type="elder",
        subject_id=line.elder_id,
        fields=["subsidies", "economic_category", "self_care_tier"],
        region_path=line.region_path,
    )
    return OpenedLine(
        line=line,
        title=pack.schemes[line.scheme].title,
        explanation=engine.explain_line(pack, line.scheme, line.trace, line.amount_fen),
        source=engine.source_of(pack, line.scheme, line.trace),
        assumptions=engine.assumptions(pack, line.scheme, line.trace),
        facts=[
            UsedFact(row["kind"], row["value"], row["valid_from"], row["valid_to"], row["origin"])
            for row in frame.facts.iter_rows(named=True)
        ],
        birth_date=frame.persons["birth_date"][0],
    )
