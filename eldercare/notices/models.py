"""Messages to people inside the product."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, false, text, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import Model, Scoped, UuidKey


class Notice(UuidKey, Scoped, Model):
    """One message to one person. The sentence is kept as message id and values, and read in the reader's language.

    Written in the transaction of what it tells about: a change that is undone tells nobody.
    """

    __tablename__ = "notice"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[str] = mapped_column(String(60))  # '<slice>.<what happened>'
    msgid: Mapped[str] = mapped_column(Text)
    params: Mapped[dict[str, Any]] = mapped_column(JSONB)
    link: Mapped[str] = mapped_column(String(300))  # an address of ours, from '/'
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by: Mapped[str] = mapped_column(String(80))
    read_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("link LIKE '/%' AND link NOT LIKE '//%'", name="link"),
        # The same thing told twice before it is read stays one message.
        Index("uq_notice_unread", "user_id", "kind", "link", unique=True, postgresql_where=text("read_at IS NULL")),
        Index("ix_notice_of_user", "user_id", text("created_at DESC")),
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """A message is seen by the person it is for, and by nobody else."""
        if actor.is_system:
            return true()
        if actor.user_id is None:
            return false()
        return cls.user_id == actor.user_id
