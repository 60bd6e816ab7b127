"""What a person finds on the first page: read from the other slices, nothing of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from eldercare.assessments import queries as assessments
from eldercare.beds import queries as beds
from eldercare.beds.queries import Counts
from eldercare.beds.rules import BedType
from eldercare.core.actor import Actor
from eldercare.inspections.models import InspectionPlan
from eldercare.inspections.queries import plans as inspections
from eldercare.inspections.rules import PlanState
from eldercare.institutions import queries as institutions
from eldercare.institutions.models import Institution
from eldercare.institutions.queries import Filters
from eldercare.institutions.rules import Kind
from eldercare.notices import queries as notices
from eldercare.notices.models import Notice
from eldercare.people import queries as people
from eldercare.people.models import Elder
from eldercare.planning import queries as planning
from eldercare.planning.rules import Row
from eldercare.regions.queries import full_labels
from eldercare.subsidies import queries as subsidies
from eldercare.subsidies.models import SubsidyRun
from eldercare.subsidies.rules import RunState

SHOWN = 8
DUE_WITHIN = timedelta(days=30)
#: Runs that wait for somebody, the most urgent first.
WAITING_RUNS = (RunState.COMPUTED, RunState.REVIEWED, RunState.COMPUTING, RunState.FROZEN)


@dataclass(frozen=True)
class Home:
    """An operator's institution: its beds now, and how old the freshest entry is (None: never touched)."""

    institution: Institution
    counts: Counts
    fresh_at: datetime | None


@dataclass(frozen=True)
class Division:
    """A division the reader answers for."""

    path: str
    label: str
    institutions: int
    by_type: dict[str, Counts]

    @property
    def counts(self) -> Counts:
        return sum(self.by_type.values(), Counts())

    @property
    def nursing(self) -> int:
        return self.by_type.get(BedType.NURSING, Counts()).total


@dataclass(frozen=True)
class Due:
    """Assessments to be renewed soon, the first of them, with the elders' names."""

    total: int
    items: Sequence[Any]
    elders: dict[Any, Elder]
    until: date


def homes(actor: Actor, at: datetime) -> list[Home]:
    ids = sorted(actor.institution_ids)
    counts = beds.counts_by_institution(at, ids)
    found = [(one, institutions.find_institution(one)) for one in ids]
    return [
        Home(home, counts.get(one, Counts()), (beds.last_sign(one, at) or (None,))[0])
        for one, home in found
        if home is not None
    ]


def divisions(actor: Actor, at: datetime, today: date) -> list[Division]:
    labels = full_labels(actor.region_paths)
    return [
        Division(
            path,
            labels[path],
            institutions.list_institutions(Filters(region_path=path, kind=Kind.CARE_HOME), today, 1, 1).total,
            beds.counts_by_type(at, region_path=path),
        )
        for path in actor.region_paths
    ]


def waiting_runs() -> list[SubsidyRun]:
    return [run for state in WAITING_RUNS for run in subsidies.runs(1, SHOWN, state=state).items][:SHOWN]


def open_plans() -> list[InspectionPlan]:
    """Inspection plans that wait for a worker or for their publication."""
    return [
        plan
        for state in (PlanState.SOLVED, PlanState.FAILED, PlanState.QUEUED)
        for plan in inspections.list_plans(state=state, per_page=SHOWN).items
    ][:SHOWN]


def visits(actor: Actor, today: date) -> list[inspections.VisitRow]:
    """The inspector's own published visits from today on."""
    return inspections.my_visits(actor.user_id, today)[:SHOWN]


def due_assessments(today: date) -> Due:
    until = today + DUE_WITHIN
    page, elders = assessments.search(due_by=until, per_page=SHOWN)
    return Due(page.total, page.items, elders, until)


def plan_rows(actor: Actor) -> list[tuple[planning.Choice, Row]]:
    """Each plan's share of nursing beds, the binding figure of every plan."""
    return [
        (choice, row)
        for choice in planning.choices(actor)
        if choice.region is not None
        for row in planning.rows_of(choice, "nursing_bed_share")
    ]


def family(actor: Actor) -> list[Elder]:
    return list(people.elders_by_id(actor.elder_ids).values())


def news() -> Sequence[Notice]:
    return notices.page_of(1, 5, unread_only=True).items
