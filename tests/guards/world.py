"""One row of everything in a foreign district, each with a mark in its names, for the walk over all routes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    Uuid,
)
from sqlalchemy import inspect as sa_inspect
from sqlalchemy.dialects.postgresql import Range

from eldercare.accounts.models import ApiToken, UserScope
from eldercare.beds.models import BedOccupancy, Episode
from eldercare.community.models import CommunityVisit
from eldercare.core.db import session
from eldercare.core.models import StoredFile
from eldercare.inspections.models import (
    ConflictOfInterest,
    InspectionPlan,
    InspectionTask,
    InspectionVisit,
    Inspector,
    InspectorLeave,
)
from eldercare.institutions.models import InstitutionImport, InstitutionPaper, InstitutionRating
from eldercare.notices.models import Notice
from eldercare.packstore.models import PublishedPack
from eldercare.staff.models import StaffCertificate, StaffMember
from eldercare.subsidies.models import SubsidyLine, SubsidyRun, SubsidyRunChunk
from tests.factories import accounts, assessments, beds, homebeds, people
from tests.support.cast import DISTRICT_B, INSTITUTION_2

MARK = "乙区秘密"
PINYIN = "yiqumimi"
OPEN_DAYS = Range(date(2024, 1, 1), None)


def fill(model: type[Any], mark: str = MARK, **given: Any) -> Any:
    """A row with every required column filled by its type; text columns carry the mark."""
    values: dict[str, Any] = {}
    for column in sa_inspect(model).columns:
        name = sa_inspect(model).get_property_by_column(column).key
        if name in given or column.nullable or column.default is not None or column.server_default is not None:
            continue
        if column.identity is not None or column.name == "region_path":
            continue
        values[name] = _filler(column, mark)
    if "region_path" in sa_inspect(model).columns and "region_path" not in given:
        values["region_path"] = DISTRICT_B
    row = model(**values | given)
    session().add(row)
    session().flush()
    return row


def _filler(column: Any, mark: str) -> Any:
    kind = column.type
    if isinstance(kind, (Boolean,)):
        return False
    if isinstance(kind, (BigInteger, Integer, SmallInteger)):
        return 1
    if isinstance(kind, Uuid):
        return uuid4()
    if isinstance(kind, DateTime):
        return datetime(2026, 1, 1, tzinfo=UTC)
    if isinstance(kind, Date):
        return date(2026, 1, 1)
    if isinstance(kind, LargeBinary):
        return b"x"
    if isinstance(kind, JSON):
        return {}
    if isinstance(kind, (String, Text)):
        if chosen := _first_allowed(column):
            return chosen
        return (mark * 3)[: min(getattr(kind, "length", None) or 12, 12)]
    raise TypeError(f"{column}: give a value for {kind!r}")


def _first_allowed(column: Any) -> str | None:
    """Of a column that a CHECK limits to some words, the first of them."""
    for constraint in column.table.constraints:
        if isinstance(constraint, CheckConstraint):
            if found := re.search(rf"\b{column.name} IN \('([^']+)'", str(constraint.sqltext)):
                return found.group(1)
    return None


def foreign_world() -> dict[str, Any]:
    """Identifiers by the name of a route's argument; `blueprint:argument` where two blueprints mean different things."""
    home = beds.institution(INSTITUTION_2, DISTRICT_B, f"{MARK}养老院", published=False)
    bed, other_bed = beds.beds(home, 2)
    elder = people.make_elder(name=f"{MARK}人", region_path=DISTRICT_B, phone="13900001111")
    fact = people.make_fact(elder, "economic_category", "destitute")
    grant = people.make_grant(elder, institution_id=home.id)
    episode = fill(Episode, institution_id=home.id, elder_id=elder.id)
    during = Range(datetime(2026, 1, 1, tzinfo=UTC), None)
    stay = fill(BedOccupancy, bed_id=bed.id, institution_id=home.id, kind="stay", elder_id=elder.id, episode_id=episode.id,
                during=during, recorded_by="system:tests")  # fmt: skip
    outage = fill(BedOccupancy, bed_id=other_bed.id, institution_id=home.id, kind="out_of_service", during=during,
                  recorded_by="system:tests")  # fmt: skip
    user = accounts.make_user(username=f"{MARK}user", display_name=f"{MARK}账号", region_path=DISTRICT_B)
    return {
        "institution_id": home.id,
        "bed_id": bed.id,
        "room_id": bed.room_id,
        "elder_id": elder.id,
        "people:fact_id": fact.id,
        "grant_id": grant.id,
        "fact_id": stay.fact_id,
        "stay_id": stay.fact_id,
        "hold_id": stay.fact_id,
        "outage_id": outage.fact_id,
        "assessment_id": assessments.make_assessment(elder, first_assessor=f"{MARK}评估员").id,
        "contract_id": homebeds.make_home_bed(elder, home.id, date(2024, 1, 1)).id,
        "community:visit_id": fill(CommunityVisit, elder_id=elder.id, recorded_by="system:tests").id,
        "notice_id": fill(Notice, user_id=user.id, link="/work", params={}).id,
        "user_id": user.id,
        "scope_id": _scope(user),
        "token_id": fill(ApiToken, user_id=user.id).id,
        **_register(home),
        **_inspections(home),
        **_subsidies(elder),
    }


