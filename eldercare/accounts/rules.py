"""Roles, what each may do, and who may hand which of them to whom. Pure decisions."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from eldercare.core.errors import Problem
from eldercare.core.i18n import N_


class Role(StrEnum):
    """A person acts in one role at a time; the order is the order in which a sign-in picks one."""

    ADMINISTRATOR = "administrator"  # 系统管理员
    OFFICIAL = "official"  # 民政工作人员 (province, city, district or street, by division subtree)
    COMMUNITY_WORKER = "community_worker"  # 社区工作人员
    OPERATOR = "operator"  # 养老机构
    ASSESSOR = "assessor"  # 评估员
    INSPECTOR = "inspector"  # 检查人员
    EVALUATOR = "evaluator"  # 第三方评估 (reads only)
    FAMILY = "family"  # 家属


ROLE_NAMES: dict[Role, str] = {
    Role.ADMINISTRATOR: N_("Administrator"),
    Role.OFFICIAL: N_("Official"),
    Role.COMMUNITY_WORKER: N_("Community worker"),
    Role.OPERATOR: N_("Institution operator"),
    Role.ASSESSOR: N_("Assessor"),
    Role.INSPECTOR: N_("Inspector"),
    Role.EVALUATOR: N_("Evaluator"),
    Role.FAMILY: N_("Family member"),
}


class ScopeKind(StrEnum):
    """What a grant reaches: a division with all below it, one institution, or one elder."""

    DIVISION = "division"
    INSTITUTION = "institution"
    ELDER = "elder"


SCOPE_OF: dict[Role, ScopeKind] = dict.fromkeys(Role, ScopeKind.DIVISION) | {
    Role.OPERATOR: ScopeKind.INSTITUTION,
    Role.FAMILY: ScopeKind.ELDER,
}

TOKEN_PERMISSION = "accounts.tokens"  # noqa: S105 - a permission

# Administrators run the system and see no elder: who may open a person's file is not who hands out keys.
PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.ADMINISTRATOR: frozenset(
        [
            "accounts.manage",
            "accounts.tokens",
            "audit.read",
            "jobs.read",
            "policy.read",
            "notices.read",
            "registry.read",
            "registry.import",
            "registry.edit",
            "staff.read",
            "planning.read",
        ]
    ),
    Role.OFFICIAL: frozenset(
        [
            "registry.read",
            "registry.import",
            "registry.edit",
            "beds.read",
            "people.read",
            "people.edit",
            "people.reveal",
            "assessments.read",
            "subsidies.read",
            "subsidies.make",
            "subsidies.review",
            "subsidies.approve",
            "inspections.read",
            "inspections.plan",
            "homebeds.read",
            "homebeds.edit",
            "community.read",
            "staff.read",
            "planning.read",
            "policy.read",
            "notices.read",
            "jobs.read",
            "accounts.tokens",
        ]
    ),
    Role.COMMUNITY_WORKER: frozenset(
        [
            "registry.read",
            "people.read",
            "people.edit",
            "assessments.read",
            "homebeds.read",
            "community.read",
            "community.record",
            "policy.read",
            "notices.read",
        ]
    ),
    Role.OPERATOR: frozenset(
        [
            "registry.read",
            "beds.read",
            "beds.change",
            "people.read",
            "people.edit",
            "assessments.read",
            "subsidies.read",
            "inspections.read",
            "homebeds.read",
            "homebeds.edit",
            "staff.read",
            "policy.read",
            "notices.read",
            "accounts.tokens",
        ]
    ),
    Role.ASSESSOR: frozenset(
        ["people.read", "people.reveal", "assessments.read", "assessments.record", "policy.read", "notices.read"]
    ),
    Role.INSPECTOR: frozenset(["registry.read", "inspections.read", "staff.read", "policy.read", "notices.read"]),
    Role.EVALUATOR: frozenset(["registry.read", "subsidies.read", "inspections.read", "planning.read", "policy.read"]),
    Role.FAMILY: frozenset(["people.read", "assessments.read", "policy.read", "notices.read"]),
}


def permissions_of(role: Role) -> frozenset[str]:
    return PERMISSIONS[role]


def all_permissions() -> frozenset[str]:
    return frozenset().union(*PERMISSIONS.values())


# ---------------------------------------------------------------- who may manage whom


def covers(paths: Iterable[str], path: str) -> bool:
    """Is the place inside one of the subtrees? Paths begin and end with '/'."""
    return any(path.startswith(own) for own in paths)


def user_name_problem(name: str) -> Problem | None:
    """Three to sixty-four letters (of any script), digits, dots, hyphens, underscores; no spaces, no '@'."""
    if not 3 <= len(name) <= 64:
        return Problem("username", N_("A user name has 3 to 64 characters."))
    if not all(c.isalnum() or c in "._-" for c in name):
        return Problem("username", N_("A user name has only letters, digits, dots, hyphens and underscores."))
    return None


def password_problem(password: str, names: Iterable[str], minimum: int) -> Problem | None:
    """Length first (NIST SP 800-63B 5.1.1.2); not the person's own name, not one character repeated."""
    if len(password) < minimum:
        return Problem("password", N_("A password has at least %(minimum)s characters."), {"minimum": minimum})
    if len(password) > 256:
        return Problem("password", N_("A password has at most 256 characters."))
    folded = password.casefold()
    if any(name and len(name) >= 3 and name.casefold() in folded for name in names):
        return Problem("password", N_("The password must not contain the user name."))
    if len(set(folded)) < 5:
        return Problem("password", N_("The password repeats too few characters. Use at least five different ones."))
    return None


