"""Made-up inspectors, homes with past inspections, and a small district ready to be planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy.dialects.postgresql import Range

from eldercare.core.db import session
from eldercare.inspections.models import InspectionRecord, Inspector
from eldercare.institutions.models import Institution, InstitutionRating
from tests.factories.beds import institution, region
from tests.factories.staff import make_certificate, make_staff
from tests.support.cast import DISTRICT_A, DISTRICT_B, NAMESPACE

AS_OF = date(2026, 3, 2)


def make_inspector(name: str, path: str = DISTRICT_A, *, lead: bool = True, **over: Any) -> Inspector:
    """With both certificates, valid since long ago."""
    kinds = over.pop("kinds", ("inspection", "rating"))
    person = make_staff(name, path)
    for kind in kinds:
        make_certificate(person, kind)
    values: dict[str, Any] = {"base_path": path, "daily_capacity": 1} | over
    row = Inspector(
        id=uuid5(NAMESPACE, f"inspector {name}"),
        staff_id=person.id,
        name=name,
        region_path=path,
        is_lead=lead,
        **values,
    )
    session().add(row)
    session().flush()
    return row


def make_home(name: str, path: str = DISTRICT_A, *, inspected: date | None = None, **over: Any) -> Institution:
    home = institution(over.pop("id", None) or uuid5(NAMESPACE, f"home {name}"), path, name, **over)
    if inspected:
        make_record(home, inspected)
    return home


def make_record(home: Institution, on: date, inspectors: tuple[UUID, ...] = ()) -> InspectionRecord:
    row = InspectionRecord(
        id=uuid4(), institution_id=home.id, region_path=home.region_path, on_date=on, kind="check", source="tests",
        inspector_ids=[str(one) for one in inspectors], recorded_by="system:tests",
    )  # fmt: skip
    session().add(row)
    session().flush()
    return row


def make_rating(home: Institution, first: date, end: date | None) -> InstitutionRating:
    row = InstitutionRating(
        institution_id=home.id, region_path=home.region_path, scheme="gbt37276-2018", stars=3, valid=Range(first, end),
        recorded_by="system:tests",
    )  # fmt: skip
    session().add(row)
    session().flush()
    return row


@dataclass
class District:
    """District A with three homes overdue and four inspectors; a home and two inspectors in district B."""

    homes: list[Institution]
    inspectors: list[Inspector]
    foreign_home: Institution
    foreign_inspectors: list[Inspector]


def make_district() -> District:
    for path in ("/cn/", "/cn/37/", "/cn/37/3702/"):
        region(path)
    homes = [make_home(f"康宁{n}号养老院", inspected=date(2024, 12, n + 1)) for n in range(3)]
    inspectors = [make_inspector(name, lead=n % 2 == 0) for n, name in enumerate(("钱一", "孙二", "李三", "周四"))]
    foreign = make_home("福寿养老院", DISTRICT_B, inspected=date(2024, 11, 1))
    others = [make_inspector(name, DISTRICT_B) for name in ("吴五", "郑六")]
    return District(homes, inspectors, foreign, others)
