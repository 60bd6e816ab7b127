"""Rooms, beds and everything that fills a bed for a time. No status, no counter: both follow from the intervals."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eldercare.beds.rules import BedType, EndReason, Kind, LeaveKind, SexRule
from eldercare.core.db import (
    Bitemporal,
    InstitutionScoped,
    Model,
    UuidKey,
    Versioned,
    one_of,
    path_index,
)

_CURRENT = text("superseded_at IS NULL")


class Room(UuidKey, InstitutionScoped, Model):
    """A room; `building` may be empty in a one-building home."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("institution_id", "building", "floor", "name"),)

    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"))
    building: Mapped[str] = mapped_column(Text, default="", server_default="")
    floor: Mapped[str] = mapped_column(Text, default="", server_default="")
    name: Mapped[str] = mapped_column(Text)


class Bed(UuidKey, Versioned, InstitutionScoped, Model):
    """One bed. It exists while `open` holds; its price is per month, in fen."""

    __tablename__ = "bed"
    __table_args__ = (
        UniqueConstraint("room_id", "label"),
        UniqueConstraint("id", "institution_id"),
        CheckConstraint(one_of("bed_type", BedType), name="type_known"),
        CheckConstraint(one_of("sex_rule", SexRule), name="sex_rule_known"),
        CheckConstraint("price_fen >= 0", name="price_not_negative"),
        CheckConstraint("NOT isempty(open) AND NOT lower_inf(open)", name="open_from_a_day"),
        Index("ix_bed_institution_id_bed_type", "institution_id", "bed_type"),
        path_index("bed"),
    )

    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"))
    room_id: Mapped[UUID] = mapped_column(ForeignKey("room.id"))
    label: Mapped[str] = mapped_column(Text)
    bed_type: Mapped[str] = mapped_column(Text)
    sex_rule: Mapped[str] = mapped_column(Text, default=SexRule.ANY, server_default="any")
    price_fen: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    subsidised: Mapped[bool] = mapped_column(Boolean, default=False, server_default=text("false"))
    open: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)


class Episode(UuidKey, InstitutionScoped, Model):
    """One person's time in one institution, over all moves. When it began and ended follows from its stays."""

    __tablename__ = "episode"

    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"), index=True)
    elder_id: Mapped[UUID] = mapped_column(ForeignKey("elder.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class BedOccupancy(UuidKey, Bitemporal, InstitutionScoped, Model):
    """A stay, a hold or a time out of service: one version of one fact.

    `fact_id` names the fact over all its versions (what the API calls a stay), `revision` counts them;
    a correction supersedes a version and adds the next. `planned_until` is a plan and frees nothing.
    """

    __tablename__ = "bed_occupancy"
    __table_args__ = (
        ExcludeConstraint(
            ("bed_id", "="), ("during", "&&"), using="gist", where=_CURRENT, name="bed_occupancy_one_per_bed"
        ),
        ExcludeConstraint(
            ("elder_id", "="),
            ("during", "&&"),
            using="gist",
            where=text("superseded_at IS NULL AND elder_id IS NOT NULL"),
            name="bed_occupancy_one_per_person",
        ),
        CheckConstraint(one_of("kind", Kind), name="kind_known"),
        CheckConstraint("kind <> 'stay' OR (elder_id IS NOT NULL AND episode_id IS NOT NULL)", name="stay_has_person"),
        CheckConstraint("kind <> 'hold' OR NOT upper_inf(during)", name="hold_ends"),
        CheckConstraint(
            "NOT isempty(during) AND NOT lower_inf(during) AND lower(during) > '-infinity'"
            " AND lower_inc(during) AND NOT upper_inc(during)",
            name="half_open",
        ),
        CheckConstraint("end_reason IS NULL OR " + one_of("end_reason", EndReason), name="end_known"),
        # the bed's own institution, so that scope can never differ from the bed's
        ForeignKeyConstraint(["bed_id", "institution_id"], ["bed.id", "bed.institution_id"]),
        Index("uq_bed_occupancy_fact_id_current", "fact_id", unique=True, postgresql_where=_CURRENT),
        Index("ix_bed_occupancy_institution_id_recorded_at", "institution_id", "recorded_at"),
    )

    fact_id: Mapped[UUID] = mapped_column(default=uuid4)
    revision: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    bed_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    elder_id: Mapped[UUID | None] = mapped_column(ForeignKey("elder.id"))
    episode_id: Mapped[UUID | None] = mapped_column(ForeignKey("episode.id"), index=True)
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    planned_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    end_reason: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")

    # only so that a new episode is written before its first stay
    episode: Mapped[Episode | None] = relationship(lazy="raise")


class StayLeave(UuidKey, Bitemporal, InstitutionScoped, Model):
    """Leave or hospital within a stay; the bed stays theirs. Hangs on the episode, so a move does not cut it."""

    __tablename__ = "stay_leave"
    __table_args__ = (
        ExcludeConstraint(
            ("episode_id", "="), ("during", "&&"), using="gist", where=_CURRENT, name="stay_leave_one_at_a_time"
        ),
        CheckConstraint(one_of("kind", LeaveKind), name="kind_known"),
        CheckConstraint("NOT isempty(during) AND NOT lower_inf(during)", name="not_empty"),
    )

    fact_id: Mapped[UUID] = mapped_column(default=uuid4)
    episode_id: Mapped[UUID] = mapped_column(ForeignKey("episode.id"))
    kind: Mapped[str] = mapped_column(Text)
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    planned_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")


class BedCount(UuidKey, Bitemporal, InstitutionScoped, Model):
    """What an institution without single beds reports: it holds from `as_of` until the next report.

    `reported_average` keeps the exact average of the source where `occupied` is that average rounded.
    """

    __tablename__ = "bed_count"
    __table_args__ = (
        ExcludeConstraint(
            ("institution_id", "="),
            ("bed_type", "="),
            ("during", "&&"),
            using="gist",
            where=_CURRENT,
            name="bed_count_one_at_a_time",
        ),
        path_index("bed_count"),
        CheckConstraint(one_of("bed_type", BedType), name="type_known"),
        CheckConstraint("total >= 0 AND occupied >= 0", name="not_negative"),
        CheckConstraint("NOT isempty(during) AND NOT lower_inf(during)", name="not_empty"),
    )

    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"))
    bed_type: Mapped[str] = mapped_column(Text)
    total: Mapped[int] = mapped_column(Integer)
    occupied: Mapped[int] = mapped_column(Integer)
    reported_average: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    source: Mapped[str] = mapped_column(Text, default="", server_default="")


class BedConfirmation(UuidKey, InstitutionScoped, Model):
    """Somebody said: nothing has changed. It makes the figures fresh without changing any."""

    __tablename__ = "bed_confirmation"
    __table_args__ = (Index("ix_bed_confirmation_institution_id_at", "institution_id", "at"),)

    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by: Mapped[str] = mapped_column(Text)