# ---------------------------------------------------------------- lock-out


@dataclass(frozen=True)
class LockPolicy:
    """`failures` wrong passwords within `window` close the name for `duration`."""

    failures: int = 5
    window: timedelta = timedelta(minutes=15)
    duration: timedelta = timedelta(minutes=15)


@dataclass(frozen=True)
class Attempts:
    """What is remembered of one sign-in name."""

    failures: int = 0
    first_failed_at: datetime | None = None
    locked_until: datetime | None = None

    def locked(self, at: datetime) -> bool:
        return self.locked_until is not None and at < self.locked_until

    def failed(self, at: datetime, policy: LockPolicy) -> Attempts:
        """The state after one more wrong password at the instant."""
        if self.locked(at):
            return self
        fresh = self.first_failed_at is None or at - self.first_failed_at > policy.window or self.locked_until
        failures = 1 if fresh else self.failures + 1
        first = at if fresh else self.first_failed_at
        locked_until = at + policy.duration if failures >= policy.failures else None
        return Attempts(failures, first, locked_until)


# ---------------------------------------------------------------- tokens of operators' own systems

TOKEN_PREFIX = "eld_"  # noqa: S105 - public part
TOKEN_DAYS_MAX = 366


@dataclass(frozen=True)
class NewToken:
    """The secret is shown once and never stored; the hash is (random 256 bits need no slow hash)."""

    secret: str
    hash: str
    hint: str


def new_token() -> NewToken:
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    return NewToken(secret, token_hash(secret), secret[: len(TOKEN_PREFIX) + 4])


def token_hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def new_password() -> str:
    """A first password to hand over: 96 random bits in groups that can be read aloud."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(5))


# ---------------------------------------------------------------- scopes


@dataclass(frozen=True)
class Grant:
    """One granted scope as the Actor needs it."""

    role: Role
    division_path: str | None = None
    institution_id: UUID | None = None
    elder_id: UUID | None = None


def roles_held(grants: Iterable[Grant]) -> list[Role]:
    held = {grant.role for grant in grants}
    return [role for role in Role if role in held]


def active_role(grants: Iterable[Grant], chosen: str | None) -> Role | None:
    """The role chosen in this session if it is still held, else the first held one."""
    held = roles_held(grants)
    if chosen in held:
        return Role(chosen)
    return held[0] if held else None
