"""Ability assessments as recorded: answers, result, the standard's exact file, and the two times."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from eldercare.core.db import Bitemporal, Model, UuidKey
from eldercare.people.scope import ElderScoped

_CURRENT = text("superseded_at IS NULL")


class Assessment(UuidKey, ElderScoped, Bitemporal, Model):
    """The level in force on a day is that of the latest current assessment on or before it.

    It holds until `due_on`, the first day on which the next one is due. A correction is a row of its own that
    names the one it replaces.
    """

    __tablename__ = "assessment"

    elder_id: Mapped[UUID] = mapped_column(ForeignKey("elder.id"))
    standard: Mapped[str] = mapped_column(String(40))
    standard_hash: Mapped[str] = mapped_column(String(64))
    assessed_on: Mapped[date]
    due_on: Mapped[date]
    reason: Mapped[int] = mapped_column(SmallInteger)
    first_assessor: Mapped[str] = mapped_column(String(60))
    second_assessor: Mapped[str] = mapped_column(String(60))
    answers: Mapped[dict[str, int]] = mapped_column(JSONB)
    coma: Mapped[bool]
    dementia: Mapped[bool]
    mental_disorder: Mapped[bool]
    risk_events_30d: Mapped[int] = mapped_column(SmallInteger)
    total: Mapped[int] = mapped_column(SmallInteger)
    dimensions: Mapped[dict[str, int]] = mapped_column(JSONB)
    preliminary_level: Mapped[int] = mapped_column(SmallInteger)
    level: Mapped[int] = mapped_column(SmallInteger)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    note: Mapped[str] = mapped_column(Text, default="", server_default="")
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("assessment.id"))

    __table_args__ = (
        CheckConstraint("due_on > assessed_on", name="due_after"),
        CheckConstraint("first_assessor <> second_assessor", name="two_assessors"),
        CheckConstraint("total >= 0 AND preliminary_level >= 0 AND level >= preliminary_level", name="result"),
        CheckConstraint("risk_events_30d >= 0", name="risk_events"),
        # One assessment a person and day; also serves "the latest of this elder".
        Index(
            "uq_assessment_elder_id_assessed_on_current",
            "elder_id",
            "assessed_on",
            unique=True,
            postgresql_where=_CURRENT,
        ),
        Index("ix_assessment_assessed_on_id", "assessed_on", "id", postgresql_where=_CURRENT),
        Index("ix_assessment_corrects_id", "corrects_id", postgresql_where=text("corrects_id IS NOT NULL")),
    )
