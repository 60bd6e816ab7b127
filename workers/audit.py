"""Sealing the audit log, once a minute."""

from __future__ import annotations

from eldercare.audit import sealer
from eldercare.core.actor import Actor
from eldercare.core.db import commit
from workers.edge import job


@job
def seal(actor: Actor) -> int:
    """Seal what is there, batch by batch, then export the head; the number of rows sealed."""
    rows = 0
    while (made := sealer.seal_batch()) is not None:
        rows += made.count
        commit()
    if rows:
        sealer.export_head()
    return rows
