"""Range operators with typed parameters. No SQL clock: the instant always comes from the caller."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, DateTime, literal
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range

INSTANT = DateTime(timezone=True)


def covers(column: Any, at: datetime) -> ColumnElement[bool]:
    """The range holds at the instant."""
    return cast(ColumnElement[bool], column.op("@>", is_comparison=True)(literal(at, INSTANT)))


def overlaps(column: Any, during: Range[datetime]) -> ColumnElement[bool]:
    """The ranges have an instant in common."""
    return cast(ColumnElement[bool], column.op("&&", is_comparison=True)(literal(during, TSTZRANGE())))
