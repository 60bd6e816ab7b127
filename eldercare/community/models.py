"""Regular visits 探访 to elders at risk."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from eldercare.community.rules import Outcome
from eldercare.core.db import Bitemporal, Model, UuidKey
from eldercare.people.scope import ElderScoped

_CURRENT = text("superseded_at IS NULL")


class CommunityVisit(UuidKey, ElderScoped, Bitemporal, Model):
    """A visit (or a call at a closed door) on a day. Which visits are due follows from these and the standard."""

    __tablename__ = "community_visit"

    elder_id: Mapped[UUID] = mapped_column(ForeignKey("elder.id"))
    visited_on: Mapped[date]
    outcome: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="", server_default="")
    visited_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    visitor_name: Mapped[str] = mapped_column(String(80))

    __table_args__ = (
        CheckConstraint(f"outcome IN ({', '.join(repr(str(o)) for o in Outcome)})", name="outcome"),
        # One visit a person and day, however often the form is sent.
        Index(
            "uq_community_visit_elder_id_visited_on_current",
            "elder_id",
            "visited_on",
            unique=True,
            postgresql_where=_CURRENT,
        ),
    )
