"""Runs, their frozen facts in chunks, their lines and what was not paid. Money in integer fen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from eldercare.core import clock
from eldercare.core.db import Model, RegionScoped, UuidKey, Versioned, one_of, path_index
from eldercare.subsidies.rules import ChunkState, RunState


class SubsidyRun(UuidKey, Versioned, RegionScoped, Model):
    """One month of one jurisdiction. Keeps the hashes of the packs and the facts it was computed from."""

    __tablename__ = "subsidy_run"
    __table_args__ = (
        CheckConstraint(one_of("state", RunState), name="state"),
        CheckConstraint("kind IN ('regular', 'supplement')", name="kind"),
        CheckConstraint("extract(day FROM month) = 1", name="month"),
        CheckConstraint("reviewed_by IS NULL OR reviewed_by <> made_by", name="reviewer"),
        CheckConstraint("approved_by IS NULL OR approved_by <> made_by", name="approver"),
        CheckConstraint(
            "state NOT IN ('approved', 'exported', 'paid', 'reconciled') OR approved_by IS NOT NULL", name="approved"
        ),
        CheckConstraint("state NOT IN ('reviewed', 'approved') OR reviewed_by IS NOT NULL", name="reviewed"),
        CheckConstraint("total_fen >= 0 AND lines >= 0 AND persons >= 0 AND skipped >= 0", name="totals"),
        Index(
            "uq_subsidy_run_regular",
            "jurisdiction",
            "scheme_set",
            "month",
            unique=True,
            postgresql_where=text("kind = 'regular' AND state <> 'cancelled'"),
        ),
        path_index("subsidy_run"),
    )

    jurisdiction: Mapped[str] = mapped_column(String(40))
    scheme_set: Mapped[str] = mapped_column(String(400))  # keys of the schemes, sorted, separated by commas
    month: Mapped[date]
    kind: Mapped[str] = mapped_column(String(20), default="regular")
    state: Mapped[str] = mapped_column(String(20), default=RunState.DRAFT.value)
    pack_hash: Mapped[str] = mapped_column(ForeignKey("published_pack.content_hash"))
    base_hash: Mapped[str | None] = mapped_column(ForeignKey("published_pack.content_hash"))
    engine_version: Mapped[str] = mapped_column(String(20))
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    known_at: Mapped[datetime | None]  # the facts are those recorded up to this instant
    facts_hash: Mapped[str | None] = mapped_column(String(64))
    lines_hash: Mapped[str | None] = mapped_column(String(64))
    persons: Mapped[int] = mapped_column(Integer, default=0)
    lines: Mapped[int] = mapped_column(Integer, default=0)
    skipped: Mapped[int] = mapped_column(Integer, default=0)
    total_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    totals: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)  # by division and scheme, made when computed
    computed_at: Mapped[datetime | None]
    reviewed_by: Mapped[str | None] = mapped_column(String(80))
    reviewed_at: Mapped[datetime | None]
    approved_by: Mapped[str | None] = mapped_column(String(80))
    approved_at: Mapped[datetime | None]
    cancelled_reason: Mapped[str | None] = mapped_column(String(500))

    @property
    def schemes(self) -> list[str]:
        return self.scheme_set.split(",")


class SubsidyRunEvent(RegionScoped, Model):
    """Who moved a run from which state to which, and when. Append-only."""

    __tablename__ = "subsidy_run_event"
    __table_args__ = (Index("ix_subsidy_run_event_run", "run_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("subsidy_run.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by: Mapped[str] = mapped_column(String(80))
    by_name: Mapped[str] = mapped_column(String(120))
    from_state: Mapped[str | None] = mapped_column(String(20))
    to_state: Mapped[str] = mapped_column(String(20))
    note: Mapped[str | None] = mapped_column(String(500))


class SubsidyRunChunk(RegionScoped, Model):
    """A part of a run's frozen facts and, once done, the hash of the lines computed from them.

    `facts` are the canonical rows, compressed; `facts_hash` is over the rows themselves.
    """

    __tablename__ = "subsidy_run_chunk"
    __table_args__ = (
        CheckConstraint(one_of("state", ChunkState), name="state"),
        CheckConstraint("state <> 'done' OR lines_hash IS NOT NULL", name="done"),
        CheckConstraint("state <> 'failed' OR error IS NOT NULL", name="failed"),
        Index("ix_subsidy_run_chunk_open", "state", postgresql_where=text("state <> 'done'")),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("subsidy_run.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default=ChunkState.OPEN.value)
    attempt: Mapped[int] = mapped_column(Integer, default=1)
    rung_at: Mapped[datetime] = mapped_column(default=clock.now)
    facts: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    facts_hash: Mapped[str] = mapped_column(String(64))
    persons: Mapped[int] = mapped_column(Integer)
    lines: Mapped[int] = mapped_column(Integer, default=0)
    skipped: Mapped[int] = mapped_column(Integer, default=0)
    total_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    lines_hash: Mapped[str | None] = mapped_column(String(64))
    error: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None]


class SubsidyLine(RegionScoped, Model):
    """One amount for one person, scheme and month of origin. Written once, by COPY; never changed.

    Only `cancelled` follows the run, so that the month can be computed again.
    """

    __tablename__ = "subsidy_line"
    __table_args__ = (
        CheckConstraint("kind IN ('regular', 'adjustment')", name="kind"),
        CheckConstraint("kind = 'adjustment' OR amount_fen > 0", name="amount"),
        CheckConstraint("days BETWEEN 0 AND 31", name="days"),
        CheckConstraint("extract(day FROM origin_month) = 1", name="origin_month"),
        ForeignKeyConstraint(
            ["run_id", "chunk"], ["subsidy_run_chunk.run_id", "subsidy_run_chunk.number"], name="fk_subsidy_line_chunk"
        ),
        Index(
            "uq_subsidy_line_once",
            "elder_id",
            "scheme",
            "origin_month",
            "kind",
            "sequence",
            unique=True,
            postgresql_where=text("NOT cancelled"),
        ),
        Index("ix_subsidy_line_division", "run_id", "division"),
    )

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)  # the line's place in the run
    chunk: Mapped[int] = mapped_column(Integer)
    elder_id: Mapped[UUID] = mapped_column(ForeignKey("elder.id"))
    scheme: Mapped[str] = mapped_column(String(60))
    origin_month: Mapped[date]
    kind: Mapped[str] = mapped_column(String(12), default="regular")
    sequence: Mapped[int] = mapped_column(SmallInteger, default=0)
    division: Mapped[str] = mapped_column(String(6))
    days: Mapped[int] = mapped_column(SmallInteger)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    assumed: Mapped[bool] = mapped_column(Boolean)
    trace: Mapped[dict[str, Any]] = mapped_column(JSONB)
    cancelled: Mapped[bool] = mapped_column(Boolean, default=False, server_default=text("false"))


class SubsidySkip(RegionScoped, Model):
    """A person of a run who gets nothing from a scheme, and why."""

    __tablename__ = "subsidy_skip"
    __table_args__ = (
        ForeignKeyConstraint(
            ["run_id", "chunk"], ["subsidy_run_chunk.run_id", "subsidy_run_chunk.number"], name="fk_subsidy_skip_chunk"
        ),
    )

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    chunk: Mapped[int] = mapped_column(Integer)
    elder_id: Mapped[UUID] = mapped_column(ForeignKey("elder.id"))
    scheme: Mapped[str] = mapped_column(String(60))
    division: Mapped[str] = mapped_column(String(6))
    reason: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(String(200))
