"""The register: institutions, their numbers in other registers, papers, ratings and what they report."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    or_,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import Bitemporal, InstitutionScoped, Model, RegionScoped, UuidKey, Versioned, one_of, path_index
from eldercare.institutions.rules import BedsMode, Kind, Nature, Ownership, PaperKind

_CURRENT = text("superseded_at IS NULL")


class Institution(UuidKey, Versioned, RegionScoped, Model):
    """A care home, centre or station. Officials see it by division, its operators by itself."""

    __tablename__ = "institution"
    __table_args__ = (
        CheckConstraint(one_of("kind", Kind), name="kind"),
        CheckConstraint("ownership IS NULL OR " + one_of("ownership", Ownership), name="ownership"),
        CheckConstraint("nature IS NULL OR " + one_of("nature", Nature), name="nature"),
        CheckConstraint(one_of("beds_mode", BedsMode), name="beds_mode"),
        CheckConstraint("licensed_beds >= 0", name="licensed_beds"),
        CheckConstraint("floor_area_m2 >= 0", name="floor_area"),
        CheckConstraint("0 <= price_low_fen AND price_low_fen <= price_high_fen", name="price"),
        CheckConstraint("latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180", name="position"),
        path_index("institution"),
        Index("ix_institution_pinyin_id", "pinyin", "id"),
        Index(
            "ix_institution_search_key",
            "search_key",
            postgresql_using="gin",
            postgresql_ops={"search_key": "gin_trgm_ops"},
        ),
    )

    name: Mapped[str] = mapped_column(String(200))
    legal_name: Mapped[str | None] = mapped_column(String(200))
    pinyin: Mapped[str] = mapped_column(Text(collation="C"))
    initials: Mapped[str] = mapped_column(String(200))
    search_key: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(20))
    ownership: Mapped[str | None] = mapped_column(String(20))
    nature: Mapped[str | None] = mapped_column(String(20))
    uscc: Mapped[str | None] = mapped_column(String(18), unique=True)
    address: Mapped[str] = mapped_column(String(300), default="", server_default="")
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    phone: Mapped[str | None] = mapped_column(String(40))
    region_id: Mapped[UUID] = mapped_column(ForeignKey("region.id"), index=True)
    filed_on: Mapped[date | None]
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    licensed_beds: Mapped[int | None] = mapped_column(Integer)
    beds_mode: Mapped[str] = mapped_column(String(10), default=BedsMode.SINGLE, server_default="single")
    floor_area_m2: Mapped[int | None] = mapped_column(Integer)
    has_clinic: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    price_low_fen: Mapped[int | None] = mapped_column(BigInteger)
    price_high_fen: Mapped[int | None] = mapped_column(BigInteger)
    introduction: Mapped[str] = mapped_column(Text, default="", server_default="")
    published: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_by: Mapped[str] = mapped_column(String(80))

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        if actor.is_system:
            return true()
        by_region = super().visible_to(actor)
        if not actor.institution_ids:
            return by_region
        return or_(by_region, cast(Any, cls).id.in_(sorted(actor.institution_ids)))


class InstitutionNumber(UuidKey, InstitutionScoped, Model):
    """The institution's number in another register (`cms`, 225002)."""

    __tablename__ = "institution_number"
    __table_args__ = (UniqueConstraint("source", "number"), path_index("institution_number"))

    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"), index=True)
    source: Mapped[str] = mapped_column(String(40))
    number: Mapped[str] = mapped_column(String(60))


class InstitutionRating(UuidKey, Bitemporal, InstitutionScoped, Model):
    """Stars by a scheme for a time. `valid` is half-open days; open-ended where the scheme says no end."""

    __tablename__ = "institution_rating"
    __table_args__ = (
        ExcludeConstraint(
            ("institution_id", "="),
            ("scheme", "="),
            ("valid", "&&"),
            using="gist",
            where=_CURRENT,
            name="institution_rating_one_at_a_time",
        ),
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        CheckConstraint("NOT isempty(valid) AND NOT lower_inf(valid)", name="valid"),
        path_index("institution_rating"),
    )

    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"), index=True)
    scheme: Mapped[str] = mapped_column(String(40))
    stars: Mapped[int] = mapped_column(SmallInteger)
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    certificate: Mapped[str | None] = mapped_column(String(80))
    source: Mapped[str] = mapped_column(String(200), default="", server_default="")


