"""Home-bed contracts. Flushed, never committed."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from eldercare.core.db import session
from eldercare.homebeds.models import HomeBed
from eldercare.people.models import Elder


def make_home_bed(elder: Elder, institution_id: UUID, start: date, end: date | None = None, **over: Any) -> HomeBed:
    values: dict[str, Any] = {"region_path": elder.region_path, "level": 3, "recorded_by": "system:tests"} | over
    bed = HomeBed(elder_id=elder.id, institution_id=institution_id, valid=Range(start, end), **values)
    session().add(bed)
    session().flush()
    return bed
