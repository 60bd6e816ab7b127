"""Made-up staff with certificates. Flushed, never committed."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy.dialects.postgresql import Range

from eldercare.core.db import session
from eldercare.core.pinyin import spelled_person
from eldercare.staff.models import StaffCertificate, StaffMember
from tests.support.cast import DISTRICT_A


def make_staff(name: str = "赵敏", path: str = DISTRICT_A, **over: Any) -> StaffMember:
    """An inspector of a bureau unless told otherwise."""
    values: dict[str, Any] = {"job": "inspector", "employer": "民政局", "created_by": "system:tests"} | over
    row = StaffMember(
        id=values.pop("id", None) or uuid4(), name=name, pinyin=spelled_person(name)[0], region_path=path, **values
    )
    session().add(row)
    session().flush()
    return row


def make_certificate(
    person: StaffMember, kind: str = "inspection", first: date = date(2020, 1, 1), end: date | None = None
) -> StaffCertificate:
    """`end` is the first day on which it no longer holds."""
    row = StaffCertificate(
        staff_id=person.id, institution_id=person.institution_id, region_path=person.region_path, kind=kind,
        number=f"{kind}-1", issuer="省民政厅", valid=Range(first, end), recorded_by="system:tests",
    )  # fmt: skip
    session().add(row)
    session().flush()
    return row
