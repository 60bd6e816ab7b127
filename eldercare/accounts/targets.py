"""What a scope can point at: divisions, and what higher slices offer (institutions, elders).

This slice stands below them, so they register how their things are found: `offer(app, ScopeKind.INSTITUTION, source)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from flask import Flask, current_app

from eldercare.accounts.rules import Grant, ScopeKind
from eldercare.regions import queries as regions


@dataclass(frozen=True)
class Target:
    """`key` is the division's path or the record's id; `path` says in which division it lies."""

    key: str
    path: str
    label: str


class Source(Protocol):
    """Both only see what the session's actor sees."""

    def find(self, text: str, limit: int) -> Sequence[Target]: ...

    def labels(self, ids: Iterable[UUID]) -> dict[UUID, str]: ...


def offer(app: Flask, kind: ScopeKind, source: Source) -> None:
    app.extensions.setdefault("scope_targets", {})[kind] = source


def _source(kind: ScopeKind) -> Source | None:
    found: Source | None = current_app.extensions.get("scope_targets", {}).get(kind)
    return found


def find(kind: ScopeKind, text: str, limit: int = 12) -> Sequence[Target]:
    """What the text may mean, best first; one target when it is exact."""
    if kind is not ScopeKind.DIVISION:
        source = _source(kind)
        return source.find(text, limit) if source else []
    exact = regions.find_region(text) or (regions.find_by_path(text) if text.startswith("/") else None)
    found = [exact] if exact else list(regions.search_regions(text, limit=limit))
    labels = regions.full_labels(region.path for region in found)
    return [Target(region.path, region.path, labels[region.path]) for region in found]


def all_in_scope(grants: Iterable[Grant]) -> bool:
    """The session's actor sees every institution and elder that the grants reach."""
    listed = list(grants)
    for kind, ids in (
        (ScopeKind.INSTITUTION, {grant.institution_id for grant in listed if grant.institution_id}),
        (ScopeKind.ELDER, {grant.elder_id for grant in listed if grant.elder_id}),
    ):
        source = _source(kind)
        if ids and (source is None or ids - set(source.labels(ids))):
            return False
    return True


def labels(grants: Iterable[Grant]) -> dict[str, str]:
    """A readable name for what each grant reaches, by its key; what the reader may not see stays an id."""
    listed = list(grants)
    paths = [grant.division_path for grant in listed if grant.division_path]
    found: dict[str, str] = dict.fromkeys(paths, "")
    found.update({path: label for path, label in regions.full_labels(paths).items() if label})
    for kind, ids in (
        (ScopeKind.INSTITUTION, [grant.institution_id for grant in listed if grant.institution_id]),
        (ScopeKind.ELDER, [grant.elder_id for grant in listed if grant.elder_id]),
    ):
        source = _source(kind)
        named = source.labels(ids) if source and ids else {}
        found.update({str(one): named.get(one, str(one)) for one in ids})
    return {key: label or key for key, label in found.items()}
