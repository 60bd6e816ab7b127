"""From facts to a frozen problem: what falls due, who may go, on which days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from eldercare.core.actor import Actor
from eldercare.core.db import acting_as
from eldercare.inspections.models import Inspector
from eldercare.inspections.policies import Policy, policy_for
from eldercare.inspections.queries import calendar as calendars
from eldercare.inspections.queries import facts
from eldercare.inspections.queries.facts import Place
from eldercare.inspections.rules import Ground, Visitable, combine, dues, falls_in
from eldercare.inspections.scheduling import model
from eldercare.inspections.service.calendar import ensure_calendar
from eldercare.staff.queries import certificates_of

# Names task identifiers, so that the same facts give the same problem wherever they are planned.
_NAMESPACE = UUID("0c7be1f4-55a7-4b52-8f4e-3d5a1a1f7a60")
# A zone is a county: the first four parts of a path in China, all there are in a country with fewer levels.
_ZONE_PARTS = 4


@dataclass(frozen=True, slots=True)
class DueVisit:
    """A visit that falls due at a place; `key` is the same for the same facts."""

    key: UUID
    place: Place
    visit: Visitable


@dataclass(frozen=True, slots=True)
class Frozen:
    policy: Policy
    visits: tuple[DueVisit, ...]
    problem: model.Problem
    provisional_days: int
    already_planned: int


def zone_of(path: str) -> str:
    return "/" + "/".join(path.strip("/").split("/")[:_ZONE_PARTS]) + "/"


def due_visits(path: str, as_of: date, last: date, policy: Policy, text: str = "") -> list[DueVisit]:
    """What falls due in the subtree up to `last`, by institution and deadline."""
    seen = facts.places(path, as_of, text)
    filed = [
        place.subject.filed_on
        for place in seen
        if place.subject.filed_on and (place.subject.last_inspected_on or date.min) < place.subject.filed_on <= as_of
    ]
    # Twenty working days fit into sixty days, the longest holidays included.
    calendar = ensure_calendar(policy.calendar, min([as_of, *filed]), as_of + timedelta(days=60))
    found = []
    for place in seen:
        for visit in combine(dues(place.subject, policy.due, as_of, calendar)):
            if falls_in(visit, last):
                kinds = ",".join(sorted(due.kind for due in visit.dues))
                found.append(DueVisit(uuid5(_NAMESPACE, f"{place.id}|{kinds}|{visit.latest}"), place, visit))
    return found


def freeze(path: str, as_of: date, first: date, last: date) -> Frozen:
    """Everything a schedule of the subtree and period depends on, as the present actor sees it."""
    policy = policy_for(path, as_of)
    planned = facts.already_planned(path, as_of, last)
    every = due_visits(path, as_of, last, policy)
    visits = tuple(visit for visit in every if visit.place.id not in planned)
    people = facts.inspectors_for(path, first)
    problem = model.Problem(
        first=first,
        last=last,
        days=ensure_calendar(policy.calendar, first, last).between(max(first, as_of), last),
        tasks=tuple(_task(visit) for visit in visits),
        inspectors=freeze_inspectors(people, first, last),
        conflicts=freeze_conflicts(people, [visit.place for visit in visits], first, last),
        team_size=policy.team_size.value,
        weights=policy.weights,
    )
    provisional = calendars.provisional_days(policy.calendar, first, last)
    return Frozen(policy, visits, problem, provisional, len(every) - len(visits))


def _task(due: DueVisit) -> model.Task:
    place, visit = due.place, due.visit
    return model.Task(
        id=str(due.key),
        institution_id=str(place.id),
        region_path=place.region_path,
        zone=zone_of(place.region_path),
        needs=visit.needs,
        earliest=visit.earliest,
        ideal=visit.ideal,
        latest=visit.latest,
        priority=visit.priority,
    )


def freeze_inspectors(
    people: Sequence[Inspector], first: date, last: date, *, except_plan: UUID | None = None
) -> tuple[model.Inspector, ...]:
    """The inspectors with certificates, leaves and the slots that published plans already use."""
    ids = [person.id for person in people]
    certificates = certificates_of(person.staff_id for person in people)
    leaves = facts.leaves_of(ids, first, last)
    # Bookings by plans of other divisions count although the planner may not see those plans: only slots are read.
    with acting_as(Actor.system("inspections: booked slots")):
        booked = facts.booked_slots(ids, first, last, except_plan=except_plan)
    frozen = []
    for person in people:
        away = [model.Span(begin, end) for begin, end in leaves.get(person.id, ())]
        if person.ended_on is not None:
            away.append(model.Span(person.ended_on + timedelta(days=1)))
        frozen.append(
            model.Inspector(
                id=str(person.id),
                area=person.region_path,
                base=zone_of(person.base_path),
                is_lead=person.is_lead,
                daily_capacity=person.daily_capacity,
                qualifications=tuple(
                    model.Qualification(kind, model.Span(begin, end))
                    for kind, begin, end in certificates.get(person.staff_id, ())
                ),
                leaves=tuple(away),
                busy=tuple(model.Busy(day, tuple(slots)) for day, slots in booked.get(person.id, {}).items()),
            )
        )
    return tuple(frozen)


def freeze_conflicts(
    people: Sequence[Inspector], places: Iterable[Place], first: date, last: date
) -> tuple[model.Conflict, ...]:
    """Recorded conflicts, and the one that follows from the records: who made the last inspection stays away."""
    wanted = {place.id: place for place in places}
    known = {str(person.id) for person in people}
    found = [
        model.Conflict(str(item.inspector_id), str(item.institution_id), item.ground, model.Span(item.first, item.last))
        for item in facts.conflicts_of([person.id for person in people], first, last)
        if item.institution_id in wanted
    ]
    for place in wanted.values():
        found += [
            model.Conflict(inspector_id, str(place.id), Ground.INSPECTED_LAST, model.Span(first))
            for inspector_id in sorted(set(place.last_inspectors) & known)
        ]
    return tuple(found)
