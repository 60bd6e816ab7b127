"""The division tree. Public knowledge: not scoped."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eldercare.core.db import Model, UuidKey
from eldercare.core.i18n import locale


class Region(UuidKey, Model):
    """A division. `code` is six digits (GB/T 2260), nine for a street or town, or a code of our own for
    zones without one (`3706Z1`) and foreign roots (`us-ma-worcester`)."""

    __tablename__ = "region"
    __table_args__ = (
        CheckConstraint("kind IN ('administrative', 'zone', 'foreign')", name="kind"),
        CheckConstraint(
            "level IN ('country', 'province', 'city', 'county', 'town', 'zone', 'state')",
            name="level",
        ),
        CheckConstraint("left(path, 1) = '/' AND right(path, 1) = '/'", name="path_form"),
        Index(
            "ix_region_search_key",
            "search_key",
            postgresql_using="gin",
            postgresql_ops={"search_key": "gin_trgm_ops"},
        ),
    )

    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str | None] = mapped_column(String(100))
    level: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.id"), index=True)
    path: Mapped[str] = mapped_column(Text(collation="C"), unique=True)
    pinyin: Mapped[str] = mapped_column(String(200), index=True)
    initials: Mapped[str] = mapped_column(String(60))
    search_key: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(200), default="", server_default="")

    parent: Mapped[Region | None] = relationship(remote_side="Region.id")

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.name_en if self.name_en and locale() == "en" else self.name
