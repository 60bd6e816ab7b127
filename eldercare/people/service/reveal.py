"""Show the numbers that are masked everywhere else: for a stated purpose, and on record."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from eldercare.audit import service as audit
from eldercare.audit.rules import Outcome
from eldercare.core.actor import Actor
from eldercare.core.crypto import keyring
from eldercare.core.errors import Invalid
from eldercare.core.i18n import N_
from eldercare.people import queries

SHORTEST_PURPOSE = 4


@dataclass(frozen=True)
class Revealed:
    id_number: str | None
    phone: str | None


def reveal(actor: Actor, *, elder_id: UUID, purpose: str) -> Revealed:
    """ID and phone number in full. Raises Invalid without a purpose, NotFound out of scope."""
    actor.require("people.reveal")
    elder = queries.get_elder(elder_id)
    if len(purpose.strip()) < SHORTEST_PURPOSE:
        raise Invalid.one("purpose", N_("Say in a few words what the numbers are needed for."))
    audit.record(
        action="people.elder.reveal", subject_type="elder", subject_id=elder.id, region_path=elder.region_path,
        after={"fields": ["id_number", "phone"], "purpose": purpose.strip()[:200]}, outcome=Outcome.READ,
    )  # fmt: skip
    ring = keyring()
    return Revealed(
        id_number=ring.decrypt(elder.id_number) if elder.id_number else None,
        phone=ring.decrypt(elder.phone) if elder.phone else None,
    )
