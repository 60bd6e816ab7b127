"""Accounts and what they reach: create, disable, grant, withdraw, passwords, the Actor."""

from __future__ import annotations

import unicodedata
import uuid
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import current_app
from flask_security import hash_password

from eldercare.accounts import queries, rules, targets
from eldercare.accounts.models import User, UserScope
from eldercare.accounts.rules import Role, ScopeKind
from eldercare.audit import service as audit
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, check_version, session
from eldercare.core.errors import Conflict, Forbidden, Invalid, Problem
from eldercare.core.i18n import N_

MINIMUM_PASSWORD = 10


def normalised(password: str) -> str:
    """The same password typed on another keyboard is the same bytes (NIST SP 800-63B 5.1.1.2)."""
    return unicodedata.normalize("NFKD", password)


def password_hash(password: str) -> str:
    """argon2id, at the cost that the configuration says."""
    return str(hash_password(normalised(password)))


# --- the actor ----------------------------------------------------------------------------------------------------


def load_actor(user: User, *, role: str | None = None, request_id: str | None = None) -> Actor:
    """The person in one of the roles held: the scopes of another role do not lend their reach to this one."""
    grants = user.grants
    active = rules.active_role(grants, role)
    held = [grant for grant in grants if grant.role is active]
    return Actor(
        kind="user",
        name=user.display_name,
        user_id=user.id,
        roles=frozenset({active.value}) if active else frozenset(),
        permissions=rules.permissions_of(active) if active else frozenset(),
        region_paths=tuple(sorted(grant.division_path for grant in held if grant.division_path)),
        institution_ids=frozenset(grant.institution_id for grant in held if grant.institution_id),
        elder_ids=frozenset(grant.elder_id for grant in held if grant.elder_id),
        request_id=request_id,
    )


# --- accounts -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Created:
    """`password` is what to hand over once; None when the person's own was given."""

    user: User
    password: str | None


def create_user(
    actor: Actor,
    *,
    username: str,
    display_name: str,
    region_path: str,
    email: str | None = None,
    password: str | None = None,
) -> Created:
    """A new account without any scope. Without a password a first one is made, to be changed at the first sign-in."""
    actor.require("accounts.manage")
    _within(actor, region_path, "region_path")
    username = unicodedata.normalize("NFKC", username.strip())
    email = email.strip().lower() if email else None
    first = None if password else rules.new_password()
    problems = [
        rules.user_name_problem(username),
        rules.password_problem(password, [username], MINIMUM_PASSWORD) if password else None,
        *_taken(username, email),
    ]
    if found := [problem for problem in problems if problem]:
        raise Invalid(found)
    user = User(
        username=username,
        display_name=display_name.strip(),
        email=email,
        region_path=region_path,
        password=password_hash(password or first or ""),
        must_change_password=first is not None,
        fs_uniquifier=uuid.uuid4().hex,
        created_by=actor.label,
    )
    session().add(user)
    session().flush()
    audit.record(
        action="accounts.user.create",
        subject_type="user",
        subject_id=user.id,
        after={"username": username},
        region_path=region_path,
    )
    return Created(user, first)


def _taken(username: str, email: str | None) -> list[Problem | None]:
    """Names are unique over the whole installation, so this looks past the actor's scope."""
    with acting_as(Actor.system("accounts")):
        name = queries.find_user_by_name(username) if "@" not in username else None
        mail = queries.find_user_by_name(email) if email else None
    return [
        Problem("username", N_("This user name is taken. Choose another.")) if name else None,
        Problem("email", N_("This e-mail address cannot be used for a new account.")) if mail else None,
    ]


def set_active(actor: Actor, *, user_id: UUID, active: bool, version: int | None = None) -> User:
    """Disable or enable an account. A disabled person is signed out everywhere at once, tokens included."""
    user = _managed(actor, user_id)
    check_version(user, version)
    if user.active == active:
        return user
    user.active = active
    user.fs_uniquifier = uuid.uuid4().hex
    audit.record(
        action="accounts.user.enable" if active else "accounts.user.disable",
        subject_type="user",
        subject_id=user.id,
        before={"active": not active},
        after={"active": active},
        region_path=user.region_path,
    )
    return user


def reset_password(actor: Actor, *, user_id: UUID) -> str:
    """A new first password to hand over; the person must change it. Signs the person out and lifts a lock."""
    user = _managed(actor, user_id)
    password = rules.new_password()
    user.password = password_hash(password)
    user.must_change_password = True
    user.fs_uniquifier = uuid.uuid4().hex
    forget_failures(user)
    audit.record(
        action="accounts.user.reset_password", subject_type="user", subject_id=user.id, region_path=user.region_path
    )
    return password


def unlock(actor: Actor, *, user_id: UUID) -> None:
    """Lift a lock before its time."""
    user = _managed(actor, user_id)
    forget_failures(user)
    audit.record(action="accounts.user.unlock", subject_type="user", subject_id=user.id, region_path=user.region_path)


