"""Writing to the log, in the transaction of what it tells of."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from eldercare.audit.models import AuditRow
from eldercare.audit.rules import Outcome, without_personal_data
from eldercare.core.actor import Actor
from eldercare.core.db import current_actor, session


def record(
    *,
    action: str,
    subject_type: str | None = None,
    subject_id: UUID | str | int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    region_path: str | None = None,
    outcome: Outcome = Outcome.DONE,
    actor: Actor | None = None,
) -> None:
    """Append one row. The actor is the session's unless given; personal data in `before` and `after` is masked."""
    who = actor or current_actor() or Actor.public()
    session().add(
        AuditRow(
            outcome=outcome.value,
            action=action[:80],
            actor_kind=who.kind,
            actor_id=who.user_id,
            actor_name=who.name[:120],
            subject_type=subject_type,
            subject_id=None if subject_id is None else str(subject_id)[:120],
            before=without_personal_data(before),
            after=without_personal_data(after),
            request_id=who.request_id,
            region_path=region_path,
        )
    )


def record_read(
    *,
    action: str,
    subject_type: str,
    subject_id: UUID | str | int,
    fields: list[str] | None = None,
    region_path: str | None = None,
) -> None:
    """Somebody looked at personal data: whose, and which fields, never their content."""
    record(
        action=action,
        subject_type=subject_type,
        subject_id=subject_id,
        after={"fields": sorted(fields)} if fields else None,
        region_path=region_path,
        outcome=Outcome.READ,
    )


def record_refusal(*, action: str, reason: str, path: str, actor: Actor | None = None) -> None:
    """Something was refused. The business transaction is undone: the edge commits this one by itself."""
    who = actor or current_actor() or Actor.public()
    record(
        action=action,
        after={"reason": reason, "path": path[:300]},
        region_path=who.region_paths[0] if who.region_paths else None,
        outcome=Outcome.REFUSED,
        actor=who,
    )
