"""Institutions that report counts, and the one tap that says nothing has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from eldercare.audit import service as audit
from eldercare.beds.models import BedConfirmation, BedCount
from eldercare.beds.queries import house, lookup
from eldercare.beds.rules import BedType
from eldercare.core import clock, facts
from eldercare.core.actor import Actor
from eldercare.core.db import current_actor, session
from eldercare.core.errors import Conflict, Invalid
from eldercare.core.i18n import N_


def confirm_nothing_changed(actor: Actor, *, institution_id: UUID) -> BedConfirmation:
    """The figures are as they were; now they are fresh."""
    actor.require("beds.change")
    institution = lookup.get_institution(institution_id)
    row = BedConfirmation(
        institution_id=institution.id, region_path=institution.region_path, at=clock.now(), by=actor.label
    )
    session().add(row)
    session().flush()
    audit.record(
        action="beds.confirm",
        subject_type="institution",
        subject_id=institution.id,
        region_path=institution.region_path,
    )
    return row


def report_counts(
    actor: Actor,
    *,
    institution_id: UUID,
    bed_counts: Sequence[Mapping[str, Any]],
    source: str,
) -> int:
    """Store reported counts: `bed_type, total, occupied, as_of` and, where the source gives it, `reported_average`.

    A report holds from its day until the next one. The same values again change nothing; other values for the same
    day correct it. Returns how many rows were written. Raises Conflict where single beds are kept.
    """
    actor.require("beds.change")
    institution = lookup.get_institution(institution_id)
    if house.keeps_beds(institution.id, clock.now()):
        raise Conflict(N_("This institution keeps single beds; its figures are counted from them."))
    return _store(actor, institution, bed_counts, source)


def store_imported(*, institution_id: UUID, bed_counts: Sequence[Mapping[str, Any]], source: str, **_more: Any) -> None:
    """Handler of `institutions.imported`: the importer's right to import covers the counts in the file."""
    actor = current_actor() or Actor.system("import")
    _store(actor, lookup.get_institution(institution_id), bed_counts, source)


def _store(actor: Actor, institution: lookup.Institution, counts: Sequence[Mapping[str, Any]], source: str) -> int:
    written = 0
    for count in counts:
        if _store_one(actor, institution, count, source):
            written += 1
    if written:
        audit.record(
            action="beds.counts.report",
            subject_type="institution",
            subject_id=institution.id,
            after={"rows": written, "source": source},
            region_path=institution.region_path,
        )
    return written


def _store_one(actor: Actor, institution: lookup.Institution, count: Mapping[str, Any], source: str) -> bool:
    bed_type, total, occupied = BedType(count["bed_type"]), int(count["total"]), int(count["occupied"])
    average = count.get("reported_average")
    average = None if average is None else Decimal(str(average))
    since = _instant(count["as_of"])
    if total < 0 or occupied < 0:
        raise Invalid.one("bed_counts", N_("A count of beds cannot be negative."))
    before = lookup.current_count(institution.id, bed_type, since)
    same = before is not None and (before.total, before.occupied, before.reported_average) == (total, occupied, average)
    if before is not None and same and before.during.lower == since:
        return False
    now = clock.now()
    until = None
    if before is None:
        following = lookup.first_count_after(institution.id, bed_type, since)
        until = following.during.lower if following else None
    else:
        until = before.during.upper
        before.superseded_at = now
        session().flush()
        if before.during.lower is not None and before.during.lower < since:
            _add(actor, institution, bed_type, before.total, before.occupied, before.reported_average,
                 Range(before.during.lower, since), before.source, now)  # fmt: skip
    _add(actor, institution, bed_type, total, occupied, average, Range(since, until), source, now)
    session().flush()
    facts.record_change(
        actor,
        kind="beds.count",
        subject_type="institution",
        subject_id=institution.id,
        region_path=institution.region_path,
        institution_id=institution.id,
        valid_from=clock.day_of(since),
    )
    return True


def _add(
    actor: Actor,
    institution: lookup.Institution,
    bed_type: str,
    total: int,
    occupied: int,
    average: Decimal | None,
    during: Range[datetime],
    source: str,
    now: datetime,
) -> None:
    session().add(
        BedCount(
            institution_id=institution.id,
            region_path=institution.region_path,
            bed_type=bed_type,
            total=total,
            occupied=occupied,
            reported_average=average,
            during=during,
            source=source,
            recorded_at=now,
            recorded_by=actor.label,
        )
    )


def _instant(as_of: date | datetime | str) -> datetime:
    """A report of a day holds from the beginning of that day."""
    if isinstance(as_of, str):
        as_of = date.fromisoformat(as_of)
    return as_of if isinstance(as_of, datetime) else clock.start_of(as_of)