def forget_failures(user: User) -> None:
    found = queries.find_attempts(attempts_key(user, ""))
    if found is not None:
        session().delete(found)


def attempts_key(user: User | None, name: str) -> bytes:
    """One key per account, whichever of its names is typed; for unknown names the name itself, keyed."""
    text = f"user:{user.id}" if user else f"name:{name.strip().lower()}"
    return bytes(current_app.extensions["keyring"].blind_index(text, "sign-in"))


def _managed(actor: Actor, user_id: UUID) -> User:
    """An account in the administrator's scope: not the own one, and none that reaches further than oneself
    (a new password for it would lend its reach)."""
    actor.require("accounts.manage")
    user = queries.get_user(user_id)
    if user.id == actor.user_id:
        raise Conflict(N_("You cannot change your own account here. Ask another administrator."))
    reached = [grant.division_path for grant in user.grants if grant.division_path]
    covered = all(rules.covers(actor.region_paths, path) for path in reached) and targets.all_in_scope(user.grants)
    if not actor.is_system and not covered:
        raise Forbidden(N_("This account reaches beyond your divisions. Ask an administrator of the higher level."))
    return user


# --- scopes -------------------------------------------------------------------------------------------------------


def grant_scope(
    actor: Actor,
    *,
    user_id: UUID,
    role: Role,
    division_path: str | None = None,
    institution_id: UUID | None = None,
    elder_id: UUID | None = None,
    place: str | None = None,
) -> UserScope:
    """Give a role together with what it reaches, inside what the administrator reaches.

    `place` is the region path of the institution or the elder, looked up by the caller within the actor's scope.
    """
    user = _managed(actor, user_id)
    kind = rules.SCOPE_OF[role]
    targets = {
        ScopeKind.DIVISION: division_path,
        ScopeKind.INSTITUTION: institution_id,
        ScopeKind.ELDER: elder_id,
    }
    if [key for key, value in targets.items() if value] != [kind]:
        raise Invalid.one("target", _TARGET_MISSING[kind])
    _within(actor, division_path or place, "target")
    for scope in user.scopes:
        if scope.revoked_at is None and scope.role == role and _target(scope) == str(targets[kind]):
            raise Conflict(N_("This account already has this role there."))
    scope = UserScope(
        role=role.value,
        division_path=division_path,
        institution_id=institution_id,
        elder_id=elder_id,
        granted_by=actor.label,
        granted_at=clock.now(),
    )
    user.scopes.append(scope)
    session().flush()
    audit.record(
        action="accounts.scope.grant",
        subject_type="user",
        subject_id=user.id,
        after={"role": role.value, kind.value: str(targets[kind])},
        region_path=user.region_path,
    )
    return scope


_TARGET_MISSING = {
    ScopeKind.DIVISION: N_("Choose the division this role reaches."),
    ScopeKind.INSTITUTION: N_("Choose the institution this role reaches."),
    ScopeKind.ELDER: N_("Choose the elder this role reaches."),
}


def _target(scope: UserScope) -> str:
    return str(scope.division_path or scope.institution_id or scope.elder_id)


def revoke_scope(actor: Actor, *, user_id: UUID, scope_id: UUID) -> None:
    """Withdraw a scope; it holds no longer from the next request on."""
    user = _managed(actor, user_id)
    scope = queries.get_scope(user, scope_id)
    if scope.revoked_at is not None:
        return
    scope.revoked_at = clock.now()
    scope.revoked_by = actor.label
    audit.record(
        action="accounts.scope.revoke",
        subject_type="user",
        subject_id=user.id,
        before={"role": scope.role, "target": _target(scope)},
        region_path=user.region_path,
    )


def _within(actor: Actor, path: str | None, field: str) -> None:
    """A place outside the administrator's own scope is refused like one that does not exist."""
    if actor.is_system:
        return
    if path is None or not rules.covers(actor.region_paths, path):
        raise Invalid.one(field, N_("There is no such place in your scope."))


# --- own password -------------------------------------------------------------------------------------------------


def own_password_changed(user: User) -> None:
    """After the person changed the password: note it; the obligation to change it is met."""
    user.must_change_password = False
    audit.record(
        action="accounts.password.change", subject_type="user", subject_id=user.id, region_path=user.region_path
    )


def lock_policy() -> rules.LockPolicy:
    config = current_app.config
    return rules.LockPolicy(
        failures=config["SIGN_IN_FAILURES"],
        window=timedelta(minutes=config["SIGN_IN_LOCK_MINUTES"]),
        duration=timedelta(minutes=config["SIGN_IN_LOCK_MINUTES"]),
    )


def own_role(actor: Actor, *, user: User, role: str) -> Role:
    """The role to act in from now on. Raises Forbidden for one that is not held."""
    if actor.user_id != user.id or role not in rules.roles_held(user.grants):
        raise Forbidden
    return Role(role)
