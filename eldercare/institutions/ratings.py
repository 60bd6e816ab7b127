"""Entering star ratings by hand. What was recorded is never changed: it is superseded, and stays to be seen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range

from eldercare.audit import service as audit
from eldercare.core import clock, facts
from eldercare.core.actor import Actor
from eldercare.core.db import current, lock_rows, session
from eldercare.core.errors import Invalid, NotFound
from eldercare.core.i18n import N_
from eldercare.institutions.models import Institution, InstitutionRating

BY_HAND = "register form"


def record_rating(
    actor: Actor,
    *,
    institution_id: UUID,
    scheme: str,
    stars: int,
    since: date,
    last_day: date | None = None,
    certificate: str = "",
) -> InstitutionRating:
    """Enter a rating for the days from `since` to `last_day` (both included; None: open-ended).

    Ratings of the same scheme that overlap give way for these days and keep the rest of theirs.
    """
    actor.require("registry.edit")
    institution = _locked(institution_id)
    if last_day is not None and last_day < since:
        raise Invalid.one("last_day", N_("The rating ends before it begins."))
    if since > clock.today():
        raise Invalid.one("since", N_("A rating is recorded when it holds, not before."))
    valid = Range(since, None if last_day is None else last_day + timedelta(days=1))
    before = _give_way(actor, institution, scheme, valid)
    rating = _add(actor, institution, scheme, stars, valid, certificate or None, BY_HAND)
    session().flush()
    _tell(actor, institution, "record", before, _shown(rating), since)
    return rating


def withdraw_rating(actor: Actor, *, institution_id: UUID, rating_id: UUID) -> None:
    """Take out a rating that was entered by mistake; that it was recorded stays known."""
    actor.require("registry.edit")
    institution = _locked(institution_id)
    rating = session().get(InstitutionRating, rating_id)
    if rating is None or rating.institution_id != institution.id or rating.superseded_at is not None:
        raise NotFound
    rating.superseded_at = clock.now()
    session().flush()
    assert rating.valid.lower is not None
    _tell(actor, institution, "withdraw", [_shown(rating)], None, rating.valid.lower)


def _locked(institution_id: UUID) -> Institution:
    found = lock_rows(Institution, [institution_id])
    if not found:
        raise NotFound
    return found[0]


def _give_way(actor: Actor, institution: Institution, scheme: str, valid: Range[date]) -> list[dict[str, Any]]:
    """Supersede what overlaps and record again what of it lies before or after."""
    overlapping = (
        session()
        .scalars(
            select(InstitutionRating)
            .where(
                InstitutionRating.institution_id == institution.id,
                InstitutionRating.scheme == scheme,
                InstitutionRating.valid.overlaps(valid),
                current(InstitutionRating),
            )
            .order_by(func.lower(InstitutionRating.valid))
        )
        .all()
    )
    for old in overlapping:
        old.superseded_at = clock.now()
    session().flush()
    for old in overlapping:
        for rest in _rests(old.valid, valid):
            _add(actor, institution, scheme, old.stars, rest, old.certificate, old.source)
    return [_shown(old) for old in overlapping]


def _rests(old: Range[date], new: Range[date]) -> list[Range[date]]:
    """What of `old` lies outside `new`; both half-open days."""
    assert old.lower is not None
    assert new.lower is not None
    rests = []
    if old.lower < new.lower:
        rests.append(Range(old.lower, new.lower))
    if new.upper is not None and (old.upper is None or old.upper > new.upper):
        rests.append(Range(new.upper, old.upper))
    return rests


def _add(
    actor: Actor,
    institution: Institution,
    scheme: str,
    stars: int,
    valid: Range[date],
    certificate: str | None,
    source: str,
) -> InstitutionRating:
    rating = InstitutionRating(
        institution_id=institution.id,
        region_path=institution.region_path,
        scheme=scheme,
        stars=stars,
        valid=valid,
        certificate=certificate,
        source=source,
        recorded_by=actor.label,
    )
    session().add(rating)
    return rating


def _shown(rating: InstitutionRating) -> dict[str, Any]:
    low, high = rating.valid.lower, rating.valid.upper
    return {
        "scheme": rating.scheme,
        "stars": rating.stars,
        "since": str(low),
        "until": None if high is None else str(high),
    }


def _tell(
    actor: Actor,
    institution: Institution,
    verb: str,
    before: list[dict[str, Any]],
    after: dict[str, Any] | None,
    since: date,
) -> None:
    audit.record(
        action=f"registry.rating.{verb}",
        subject_type="institution",
        subject_id=institution.id,
        before={"ratings": before} if before else None,
        after=after,
        region_path=institution.region_path,
    )
    facts.record_change(
        actor,
        kind=f"institution.rating.{verb}",
        subject_type="institution",
        subject_id=institution.id,
        region_path=institution.region_path,
        institution_id=institution.id,
        valid_from=since,
    )
