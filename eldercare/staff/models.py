"""People at work and their certificates."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eldercare.core import clock
from eldercare.core.db import Bitemporal, InstitutionScoped, Model, UuidKey, Versioned, one_of, path_index
from eldercare.staff.rules import CertificateKind, Job


class StaffMember(UuidKey, Versioned, InstitutionScoped, Model):
    """A person who works at an institution, or (`institution_id` empty) at the office named by `employer`."""

    __tablename__ = "staff_member"
    __table_args__ = (
        CheckConstraint(one_of("job", Job), name="job"),
        CheckConstraint("institution_id IS NOT NULL OR employer <> ''", name="employer"),
        CheckConstraint("ended_on IS NULL OR started_on IS NULL OR started_on <= ended_on", name="dates"),
        Index("ix_staff_member_pinyin_id", "pinyin", "id"),
        path_index("staff_member"),
    )

    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("institution.id"), index=True)  # type: ignore[assignment]
    employer: Mapped[str] = mapped_column(String(120), default="", server_default="")
    name: Mapped[str] = mapped_column(String(80))
    pinyin: Mapped[str] = mapped_column(String(240))
    job: Mapped[str] = mapped_column(String(20))
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by: Mapped[str] = mapped_column(String(80))

    certificates: Mapped[list[StaffCertificate]] = relationship(
        back_populates="staff", order_by="StaffCertificate.kind, StaffCertificate.valid"
    )


class StaffCertificate(UuidKey, Bitemporal, InstitutionScoped, Model):
    """A certificate for the days of `valid` (half-open). At most one of a kind per person and day."""

    __tablename__ = "staff_certificate"
    __table_args__ = (
        CheckConstraint(one_of("kind", CertificateKind), name="kind"),
        CheckConstraint("NOT isempty(valid) AND NOT lower_inf(valid)", name="valid"),
        ExcludeConstraint(
            ("staff_id", "="),
            ("kind", "="),
            ("valid", "&&"),
            using="gist",
            where=text("superseded_at IS NULL"),
            name="staff_certificate_one_at_a_time",
        ),
        path_index("staff_certificate"),
    )

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"), index=True)
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("institution.id"))  # type: ignore[assignment]
    kind: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(60))
    issuer: Mapped[str] = mapped_column(String(120), default="", server_default="")
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)

    staff: Mapped[StaffMember] = relationship(back_populates="certificates")
