"""Published policy packs: the bytes that rules were read from, kept for good. Public knowledge: not scoped."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from eldercare.core import clock
from eldercare.core.db import Model


class PublishedPack(Model):
    """One publication of a pack, named by the hash of its bytes. Rows are only ever added.

    `base_hash` is the national pack it was published against: a look-up falls back on it, so both bytes are needed to
    answer as on that day. The latest `published_at` of a code is the one in use.
    """

    __tablename__ = "published_pack"
    __table_args__ = (
        CheckConstraint("length(content_hash) = 64", name="hash"),
        Index("ix_published_pack_code", "code", "published_at"),
    )

    content_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(40))
    title_zh: Mapped[str] = mapped_column(String(100))
    title_en: Mapped[str] = mapped_column(String(100))
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    base_hash: Mapped[str | None] = mapped_column(ForeignKey("published_pack.content_hash"))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    published_by: Mapped[str] = mapped_column(String(80))
    published_at: Mapped[datetime] = mapped_column(default=clock.now)
