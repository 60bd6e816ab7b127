"""Every route says who may call it. A route that says nothing is refused, and a guard test names it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, request

from eldercare.core.db import current_actor
from eldercare.core.errors import Forbidden, SignInRequired

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """`permission` None: any signed-in person; `is_public`: anybody."""

    permission: str | None = None
    is_public: bool = False


def access(permission: str) -> Callable[[F], F]:
    """The route asks for a permission."""
    return _mark(Access(permission))


def signed_in(view: F) -> F:
    """The route is for anybody who signed in."""
    return _mark(Access())(view)


def public(view: F) -> F:
    """The route is for everybody."""
    return _mark(Access(is_public=True))(view)


def _mark(rule: Access) -> Callable[[F], F]:
    def mark(view: F) -> F:
        view.access = rule  # type: ignore[attr-defined]
        return view

    return mark


def declare(app: Flask, endpoint: str, rule: Access) -> None:
    """Say it for a route of a library, by endpoint."""
    app.extensions.setdefault("access", {})[endpoint] = rule


def declared(app: Flask, endpoint: str, method: str) -> Access | None:
    """What the route says, or None."""
    if found := app.extensions.get("access", {}).get(endpoint):
        return found  # type: ignore[no-any-return]
    view = app.view_functions[endpoint]
    if view_class := getattr(view, "view_class", None):
        handler = getattr(view_class, method.lower(), None) or getattr(view_class, "get", None)
        return getattr(handler, "access", None) or getattr(view_class, "access", None)
    return getattr(view, "access", None)


def enforce(app: Flask) -> None:
    """Before each request: refuse what the route's declaration does not allow."""

    @app.before_request
    def check() -> None:
        if request.endpoint is None or request.method == "OPTIONS":
            return
        rule = declared(app, request.endpoint, request.method)
        actor = current_actor()
        if rule is None:
            raise Forbidden
        if rule.is_public:
            return
        if actor is None or actor.kind == "public":
            raise SignInRequired
        if rule.permission is not None:
            actor.require(rule.permission)
