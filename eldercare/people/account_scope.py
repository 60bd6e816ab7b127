"""How the accounts find the elder whom a family member's role shall reach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from eldercare.accounts.targets import Target
from eldercare.core.crypto import mask_name
from eldercare.people import queries


class ElderTargets:
    """By identifier only: who hands out accounts does not search persons. Names are masked."""

    def find(self, text: str, limit: int) -> Sequence[Target]:
        try:
            found = queries.find_elder(UUID(text))
        except ValueError:
            return []
        return [Target(str(found.id), found.region_path, mask_name(found.name))] if found else []

    def labels(self, ids: Iterable[UUID]) -> dict[UUID, str]:
        return {key: mask_name(elder.name) for key, elder in queries.elders_by_id(ids).items()}
