"""Signing in: password, lock-out kept in the database, and tokens of operators' own systems. Never commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask_security import hash_password

from eldercare.accounts import queries, rules, service
from eldercare.accounts.models import ApiToken, SignInAttempts, User
from eldercare.audit import service as audit
from eldercare.audit.rules import Outcome
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, session
from eldercare.core.errors import Invalid
from eldercare.core.i18n import N_

SYSTEM = Actor.system("sign-in")
LAST_USED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class SignIn:
    """`user` when the password was right and the account open, else why not is told only by `locked_until`."""

    user: User | None = None
    locked_until: datetime | None = None


def check_password(*, name: str, password: str, request_id: str | None = None) -> SignIn:
    """Check a sign-in. A locked name is refused whether the password is right or wrong, known or unknown alike."""
    with acting_as(SYSTEM):
        user = queries.find_user_by_name(name)
        key = service.attempts_key(user, name)
        queries.lock_name(key)
        row = queries.find_attempts(key)
        at = clock.now()
        before = _values(row)
        if before.locked(at):
            _note(user, Outcome.REFUSED, "locked", request_id)
            return SignIn(locked_until=before.locked_until)
        if user is not None and _right(user, password) and user.active:
            if row is not None:
                session().delete(row)
            queries.mark_sign_in(user, at)
            _note(user, Outcome.DONE, None, request_id)
            return SignIn(user=user)
        if user is None:
            hash_password(password)  # as much work as for a known name, so that time tells nothing
        after = before.failed(at, service.lock_policy())
        _keep(key, row, after)
        _note(user, Outcome.REFUSED, "locked_now" if after.locked(at) else "password", request_id)
        return SignIn(locked_until=after.locked_until if after.locked(at) else None)


def _right(user: User, password: str) -> bool:
    return bool(user.verify_and_update_password(service.normalised(password)))


def _values(row: SignInAttempts | None) -> rules.Attempts:
    return rules.Attempts(row.failures, row.first_failed_at, row.locked_until) if row else rules.Attempts()


def _keep(key: bytes, row: SignInAttempts | None, after: rules.Attempts) -> None:
    if row is None:
        row = SignInAttempts(name_hash=key)
        session().add(row)
    row.failures, row.first_failed_at, row.locked_until = after.failures, after.first_failed_at, after.locked_until
    queries.forget_old_attempts(clock.now() - timedelta(days=1))


def _note(user: User | None, outcome: Outcome, reason: str | None, request_id: str | None) -> None:
    """A name that nobody holds is not written down: it may be a password typed into the wrong field."""
    actor = Actor.public(request_id)
    if user is not None and outcome is Outcome.DONE:
        actor = service.load_actor(user, request_id=request_id)
    audit.record(
        action="accounts.sign_in",
        subject_type="user" if user else None,
        subject_id=user.id if user else None,
        after={"reason": reason} if reason else None,
        region_path=user.region_path if user else None,
        outcome=outcome,
        actor=actor,
    )


def locked_until(user: User) -> datetime | None:
    """Until when the sign-in of an account is closed; None when it is open."""
    row = queries.find_attempts(service.attempts_key(user, ""))
    return row.locked_until if row is not None and _values(row).locked(clock.now()) else None


# --- tokens -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class IssuedToken:
    """`secret` is shown once."""

    token: ApiToken
    secret: str


def issue_token(actor: Actor, *, name: str, days: int) -> IssuedToken:
    """A token that acts as the person in the role of this session until it expires."""
    actor.require(rules.TOKEN_PERMISSION)
    if not 1 <= days <= rules.TOKEN_DAYS_MAX:
        raise Invalid.one("days", N_("A token is valid for 1 to %(most)s days."), most=rules.TOKEN_DAYS_MAX)
    user = queries.get_own(actor)
    made = rules.new_token()
    token = ApiToken(
        role=next(iter(actor.roles)),
        name=name.strip(),
        token_hash=made.hash,
        hint=made.hint,
        user_id=user.id,
        created_at=clock.now(),
        expires_at=clock.now() + timedelta(days=days),
    )
    session().add(token)
    session().flush()
    audit.record(
        action="accounts.token.issue",
        subject_type="user",
        subject_id=user.id,
        after={"token": str(token.id), "role": token.role, "expires_at": token.expires_at},
        region_path=user.region_path,
    )
    return IssuedToken(token, made.secret)


def revoke_token(actor: Actor, *, token_id: UUID) -> None:
    """End one of one's own tokens; it is refused from the next request on."""
    actor.require(rules.TOKEN_PERMISSION)
    user = queries.get_own(actor)
    token = queries.get_token(user.id, token_id)
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        audit.record(
            action="accounts.token.revoke",
            subject_type="user",
            subject_id=user.id,
            before={"token": str(token.id)},
            region_path=user.region_path,
        )


@dataclass(frozen=True)
class TokenUse:
    """`marked`: the time of use was written down, which the edge commits before it serves the request."""

    actor: Actor
    marked: bool


def use_token(secret: str) -> TokenUse | None:
    """Whom a bearer token stands for; None when it is unknown, expired, revoked or its person is disabled."""
    with acting_as(SYSTEM):
        token = queries.find_token(rules.token_hash(secret))
        at = clock.now()
        if token is None or token.revoked_at is not None or token.expires_at <= at or not token.user.active:
            return None
        if token.user.must_change_password or token.role not in rules.roles_held(token.user.grants):
            return None
        marked = token.last_used_at is None or at - token.last_used_at > LAST_USED_EVERY
        if marked:
            token.last_used_at = at
        return TokenUse(service.load_actor(token.user, role=token.role), marked)
