"""Who acts: a person with roles and a scope, the public, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from eldercare.core.errors import Forbidden, SignInRequired


@dataclass(frozen=True)
class Actor:
    """`region_paths` are subtrees (each begins and ends with '/'), `institution_ids` single institutions."""

    kind: Literal["user", "public", "system"]
    name: str
    user_id: UUID | None = None
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    region_paths: tuple[str, ...] = ()
    institution_ids: frozenset[UUID] = frozenset()
    elder_ids: frozenset[UUID] = frozenset()
    request_id: str | None = None

    @classmethod
    def system(cls, name: str, request_id: str | None = None) -> Actor:
        """Work of the product itself (a job, a migration). Sees everything, is named in the audit."""
        return cls(kind="system", name=name, request_id=request_id)

    @classmethod
    def public(cls, request_id: str | None = None) -> Actor:
        return cls(kind="public", name="public", request_id=request_id)

    @property
    def is_system(self) -> bool:
        return self.kind == "system"

    @property
    def label(self) -> str:
        """How records name the actor: `user:<uuid>`, `system:<name>`, `public`."""
        if self.kind == "user":
            return f"user:{self.user_id}"
        return f"system:{self.name}" if self.is_system else "public"

    def can(self, permission: str) -> bool:
        return self.is_system or permission in self.permissions

    def require(self, permission: str) -> None:
        """Raise Forbidden (or SignInRequired for the public) unless the actor has the permission."""
        if self.can(permission):
            return
        if self.kind == "public":
            raise SignInRequired
        raise Forbidden

    def with_request(self, request_id: str) -> Actor:
        return replace(self, request_id=request_id)
