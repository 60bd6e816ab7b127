"""Elders, their dated circumstances, and who else may see them.

ID and phone numbers are encrypted; a keyed blind index serves equality. Indexes are few on purpose: a city loads
200,000 elders with 600,000 circumstances by COPY.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    String,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import Bitemporal, Model, RegionScoped, UuidKey, Versioned, one_of, path_index
from eldercare.people.rules import PATTERNS, VALUES, Ground, Origin, Sex
from eldercare.people.scope import ElderScoped, elder_criterion

_CURRENT = text("superseded_at IS NULL")
HALF_OPEN = "NOT isempty(valid) AND NOT lower_inf(valid)"


def _value_fits_kind() -> str:
    """One CHECK for all kinds, written from the rules so that the two cannot differ."""
    parts = [
        f"kind = '{kind}' AND value IN ({', '.join(repr(value) for value in values)})"
        for kind, values in VALUES.items()
    ]
    parts += [f"kind = '{kind}' AND value ~ '^({pattern})$'" for kind, pattern in PATTERNS.items()]
    return " OR ".join(f"({part})" for part in parts)


class Elder(UuidKey, Versioned, RegionScoped, Model):
    """A person. `region_path` is the residence, `hukou_path` the household registration: both of today.

    The dated truth of residence, hukou and death is in `circumstance`; the columns here follow it in the same
    transaction and serve scope and look-up.
    """

    __tablename__ = "elder"

    name: Mapped[str] = mapped_column(String(60, collation="C"))
    name_pinyin: Mapped[str] = mapped_column(String(200, collation="C"))
    name_initials: Mapped[str] = mapped_column(String(60, collation="C"))
    sex: Mapped[str] = mapped_column(String(1))
    birth_date: Mapped[date]
    death_date: Mapped[date | None]
    id_number: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_index: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    phone: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    hukou_path: Mapped[str] = mapped_column(Text(collation="C"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (
        CheckConstraint(one_of("sex", Sex), name="sex"),
        CheckConstraint("death_date >= birth_date", name="death_after_birth"),
        CheckConstraint("(id_number IS NULL) = (id_index IS NULL)", name="id_indexed"),
        CheckConstraint("(phone IS NULL) = (phone_index IS NULL)", name="phone_indexed"),
        path_index("elder"),
        Index("ix_elder_hukou_path", "hukou_path"),
        Index("ix_elder_name", "name"),
        Index("ix_elder_name_pinyin_id", "name_pinyin", "id"),
        Index("ix_elder_name_initials", "name_initials"),
        Index("ix_elder_phone_index", "phone_index", postgresql_where=text("phone_index IS NOT NULL")),
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        return elder_criterion(cls, cls.metadata.tables["elder_grant"], actor)


class Circumstance(ElderScoped, Bitemporal, Model):
    """One fact about an elder for a range of days `[from, to)`. A correction supersedes; nothing is erased."""

    __tablename__ = "circumstance"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    elder_id: Mapped[UUID] = mapped_column(ForeignKey("elder.id"))
    kind: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(String(40))
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    origin: Mapped[str] = mapped_column(String(20), default=Origin.OFFICE, server_default="office")
    note: Mapped[str] = mapped_column(Text, default="", server_default="")

    __table_args__ = (
        CheckConstraint(_value_fits_kind(), name="value"),
        CheckConstraint(one_of("origin", Origin), name="origin"),
        CheckConstraint(HALF_OPEN, name="valid"),
        # Serves "the current facts of this elder" as well.
        ExcludeConstraint(
            ("elder_id", "="),
            ("kind", "="),
            ("valid", "&&"),
            using="gist",
            where=_CURRENT,
            name="circumstance_one_at_a_time",
        ),
        # What corrections replaced; empty at a bulk load, so it costs nothing there.
        Index("ix_circumstance_replaced", "elder_id", postgresql_where=text("superseded_at IS NOT NULL")),
    )


class ElderGrant(ElderScoped, Bitemporal, Model):
    """Somebody may see the elder although the division alone would not show it: why, who, and for which days."""

    __tablename__ = "elder_grant"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    elder_id: Mapped[UUID] = mapped_column(ForeignKey("elder.id"))
    ground: Mapped[str] = mapped_column(String(10))
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("institution.id"))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)

    __table_args__ = (
        CheckConstraint(one_of("ground", Ground), name="ground"),
        CheckConstraint("num_nonnulls(institution_id, user_id) = 1", name="one_holder"),
        CheckConstraint("(ground = 'stay') = (institution_id IS NOT NULL)", name="stay_of_institution"),
        CheckConstraint(HALF_OPEN, name="valid"),
        Index("ix_elder_grant_elder_id", "elder_id"),
        Index(
            "ix_elder_grant_institution_id_elder_id",
            "institution_id",
            "elder_id",
            postgresql_where=text("institution_id IS NOT NULL AND superseded_at IS NULL"),
        ),
        Index(
            "ix_elder_grant_user_id",
            "user_id",
            postgresql_where=text("user_id IS NOT NULL AND superseded_at IS NULL"),
        ),
    )
