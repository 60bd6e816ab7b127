"""Working days, inspectors, their leaves and conflicts of interest, and the inspections that took place."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, Text, text
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from eldercare.core.db import Bitemporal, InstitutionScoped, Model, RegionScoped, UuidKey, Versioned, one_of, path_index
from eldercare.inspections.rules import Ground, RecordKind

CURRENT = text("superseded_at IS NULL")


class WorkingDay(Model):
    """One day of a calendar. `provisional`: the year's holidays were not announced when it was written."""

    __tablename__ = "working_day"

    calendar: Mapped[str] = mapped_column(String(10), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    provisional: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    note: Mapped[str] = mapped_column(String(200), default="", server_default="")


class Inspector(UuidKey, Versioned, RegionScoped, Model):
    """A staff member who inspects. `region_path` is the subtree in which they may act, `base_path` where they start."""

    __tablename__ = "inspector"
    __table_args__ = (
        CheckConstraint("daily_capacity BETWEEN 1 AND 4", name="daily_capacity"),
        CheckConstraint("base_path ~ '^/.*/$'", name="base_path"),
        path_index("inspector"),
    )

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"), unique=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    base_path: Mapped[str] = mapped_column(Text(collation="C"))
    is_lead: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    daily_capacity: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")
    ended_on: Mapped[date | None]


class InspectorLeave(UuidKey, Bitemporal, RegionScoped, Model):
    """Days (half-open) on which an inspector makes no visits; withdrawn by superseding."""

    __tablename__ = "inspector_leave"
    __table_args__ = (
        CheckConstraint("NOT isempty(days) AND NOT lower_inf(days) AND NOT upper_inf(days)", name="days"),
        ExcludeConstraint(
            ("inspector_id", "="), ("days", "&&"), using="gist", where=CURRENT, name="inspector_leave_once"
        ),
        path_index("inspector_leave"),
    )

    inspector_id: Mapped[UUID] = mapped_column(ForeignKey("inspector.id"))
    days: Mapped[Range[date]] = mapped_column(DATERANGE)
    note: Mapped[str] = mapped_column(String(200), default="", server_default="")


class ConflictOfInterest(UuidKey, Bitemporal, RegionScoped, Model):
    """An inspector who must stay away (回避) from an institution during `valid` (half-open)."""

    __tablename__ = "conflict_of_interest"
    __table_args__ = (
        CheckConstraint(one_of("ground", Ground), name="ground"),
        CheckConstraint("NOT isempty(valid) AND NOT lower_inf(valid)", name="valid"),
        ExcludeConstraint(
            ("inspector_id", "="),
            ("institution_id", "="),
            ("ground", "="),
            ("valid", "&&"),
            using="gist",
            where=CURRENT,
            name="conflict_of_interest_once",
        ),
        path_index("conflict_of_interest"),
    )

    inspector_id: Mapped[UUID] = mapped_column(ForeignKey("inspector.id"))
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"), index=True)
    ground: Mapped[str] = mapped_column(String(20))
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    note: Mapped[str] = mapped_column(String(200), default="", server_default="")


class InspectionRecord(UuidKey, Bitemporal, InstitutionScoped, Model):
    """An inspection that took place. `inspector_ids` is empty where the source does not name the inspectors."""

    __tablename__ = "inspection_record"
    __table_args__ = (
        CheckConstraint(one_of("kind", RecordKind), name="kind"),
        Index(
            "uq_inspection_record_current",
            "institution_id",
            "on_date",
            "kind",
            "source",
            unique=True,
            postgresql_where=CURRENT,
        ),
        path_index("inspection_record"),
    )

    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"))
    on_date: Mapped[date]
    kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(60))
    inspector_ids: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default="[]")
