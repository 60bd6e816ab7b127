"""How the accounts find an institution that an operator's role shall reach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from eldercare.accounts.targets import Target
from eldercare.core import clock
from eldercare.institutions import queries
from eldercare.institutions.queries import Filters


class InstitutionTargets:
    """By identifier, or by name, pinyin or initials; only what the session's actor sees."""

    def find(self, text: str, limit: int) -> Sequence[Target]:
        try:
            exact = queries.find_institution(UUID(text))
            found = [exact] if exact else []
        except ValueError:
            found = list(queries.list_institutions(Filters(text=text), clock.today(), 1, limit).items)
        return [Target(str(one.id), one.region_path, one.name) for one in found]

    def labels(self, ids: Iterable[UUID]) -> dict[UUID, str]:
        return queries.institution_names(ids)
