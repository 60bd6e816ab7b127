"""How a fact about a bed is written: added, superseded by its next version, and told when the bed is taken.

The database decides: two EXCLUDE constraints refuse a second interval on a bed or on a person. Services lock beds
and persons in sorted order first, so that losers wait instead of deadlocking; here the refusal becomes a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg.errors import ExclusionViolation
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from eldercare.audit import service as audit
from eldercare.beds.models import Bed, BedOccupancy, Episode
from eldercare.beds.queries import lookup
from eldercare.beds.rules import LABELS, FreeBed, Kind
from eldercare.core import clock, facts
from eldercare.core.actor import Actor
from eldercare.core.db import session
from eldercare.core.errors import Conflict, StaleVersion
from eldercare.core.i18n import N_, LazyText, lazy


class BedTaken(Conflict):
    """The bed is filled within the wanted time. Names since when, by whom (in scope only), and what is free."""

    code = "bed_taken"

    def __init__(self, msgid: str, *, alternatives: list[FreeBed], **params: Any) -> None:
        super().__init__(msgid, **params)
        self.alternatives = alternatives
        self.extra = {
            "alternatives": [
                {"bed_id": str(bed.id), "label": bed.label, "room": bed.room_name, "bed_type": bed.bed_type}
                for bed in alternatives
            ]
        }


class PersonElsewhere(Conflict):
    """The person already has a bed within the wanted time."""

    code = "person_elsewhere"


def local_time(instant: datetime) -> str:
    return f"{instant.astimezone(clock.ZONE):%Y-%m-%d %H:%M}"


def _bed_taken(bed: Bed, during: Range[datetime], but: UUID | None) -> Conflict:
    found = lookup.in_the_way(bed.id, during, but)
    alternatives = lookup.free_like(bed, during)
    offered: str | LazyText = (
        lazy(N_("Free beds like it: %(beds)s."), beds=", ".join(f"{b.room_name}-{b.label}" for b in alternatives))
        if alternatives
        else lazy(N_("No other bed here is free for that time."))
    )
    if found is None:  # it was freed again between the refusal and this look
        return BedTaken(
            N_("Bed %(bed)s was taken a moment ago. %(offered)s"),
            alternatives=alternatives, bed=bed.label, offered=offered,
        )  # fmt: skip
    other, name = found
    what: str | LazyText = name or lazy(LABELS[other.kind])
    return BedTaken(
        N_("Bed %(bed)s was taken at %(time)s (%(what)s). %(offered)s"),
        alternatives=alternatives, bed=bed.label, time=local_time(other.recorded_at), what=what, offered=offered,
    )  # fmt: skip


def _person_elsewhere(elder_id: UUID, during: Range[datetime]) -> Conflict:
    found = lookup.elsewhere(elder_id, during)
    if found is None:  # out of scope: nothing about where
        return PersonElsewhere(
            N_("This person is registered in another institution for that time. Ask it to record the discharge first.")
        )
    occupancy, label, institution = found
    return PersonElsewhere(
        N_("This person already has bed %(bed)s in %(institution)s since %(time)s. Move or discharge them there first."),
        bed=label, institution=institution, time=local_time(occupancy.during.lower),
    )  # fmt: skip


@contextmanager
def refusals_explained(
    bed: Bed, during: Range[datetime], *, elder_id: UUID | None = None, but: UUID | None = None
) -> Iterator[None]:
    """Write inside; a violated exclusion constraint becomes a Conflict that says who was first."""
    try:
        with session().begin_nested():
            yield
            session().flush()
    except IntegrityError as error:
        if not isinstance(error.orig, ExclusionViolation):
            raise
        constraint = error.orig.diag.constraint_name
        if constraint == "bed_occupancy_one_per_person" and elder_id is not None:
            raise _person_elsewhere(elder_id, during) from error
        raise _bed_taken(bed, during, but) from error


def add_fact(
    actor: Actor,
    bed: Bed,
    kind: Kind,
    during: Range[datetime],
    *,
    elder_id: UUID | None = None,
    episode: Episode | UUID | None = None,
    planned_until: datetime | None = None,
    reason: str = "",
) -> BedOccupancy:
    """The first version of a new fact; written by the next flush."""
    row = BedOccupancy(
        fact_id=uuid4(), revision=1, bed_id=bed.id, institution_id=bed.institution_id, region_path=bed.region_path,
        kind=kind, elder_id=elder_id, during=during, planned_until=planned_until, reason=reason,
        recorded_by=actor.label, recorded_at=clock.now(),
    )  # fmt: skip
    if isinstance(episode, Episode):
        row.episode = episode
    else:
        row.episode_id = episode
    session().add(row)
    return row


def withdraw(row: BedOccupancy, at: datetime) -> None:
    """The version no longer holds. Written at once, so that its successor does not collide with it."""
    row.superseded_at = at
    session().flush()


_CARRIED = (
    "fact_id", "bed_id", "institution_id", "region_path", "kind", "elder_id", "episode_id", "during", "planned_until",
    "end_reason", "reason",
)  # fmt: skip


def supersede(actor: Actor, row: BedOccupancy, **changes: Any) -> BedOccupancy:
    """Replace a version by the next one of the same fact."""
    now = clock.now()
    withdraw(row, now)
    values = {name: getattr(row, name) for name in _CARRIED} | changes
    following = BedOccupancy(revision=row.revision + 1, recorded_at=now, recorded_by=actor.label, **values)
    session().add(following)
    return following


def ended(row: BedOccupancy, at: datetime) -> Range[datetime]:
    return Range(row.during.lower, at)


def check_revision(row: BedOccupancy, expected: int | None) -> None:
    """Raise StaleVersion when the fact is no longer the version the reader saw. None: the caller did not say."""
    if expected is not None and row.revision != expected:
        raise StaleVersion


def describe(row: BedOccupancy) -> dict[str, Any]:
    """The fact for the audit: ids and times, no name."""
    return {
        "bed_id": str(row.bed_id),
        "kind": row.kind,
        "elder_id": str(row.elder_id) if row.elder_id else None,
        "from": row.during.lower.isoformat() if row.during.lower else None,
        "until": row.during.upper.isoformat() if row.during.upper else None,
        "planned_until": row.planned_until.isoformat() if row.planned_until else None,
        "end_reason": row.end_reason,
        "reason": row.reason,
        "revision": row.revision,
    }


def record(
    actor: Actor, action: str, row: BedOccupancy, *, before: dict[str, Any] | None = None, touches: datetime
) -> None:
    """The audit row and the entry in the feed of changed facts, in the same transaction."""
    audit.record(
        action=f"beds.{row.kind}.{action}",
        subject_type=row.kind,
        subject_id=row.fact_id,
        before=before,
        after=describe(row),
        region_path=row.region_path,
    )
    facts.record_change(
        actor,
        kind=f"beds.{row.kind}.{action}",
        subject_type="elder" if row.elder_id else "bed",
        subject_id=row.elder_id or row.bed_id,
        region_path=row.region_path,
        institution_id=row.institution_id,
        valid_from=clock.day_of(touches),
    )
