"""A plan with its frozen input, its tasks, its visits and who makes them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    false,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import Model, RegionScoped, UuidKey, Versioned, one_of, path_index
from eldercare.inspections.models.people import Inspector
from eldercare.inspections.rules import PlanState


class _ForPlanners(RegionScoped):
    """Seen by those who plan a division: visits come unannounced, so neither operators nor inspectors see plans."""

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        return false() if "inspector" in actor.roles else super().visible_to(actor)


class InspectionPlan(UuidKey, Versioned, _ForPlanners, Model):
    """A schedule for a division and a period. `problem` is the frozen input as canonical JSON, `result` the answer."""

    __tablename__ = "inspection_plan"
    __table_args__ = (
        CheckConstraint(one_of("state", PlanState), name="state"),
        CheckConstraint("first_day <= last_day", name="period"),
        CheckConstraint("(state IN ('solved', 'published')) <= (result_hash IS NOT NULL)", name="result"),
        Index("ix_inspection_plan_open", "created_at", postgresql_where=text("state = 'queued'")),
        path_index("inspection_plan"),
    )

    division: Mapped[str] = mapped_column(String(40))
    as_of: Mapped[date]
    first_day: Mapped[date]
    last_day: Mapped[date]
    state: Mapped[str] = mapped_column(String(12), default=PlanState.QUEUED)
    pack: Mapped[str] = mapped_column(String(40))
    pack_hash: Mapped[str] = mapped_column(String(64))
    problem: Mapped[str] = mapped_column(Text, deferred=True)
    problem_hash: Mapped[str] = mapped_column(String(64))
    provisional_days: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    seconds: Mapped[int] = mapped_column(SmallInteger, default=60, server_default="60")
    already_planned: Mapped[int] = mapped_column(default=0, server_default="0")
    task_count: Mapped[int] = mapped_column(default=0, server_default="0")
    visit_count: Mapped[int] = mapped_column(default=0, server_default="0")
    unplaced_count: Mapped[int] = mapped_column(default=0, server_default="0")
    inspector_count: Mapped[int] = mapped_column(default=0, server_default="0")
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    solver: Mapped[str | None] = mapped_column(String(20))
    stages: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    terms: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict, server_default="{}")
    objective: Mapped[int | None] = mapped_column(BigInteger)
    breaches: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    result_hash: Mapped[str | None] = mapped_column(String(64))
    error: Mapped[str] = mapped_column(String(500), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by: Mapped[str] = mapped_column(String(80))
    created_by_name: Mapped[str] = mapped_column(String(120))
    solved_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None] = mapped_column(String(80))
    published_by_name: Mapped[str | None] = mapped_column(String(120))


class InspectionTask(UuidKey, _ForPlanners, Model):
    """A visit that falls due in the plan's period: why, in which window, and why it has none (if so)."""

    __tablename__ = "inspection_task"
    __table_args__ = (
        CheckConstraint("earliest <= ideal AND ideal <= latest", name="window"),
        UniqueConstraint("id", "plan_id"),
        path_index("inspection_task"),
    )

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("inspection_plan.id"), index=True)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"), index=True)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    earliest: Mapped[date]
    ideal: Mapped[date]
    latest: Mapped[date]
    priority: Mapped[int] = mapped_column(SmallInteger)
    unplaced_code: Mapped[str | None] = mapped_column(String(30))
    unplaced_facts: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict, server_default="{}")


class _VisitScoped(RegionScoped):
    """Seen by planners of the division; an inspector sees the own visits, once they are published."""

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        if "inspector" not in actor.roles:
            return super().visible_to(actor)
        member, inspector = VisitMember.__table__, Inspector.__table__
        own = (
            select(member.c.visit_id)
            .join(inspector, inspector.c.id == member.c.inspector_id)
            .where(inspector.c.user_id == actor.user_id, member.c.published)
        )
        return cast(ColumnElement[bool], cls._visit_key().in_(own))

    @classmethod
    def _visit_key(cls) -> Any:
        raise AssertionError


class InspectionVisit(UuidKey, _VisitScoped, Model):
    """A placed task: the day. One visit per task."""

    __tablename__ = "inspection_visit"
    __table_args__ = (
        UniqueConstraint("id", "plan_id", "on_date"),
        ForeignKeyConstraint(["task_id", "plan_id"], ["inspection_task.id", "inspection_task.plan_id"]),
        Index("ix_inspection_visit_plan_id_on_date", "plan_id", "on_date"),
        path_index("inspection_visit"),
    )

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("inspection_plan.id"))
    task_id: Mapped[UUID] = mapped_column(unique=True)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"), index=True)
    on_date: Mapped[date]

    members: Mapped[list[VisitMember]] = relationship(order_by="VisitMember.position")

    @classmethod
    def _visit_key(cls) -> Any:
        return cls.id


class VisitMember(_VisitScoped, Model):
    """One inspector of a visit, in a numbered slot of that inspector's day.

    A slot exists once per plan, and once among all published plans: two plans can never book the same person twice.
    """

    __tablename__ = "visit_member"
    __table_args__ = (
        ForeignKeyConstraint(
            ["visit_id", "plan_id", "on_date"],
            ["inspection_visit.id", "inspection_visit.plan_id", "inspection_visit.on_date"],
        ),
        CheckConstraint("slot BETWEEN 1 AND 4", name="slot"),
        UniqueConstraint("visit_id", "position"),
        UniqueConstraint("plan_id", "inspector_id", "on_date", "slot", name="uq_visit_member_slot_in_plan"),
        Index(
            "uq_visit_member_slot_published",
            "inspector_id",
            "on_date",
            "slot",
            unique=True,
            postgresql_where=text("published"),
        ),
        path_index("visit_member"),
    )

    visit_id: Mapped[UUID] = mapped_column(primary_key=True)
    inspector_id: Mapped[UUID] = mapped_column(ForeignKey("inspector.id"), primary_key=True)
    plan_id: Mapped[UUID]
    on_date: Mapped[date]
    slot: Mapped[int] = mapped_column(SmallInteger)
    position: Mapped[int] = mapped_column(SmallInteger)
    published: Mapped[bool] = mapped_column(default=False, server_default=text("false"))

    @classmethod
    def _visit_key(cls) -> Any:
        return cls.visit_id