def _scope(user: Any) -> UUID:
    user.scopes.append(UserScope(role="official", division_path=DISTRICT_B, granted_by="system:tests"))
    session().flush()
    found: UUID = user.scopes[0].id
    return found


def _register(home: Any) -> dict[str, Any]:
    file = fill(StoredFile, size_bytes=0)
    member = fill(StaffMember, institution_id=home.id)
    return {
        "rating_id": fill(InstitutionRating, institution_id=home.id, stars=3, valid=OPEN_DAYS).id,
        "paper_id": fill(InstitutionPaper, institution_id=home.id).id,
        "import_id": fill(InstitutionImport, file_id=file.id, state="previewed", columns=[]).id,
        "staff_id": member.id,
        "certificate_id": fill(StaffCertificate, staff_id=member.id, institution_id=home.id, valid=OPEN_DAYS).id,
    }  # fmt: skip


def _inspections(home: Any) -> dict[str, Any]:
    staff = fill(StaffMember, institution_id=home.id)
    inspector = fill(Inspector, staff_id=staff.id, base_path=DISTRICT_B)
    plan = fill(InspectionPlan, first_day=date(2026, 1, 1), last_day=date(2026, 3, 31), problem="{}", state="queued")
    task = fill(InspectionTask, plan_id=plan.id, institution_id=home.id, reasons=[])
    visit = fill(InspectionVisit, plan_id=plan.id, task_id=task.id, institution_id=home.id)
    return {
        "inspector_id": inspector.id,
        "leave_id": fill(InspectorLeave, inspector_id=inspector.id, days=Range(date(2026, 1, 1), date(2026, 1, 5))).id,
        "conflict_id": fill(ConflictOfInterest, inspector_id=inspector.id, institution_id=home.id, valid=OPEN_DAYS).id,
        "plan_id": plan.id,
        "inspections:visit_id": visit.id,
    }  # fmt: skip


def _subsidies(elder: Any) -> dict[str, Any]:
    pack = fill(PublishedPack, mark="public", content_hash="f" * 64)  # packs are public knowledge
    run = fill(
        SubsidyRun, pack_hash=pack.content_hash, month=date(2026, 1, 1), state="computed", jurisdiction="elsewhere"
    )
    fill(SubsidyRunChunk, run_id=run.id, number=1)
    fill(SubsidyLine, run_id=run.id, number=1, chunk=1, elder_id=elder.id, division="370203", origin_month=date(2026, 1, 1),
         trace={}, amount_fen=100, days=31)  # fmt: skip
    return {"run_id": run.id, "number": 1}
