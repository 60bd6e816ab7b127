"""Accounts, what each may reach, failed sign-ins, and tokens of operators' own systems."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask_security import RoleMixin, UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eldercare.accounts.rules import Grant, Role
from eldercare.core import clock
from eldercare.core.db import Model, RegionScoped, UuidKey, Versioned, path_index


class User(UuidKey, Versioned, RegionScoped, UserMixin, Model):  # type: ignore[misc]
    """An account. `region_path` is the division that manages it, not what it may see (that is `UserScope`)."""

    __tablename__ = "user_account"

    username: Mapped[str] = mapped_column(String(64))
    email: Mapped[str | None] = mapped_column(String(254))  # type: ignore[assignment]
    display_name: Mapped[str] = mapped_column(String(80))
    password: Mapped[str] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    # What the session cookie holds; a new value signs the person out everywhere.
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by: Mapped[str] = mapped_column(String(80))
    last_sign_in_at: Mapped[datetime | None]

    scopes: Mapped[list[UserScope]] = relationship(
        back_populates="user", order_by="UserScope.granted_at", lazy="selectin"
    )
    tokens: Mapped[list[ApiToken]] = relationship(back_populates="user", order_by="ApiToken.created_at")

    __table_args__ = (
        Index("uq_user_account_username_folded", func.lower(username), unique=True),
        Index("uq_user_account_email_folded", func.lower(email), unique=True),
        CheckConstraint("username !~ '[@[:space:]]'", name="username"),
        path_index("user_account"),
    )

    @property
    def grants(self) -> list[Grant]:
        """The scopes that hold now, as values."""
        return [scope.as_grant() for scope in self.scopes if scope.revoked_at is None]

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]
        """Flask-Security asks for roles of its own; ours are granted with their scope (see `rules`)."""
        return []


class UserScope(UuidKey, Model):
    """A role together with what it reaches. Withdrawn, never deleted: who could see what, and when, stays known."""

    __tablename__ = "user_scope"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    role: Mapped[str] = mapped_column(String(30))
    division_path: Mapped[str | None] = mapped_column(Text(collation="C"))
    institution_id: Mapped[UUID | None] = mapped_column(index=True)
    elder_id: Mapped[UUID | None] = mapped_column(index=True)
    granted_at: Mapped[datetime] = mapped_column(default=clock.now)
    granted_by: Mapped[str] = mapped_column(String(80))
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(80))

    user: Mapped[User] = relationship(back_populates="scopes")

    __table_args__ = (
        CheckConstraint("num_nonnulls(division_path, institution_id, elder_id) = 1", name="one_target"),
        CheckConstraint("division_path ~ '^/.*/$'", name="division_path"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked"),
        CheckConstraint(
            "role IN (" + ", ".join(f"'{role}'" for role in Role) + ")",
            name="role",
        ),
        Index(
            "uq_user_scope_held",
            "user_id",
            "role",
            "division_path",
            "institution_id",
            "elder_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    def as_grant(self) -> Grant:
        return Grant(Role(self.role), self.division_path, self.institution_id, self.elder_id)


class SignInAttempts(Model):
    """Failures of one sign-in name, in the database so that they outlive Redis.

    The name is a keyed hash: names that nobody holds are counted like the others, so that a lock tells nothing,
    and a password typed into the name field by mistake is not kept.
    """

    __tablename__ = "sign_in_attempts"

    name_hash: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    first_failed_at: Mapped[datetime | None] = mapped_column(index=True)
    locked_until: Mapped[datetime | None]


class ApiToken(UuidKey, Model):
    """A named key for an operator's own system: it acts for one person in one role until it expires."""

    __tablename__ = "api_token"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    role: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(80))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(back_populates="tokens")
