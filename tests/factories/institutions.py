"""Made-up institutions as the register keeps them, and files that hold them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import Range

from eldercare.core.db import session
from eldercare.institutions.models import Institution, InstitutionRating
from eldercare.institutions.rules import NATIONAL_SCHEME
from eldercare.institutions.service import put_search_words
from eldercare.regions.models import Region
from eldercare.regions.queries import lineage

#: Codes with right check digits, of nobody.
USCC = ("91370200MA00000015", "91370200MA00000028")


def institution(region: Region, name: str = "青岛市福利院", id: UUID | None = None, **more: Any) -> Institution:
    values: dict[str, Any] = {"kind": "care_home", "address": "示范路1号", "beds_mode": "counts"} | more
    row = Institution(
        id=id or uuid4(), name=name, region_id=region.id, region_path=region.path, updated_by="tests", **values
    )
    put_search_words(row, [step.name for step in lineage(region.path)[1:]])
    session().add(row)
    session().flush()
    return row


def rating(
    home: Institution, stars: int = 3, since: date = date(2025, 1, 1), until: date | None = None
) -> InstitutionRating:
    row = InstitutionRating(
        institution_id=home.id, region_path=home.region_path, scheme=NATIONAL_SCHEME, stars=stars,
        valid=Range(since, until), certificate="T-1", source="tests", recorded_by="tests",
    )  # fmt: skip
    session().add(row)
    session().flush()
    return row


def csv_of(*rows: dict[str, str], encoding: str = "utf-8") -> bytes:
    """A bureau's file: the columns of the first row, as a spreadsheet would write it."""
    header = list(rows[0])
    lines = [",".join(header), *(",".join(row.get(name, "") for name in header) for row in rows)]
    return "\r\n".join([*lines, ""]).encode(encoding)


def bureau_row(number: str = "QD001", **more: str) -> dict[str, str]:
    """One row for the mapping `generic-zh`."""
    return {
        "机构编号": number, "机构名称": "青岛市福利院", "机构类型": "养老机构", "区划代码": "370203", "床位数": "120",
        "护理型床位数": "80", "护理型入住人数": "61", "星级": "三级", "评定日期": "2025-06-01", "等级有效期至": "2028-06-01",
        "联系电话": "053200000000",
    } | more  # fmt: skip
