"""The append-only feed of changed facts."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from eldercare.core.actor import Actor
from eldercare.core.db import session
from eldercare.core.models import FactChange


def record_change(
    actor: Actor,
    *,
    kind: str,
    subject_type: str,
    subject_id: UUID,
    region_path: str,
    institution_id: UUID | None = None,
    valid_from: date | None = None,
) -> None:
    """Say that a fact changed, in the transaction that changed it. `valid_from`: first day it touches."""
    session().add(
        FactChange(
            kind=kind,
            subject_type=subject_type,
            subject_id=subject_id,
            region_path=region_path,
            institution_id=institution_id,
            valid_from=valid_from,
            recorded_by=actor.label,
        )
    )
