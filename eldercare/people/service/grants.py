"""Who else may see an elder: a stay in an institution, a task, a family link. Each written down with its days."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from eldercare.audit import service as audit
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import session
from eldercare.core.errors import Forbidden, NotFound
from eldercare.people import queries
from eldercare.people.models import Elder, ElderGrant
from eldercare.people.rules import Ground, rows_of_institutions


def grant_stay(
    actor: Actor, *, elder_id: UUID, institution_id: UUID, valid_from: date, valid_to: date | None = None
) -> None:
    """The institution may see the elder for these days (half-open). Called where a stay or a contract begins.

    Nothing happens when a grant of today's institution covers the days already.
    """
    for grant in queries.grants(elder_id):
        starts = grant.valid.lower
        covers = starts is not None and starts <= valid_from and grant.valid.upper is None
        if grant.institution_id == institution_id and covers:
            return
    elder = queries.get_elder(elder_id)
    add_grant(actor, elder, Ground.STAY, institution_id=institution_id, valid=Range(valid_from, valid_to))


def grant_task(actor: Actor, *, elder_id: UUID, user_id: UUID, valid_from: date, valid_to: date) -> ElderGrant:
    """An assessor or worker may see the elder for the days of a task."""
    return _grant_person(actor, elder_id, Ground.TASK, user_id, Range(valid_from, valid_to))


def grant_family(actor: Actor, *, elder_id: UUID, user_id: UUID, valid_from: date) -> ElderGrant:
    return _grant_person(actor, elder_id, Ground.FAMILY, user_id, Range(valid_from, None))


def _grant_person(actor: Actor, elder_id: UUID, ground: Ground, user_id: UUID, valid: Range[date]) -> ElderGrant:
    actor.require("people.edit")
    if rows_of_institutions(actor):
        raise Forbidden
    return add_grant(actor, queries.get_elder(elder_id), ground, user_id=user_id, valid=valid)


def add_grant(
    actor: Actor, elder: Elder, ground: Ground, *, valid: Range[date], institution_id: UUID | None = None,
    user_id: UUID | None = None,
) -> ElderGrant:  # fmt: skip
    grant = ElderGrant(
        elder_id=elder.id, ground=ground, institution_id=institution_id, user_id=user_id, valid=valid,
        recorded_by=actor.label,
    )  # fmt: skip
    session().add(grant)
    session().flush()
    audit.record(
        action="people.grant.add", subject_type="elder", subject_id=elder.id, region_path=elder.region_path,
        after={"ground": ground, "institution_id": str(institution_id) if institution_id else None,
               "user_id": str(user_id) if user_id else None},
    )  # fmt: skip
    return grant


def end_grant(actor: Actor, *, elder_id: UUID, grant_id: int, ends_on: date | None = None) -> None:
    """Nobody sees by this grant from `ends_on` (default: today) on. The row that held before stays as superseded."""
    actor.require("people.edit")
    elder = queries.get_elder(elder_id)
    found = next((grant for grant in queries.grants(elder_id) if grant.id == grant_id), None)
    if found is None:
        raise NotFound
    if rows_of_institutions(actor) and found.institution_id not in actor.institution_ids:
        raise NotFound
    _end(actor, found, ends_on or clock.today())
    audit.record(
        action="people.grant.end", subject_type="elder", subject_id=elder.id, region_path=elder.region_path,
        before={"ground": found.ground},
    )  # fmt: skip


def end_stay_grants(actor: Actor, *, elder_id: UUID, institution_id: UUID, ends_on: date) -> None:
    """A stay ended: the institution no longer sees the elder from `ends_on` on."""
    for grant in queries.grants(elder_id):
        if grant.institution_id == institution_id and (grant.valid.upper is None or grant.valid.upper > ends_on):
            _end(actor, grant, ends_on)


def _end(actor: Actor, grant: ElderGrant, ends_on: date) -> None:
    grant.superseded_at = clock.now()
    session().flush()
    starts = grant.valid.lower
    if starts is not None and starts < ends_on:
        session().add(
            ElderGrant(
                elder_id=grant.elder_id, ground=grant.ground, institution_id=grant.institution_id,
                user_id=grant.user_id, valid=Range(starts, ends_on), recorded_by=actor.label,
            )
        )  # fmt: skip


__all__ = ["add_grant", "end_grant", "end_stay_grants", "grant_family", "grant_stay", "grant_task"]
