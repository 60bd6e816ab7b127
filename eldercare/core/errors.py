"""One family of errors. Each says what, which record or field, and what to do next.

Raised by rules and services with an English message id (`%(name)s` places) and its values; the edge
translates it and maps it once to a page or to problem details (RFC 9457). No HTTP here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eldercare.core.i18n import N_, gettext


class DomainError(Exception):
    """Base of all refusals. `code` is stable and machine-readable, `msgid` is translated for people."""

    code = "error"

    def __init__(self, msgid: str, **params: Any) -> None:
        super().__init__(msgid % params if params else msgid)
        self.msgid = msgid
        self.params = params

    @property
    def message(self) -> str:
        """The sentence in the reader's language."""
        return gettext(self.msgid, **self.params)


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the input: the field, optionally the row (1 = first data row), and the sentence."""

    field: str
    msgid: str
    params: dict[str, Any] = dataclasses.field(default_factory=dict)
    row: int | None = None

    @property
    def message(self) -> str:
        return gettext(self.msgid, **self.params)


class NotFound(DomainError):
    """No such record, or one outside the actor's scope: the two are never told apart."""

    code = "not_found"

    def __init__(self, msgid: str = N_("There is no such record, or it is outside your scope."), **params: Any) -> None:
        super().__init__(msgid, **params)


class Forbidden(DomainError):
    code = "forbidden"

    def __init__(self, msgid: str = N_("Your role does not allow this."), **params: Any) -> None:
        super().__init__(msgid, **params)


class SignInRequired(DomainError):
    code = "sign_in_required"

    def __init__(self, msgid: str = N_("Please sign in first."), **params: Any) -> None:
        super().__init__(msgid, **params)


class Conflict(DomainError):
    """The state of the records does not allow the change (taken, wrong state, maker is checker ...)."""

    code = "conflict"


class StaleVersion(Conflict):
    """Somebody changed the record since it was read."""

    code = "stale_version"

    def __init__(
        self, msgid: str = N_("Somebody changed this record in the meantime. Reload it and try again."), **params: Any
    ) -> None:
        super().__init__(msgid, **params)


class Invalid(DomainError):
    """The input is wrong. `problems` names each field (and row)."""

    code = "invalid"

    def __init__(self, problems: Sequence[Problem], msgid: str = N_("Please check the fields named below.")) -> None:
        super().__init__(msgid)
        self.problems = list(problems)

    def __str__(self) -> str:
        return "; ".join(f"{p.field}: {p.msgid % p.params if p.params else p.msgid}" for p in self.problems)

    @classmethod
    def one(cls, field_name: str, msgid: str, **params: Any) -> Invalid:
        return cls([Problem(field_name, msgid, params)])


class NoRuleInForce(DomainError):
    """A policy value was asked for on a day for which no source gives one. Never read as 0."""

    code = "no_rule_in_force"


class TooLarge(DomainError):
    code = "too_large"


class RateLimited(DomainError):
    code = "rate_limited"

    def __init__(self, msgid: str = N_("Too many requests. Please wait a moment."), **params: Any) -> None:
        super().__init__(msgid, **params)


class ScopeBypassed(RuntimeError):
    """A programming error: a Core statement reached a scoped table outside `scoped_table()`."""
