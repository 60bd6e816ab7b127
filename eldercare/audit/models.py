"""The append-only log, its seals, and the hash of each row at sealing."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    Text,
    event,
    false,
    or_,
    true,
)
from sqlalchemy import text as sql_text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from eldercare.audit import ddl
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import Model, Scoped, in_subtree


class AuditRow(Scoped, Model):
    """Who did what to what. `before` and `after` hold no plain personal data: ids, states, amounts, field names."""

    __tablename__ = "audit_row"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    outcome: Mapped[str] = mapped_column(String(10))
    action: Mapped[str] = mapped_column(String(80))
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(String(120))
    subject_type: Mapped[str | None] = mapped_column(String(60))
    subject_id: Mapped[str | None] = mapped_column(String(120))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    request_id: Mapped[str | None] = mapped_column(String(80))
    region_path: Mapped[str | None] = mapped_column(Text(collation="C"))
    # The transaction that wrote the row: the sealer takes only rows of transactions that are certainly over.
    recorded_xid: Mapped[int] = mapped_column(
        BigInteger, server_default=sql_text("(pg_current_xact_id()::text::bigint)")
    )

    __table_args__ = (
        CheckConstraint("outcome IN ('done', 'refused', 'read')", name="outcome"),
        Index("ix_audit_row_at", "at"),
        Index("ix_audit_row_subject", "subject_type", "subject_id"),
        Index("ix_audit_row_actor", "actor_id"),
        Index("ix_audit_row_region_path", "region_path"),
        Index("ix_audit_row_recorded_xid", "recorded_xid"),
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Rows of one's divisions; rows without a place are for those who hold a whole country."""
        if actor.is_system:
            return true()
        seen = or_(false(), *(in_subtree(cls.region_path, path) for path in actor.region_paths))
        whole_country = any(path.count("/") == 2 for path in actor.region_paths)
        return or_(seen, cls.region_path.is_(None)) if whole_country else seen


class AuditSeal(Model):
    """One link of the chain over a batch of rows."""

    __tablename__ = "audit_seal"

    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    first_id: Mapped[int] = mapped_column(BigInteger)
    last_id: Mapped[int] = mapped_column(BigInteger)
    count: Mapped[int] = mapped_column(Integer)
    to_xid: Mapped[int] = mapped_column(BigInteger)
    rows_hash: Mapped[str] = mapped_column(String(64))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hmac: Mapped[str] = mapped_column(String(64))


class AuditSealedRow(Model):
    """Hash of a row when it was sealed: lets a check name the altered row and not only its batch.

    No foreign key to `audit_row`: a row that somebody removed must leave this trace behind.
    """

    __tablename__ = "audit_sealed_row"

    row_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    seal_seq: Mapped[int] = mapped_column(ForeignKey("audit_seal.seq"))
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index("ix_audit_sealed_row_seal_seq", "seal_seq"),)


def _attach() -> None:
    """Tables made from the models get the same triggers and grants as tables made by the migration."""
    for model in (AuditRow, AuditSeal, AuditSealedRow):
        table = model.__table__
        for statement in (ddl.CREATE_FUNCTION, *ddl.protect(model.__tablename__)):
            event.listen(table, "after_create", DDL(statement.replace("%", "%%")))


_attach()