class InstitutionPaper(UuidKey, Versioned, InstitutionScoped, Model):
    """A certificate the institution holds, with the day it ends (empty: without end)."""

    __tablename__ = "institution_paper"
    __table_args__ = (
        CheckConstraint(one_of("kind", PaperKind), name="kind"),
        CheckConstraint("expires_on IS NULL OR issued_on IS NULL OR issued_on <= expires_on", name="dates"),
        UniqueConstraint("institution_id", "kind", "number"),
        path_index("institution_paper"),
    )

    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(80))
    issuer: Mapped[str] = mapped_column(String(120), default="", server_default="")
    issued_on: Mapped[date | None]
    expires_on: Mapped[date | None] = mapped_column(index=True)
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    recorded_by: Mapped[str] = mapped_column(String(80))


class InstitutionReport(UuidKey, Bitemporal, InstitutionScoped, Model):
    """What a register or an institution reported for a day, kept as it was said.

    `residents` is exact as reported (an average may have decimals and may exceed `beds`);
    `warnings` lists what looked odd. Free beds are never computed from here: that is the beds slice's.
    """

    __tablename__ = "institution_report"
    __table_args__ = (
        Index(
            "uq_institution_report_current",
            "institution_id",
            "source",
            "as_of",
            unique=True,
            postgresql_where=_CURRENT,
        ),
        CheckConstraint("beds >= 0 AND residents >= 0", name="not_negative"),
        path_index("institution_report"),
    )

    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"))
    source: Mapped[str] = mapped_column(String(40))
    as_of: Mapped[date]
    beds: Mapped[int | None] = mapped_column(Integer)
    nursing_beds: Mapped[int | None] = mapped_column(Integer)
    residents: Mapped[Decimal | None] = mapped_column(Numeric(10, 4))
    nursing_residents: Mapped[Decimal | None] = mapped_column(Numeric(10, 4))
    ordinary_beds: Mapped[int | None] = mapped_column(Integer)
    ordinary_residents: Mapped[Decimal | None] = mapped_column(Numeric(10, 4))
    last_inspected_on: Mapped[date | None]
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")


class InstitutionImport(UuidKey, Versioned, RegionScoped, Model):
    """One uploaded register file: previewed, then confirmed or discarded. The file itself is in the file store."""

    __tablename__ = "institution_import"
    __table_args__ = (
        CheckConstraint("state IN ('previewed', 'confirmed', 'discarded')", name="state"),
        path_index("institution_import"),
    )

    mapping: Mapped[str] = mapped_column(String(40))
    mapping_hash: Mapped[str] = mapped_column(String(64))
    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_file.id"))
    file_name: Mapped[str] = mapped_column(String(255))
    encoding: Mapped[str] = mapped_column(String(20))
    columns: Mapped[list[str]] = mapped_column(JSONB)
    as_of: Mapped[date]
    state: Mapped[str] = mapped_column(String(12))
    plan_hash: Mapped[str] = mapped_column(String(64))
    new_count: Mapped[int]
    changed_count: Mapped[int]
    unchanged_count: Mapped[int]
    refused_count: Mapped[int]
    warned_count: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    created_by: Mapped[str] = mapped_column(String(80))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(80))


class InstitutionImportRow(RegionScoped, Model):
    """What became of one row of the file. Refused rows are kept whole, so that nothing is lost."""

    __tablename__ = "institution_import_row"
    __table_args__ = (
        CheckConstraint("outcome IN ('new', 'changed', 'unchanged', 'refused')", name="outcome"),
        path_index("institution_import_row"),
    )

    import_id: Mapped[UUID] = mapped_column(ForeignKey("institution_import.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(200))
    institution_id: Mapped[UUID | None]
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    cells: Mapped[list[str] | None] = mapped_column(JSONB)
