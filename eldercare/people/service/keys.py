"""Key rotation: write every value again under the active key, in batches, from wherever it stopped."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, or_, select

from eldercare.audit import service as audit
from eldercare.core.actor import Actor
from eldercare.core.crypto import Keyring, keyring
from eldercare.core.db import session
from eldercare.core.errors import Forbidden
from eldercare.people.models import Elder

BATCH = 2000


def reencrypt_batch(actor: Actor, *, after: UUID | None = None, limit: int = BATCH) -> tuple[UUID | None, int]:
    """Re-encrypt the next elders whose values are under another key than the active one.

    Returns the last id looked at (None: nothing is left) and how many rows changed. The caller commits after each
    batch; a stopped rotation starts again from the beginning and finds only what is still under an old key.
    """
    if not actor.is_system:
        raise Forbidden
    ring = keyring()
    prefix = (ring.active + ":").encode()
    length = len(prefix)
    stale = or_(func.substring(Elder.id_number, 1, length) != prefix, func.substring(Elder.phone, 1, length) != prefix)
    statement = select(Elder).where(stale).order_by(Elder.id).limit(limit).with_for_update()
    if after is not None:
        statement = statement.where(Elder.id > after)
    rows = session().scalars(statement).all()
    for elder in rows:
        _reencrypt(elder, ring)
    if not rows:
        return None, 0
    audit.record(action="people.keys.reencrypt", after={"rows": len(rows), "key": ring.active})
    session().flush()
    return rows[-1].id, len(rows)


def _reencrypt(elder: Elder, ring: Keyring) -> None:
    if elder.id_number is not None and ring.key_id(elder.id_number) != ring.active:
        elder.id_number = ring.encrypt(ring.decrypt(elder.id_number))
    if elder.phone is not None and ring.key_id(elder.phone) != ring.active:
        elder.phone = ring.encrypt(ring.decrypt(elder.phone))
