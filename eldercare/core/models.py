"""Tables of the ground floor: changes of facts, idempotency keys, stored files, marks of the installation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Integer, LargeBinary, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from eldercare.core import clock
from eldercare.core.db import InstitutionScoped, Model, RegionScoped, UuidKey


class FactChange(RegionScoped, Model):
    """Append-only feed of changed facts; later work reads it by its growing id."""

    __tablename__ = "fact_change"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    kind: Mapped[str] = mapped_column(String(60))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID]
    valid_from: Mapped[date | None]
    institution_id: Mapped[UUID | None]
    recorded_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (Index("ix_fact_change_subject", "subject_type", "subject_id"),)


class IdempotencyKey(Model):
    """The first answer to a POST with this key by this actor, written in the transaction it answered."""

    __tablename__ = "idempotency_key"

    actor: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(Integer)
    body: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class StoredFile(UuidKey, InstitutionScoped, Model):
    """A file kept in the database in chunks; `institution_id` is empty for a division's own files."""

    __tablename__ = "stored_file"

    institution_id: Mapped[UUID | None] = mapped_column(nullable=True)  # type: ignore[assignment]
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(120))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (CheckConstraint("size_bytes >= 0", name="size"),)


class StoredFileChunk(Model):
    __tablename__ = "stored_file_chunk"

    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_file.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class InstallationMark(Model):
    """What has been done once to this database (demo loaded, regions loaded), with its details."""

    __tablename__ = "installation_mark"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(default=clock.now)
