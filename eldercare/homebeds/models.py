"""Home care beds 家庭养老床位: the contract between an elder and a provider, with its dates."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, SmallInteger, Text, or_, text
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from eldercare.core.actor import Actor
from eldercare.core.db import Bitemporal, InstitutionScoped, Model, UuidKey, path_index

_CURRENT = text("superseded_at IS NULL")


class HomeBed(UuidKey, Bitemporal, InstitutionScoped, Model):
    """One version of one contract; `contract_id` names it over all versions. Open and closed follow from `valid`.

    `region_path` is the elder's residence when the bed was opened: the division that answers for it.
    """

    __tablename__ = "home_bed"

    contract_id: Mapped[UUID] = mapped_column(default=uuid4)
    elder_id: Mapped[UUID] = mapped_column(ForeignKey("elder.id"))
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"))
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    level: Mapped[int] = mapped_column(SmallInteger)
    note: Mapped[str] = mapped_column(Text, default="", server_default="")
    close_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint("NOT isempty(valid) AND NOT lower_inf(valid)", name="valid"),
        CheckConstraint("level BETWEEN 0 AND 9", name="level"),
        CheckConstraint(
            "close_reason IS NULL OR close_reason IN ('ended', 'moved', 'admitted', 'died', 'refused', 'provider')",
            name="close_reason",
        ),
        ExcludeConstraint(
            ("elder_id", "="), ("valid", "&&"), using="gist", where=_CURRENT, name="home_bed_one_per_elder"
        ),
        Index("uq_home_bed_contract_id_current", "contract_id", unique=True, postgresql_where=_CURRENT),
        Index("ix_home_bed_institution_id", "institution_id"),
        path_index("home_bed"),
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """By division or provider, and to the family of the elder."""
        criterion = super().visible_to(actor)
        return or_(criterion, cls.elder_id.in_(sorted(actor.elder_ids))) if actor.elder_ids else criterion
