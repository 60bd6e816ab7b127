"""Reading accounts, scopes, tokens and failed sign-ins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select, update

from eldercare.accounts.models import ApiToken, SignInAttempts, User, UserScope
from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, session
from eldercare.core.errors import NotFound, SignInRequired
from eldercare.core.i18n import N_


def find_user_by_name(name: str) -> User | None:
    """By user name or e-mail, whatever the case. A user name holds no '@', so the two never meet."""
    folded = name.strip().lower()
    column = User.email if "@" in folded else User.username
    return session().scalar(select(User).where(func.lower(column) == folded))


def find_user_by_session_id(fs_uniquifier: str) -> User | None:
    return session().scalar(select(User).where(User.fs_uniquifier == fs_uniquifier))


def get_user(user_id: UUID) -> User:
    found = session().scalar(select(User).where(User.id == user_id))
    if found is None:
        raise NotFound(N_("There is no such account, or it is outside your scope."))
    return found


def find_users(text: str | None = None, role: str | None = None, active: bool | None = None) -> Select[User]:
    """Accounts in the actor's scope, by user name."""
    statement = select(User).order_by(func.lower(User.username))
    if text:
        statement = statement.where(
            or_(
                User.username.icontains(text, autoescape=True),
                User.display_name.icontains(text, autoescape=True),
                User.email.icontains(text, autoescape=True),
            )
        )
    if role:
        held = select(UserScope.id).where(
            UserScope.user_id == User.id, UserScope.role == role, UserScope.revoked_at.is_(None)
        )
        statement = statement.where(held.exists())
    if active is not None:
        statement = statement.where(User.active.is_(active))
    return statement


def page_of_users(statement: Select[User], page: int, per_page: int) -> tuple[Sequence[User], int]:
    total = session().scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    return session().scalars(statement.limit(per_page).offset((page - 1) * per_page)).all(), total


def all_users(statement: Select[User]) -> Sequence[User]:
    return session().scalars(statement).all()


def get_scope(user: User, scope_id: UUID) -> UserScope:
    for scope in user.scopes:
        if scope.id == scope_id:
            return scope
    raise NotFound(N_("There is no such scope, or it is outside your scope."))


def lock_name(name_hash: bytes) -> None:
    """Let the attempts on one sign-in name queue up, also when it has no row yet."""
    number = int.from_bytes(name_hash[:8], "big", signed=True)
    session().execute(select(func.pg_advisory_xact_lock(number)))


def mark_sign_in(user: User, at: datetime) -> None:
    """Not a change of the account: its version stays, for two sign-ins at once and for an administrator's open form."""
    statement = update(User).where(User.id == user.id).values(last_sign_in_at=at, version=User.version)
    session().execute(statement.execution_options(synchronize_session=False))


def find_attempts(name_hash: bytes) -> SignInAttempts | None:
    return session().get(SignInAttempts, name_hash, populate_existing=True)


def find_token(token_hash: str) -> ApiToken | None:
    return session().scalar(select(ApiToken).where(ApiToken.token_hash == token_hash))


def tokens_of(user_id: UUID) -> Sequence[ApiToken]:
    return (
        session()
        .scalars(select(ApiToken).where(ApiToken.user_id == user_id).order_by(ApiToken.created_at.desc()))
        .all()
    )


def get_token(user_id: UUID, token_id: UUID) -> ApiToken:
    found = session().scalar(select(ApiToken).where(ApiToken.id == token_id, ApiToken.user_id == user_id))
    if found is None:
        raise NotFound(N_("There is no such token."))
    return found


def forget_old_attempts(before: datetime) -> None:
    """Failures that long ago count no more; drop a few at a time."""
    old = session().scalars(
        select(SignInAttempts)
        .where(
            SignInAttempts.first_failed_at < before,
            or_(SignInAttempts.locked_until.is_(None), SignInAttempts.locked_until < before),
        )
        .limit(50)
        .with_for_update(skip_locked=True)
    )
    for row in old:
        session().delete(row)


def get_own(actor: Actor) -> User:
    """The actor's own account, whatever its division."""
    found = None
    if actor.user_id is not None:
        with acting_as(Actor.system("own account")):
            found = session().scalar(select(User).where(User.id == actor.user_id))
    if found is None:
        raise SignInRequired
    return found
