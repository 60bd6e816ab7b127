"""Destitute elders with dated facts, and people who may make and check runs of Yantai."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import Range

from eldercare.core.actor import Actor
from eldercare.core.db import session
from eldercare.people.models import Circumstance, Elder
from eldercare.regions.models import Region
from tests.support.cast import Member

YANTAI = "/cn/37/3706/"
MAKER = Member("subsidy_maker", "Maker of Yantai", "official", (YANTAI,))
CHECKER = Member("subsidy_checker", "Checker of Yantai", "official", (YANTAI,))
ZHIFU, HAIYANG = "370602", "370687"


def regions() -> None:
    """The divisions the tests live in, unless they are there."""
    rows = [
        ("cn", None, "中国", "country", "/cn/"),
        ("370000", "/cn/", "山东省", "province", "/cn/37/"),
        ("370600", "/cn/37/", "烟台市", "city", YANTAI),
        (ZHIFU, YANTAI, "芝罘区", "county", f"{YANTAI}{ZHIFU}/"),
        (HAIYANG, YANTAI, "海阳市", "county", f"{YANTAI}{HAIYANG}/"),
    ]
    there = {region.path: region for region in session().query(Region)}
    for code, parent, name, level, path in rows:
        if path not in there:
            there[path] = Region(
                code=code,
                name=name,
                level=level,
                kind="administrative",
                parent_id=there[parent].id if parent else None,
                path=path,
                pinyin=name,
                initials="",
                search_key=name,
            )
            session().add(there[path])
            session().flush()


def official(member: Member) -> Actor:
    from eldercare.accounts.rules import Role, permissions_of

    return Actor(
        kind="user",
        name=member.title,
        user_id=member.user_id,
        roles=frozenset({"official"}),
        permissions=permissions_of(Role.OFFICIAL),
        region_paths=member.region_paths,
    )


def elder(
    *,
    county: str = ZHIFU,
    born: date = date(1940, 5, 1),
    died: date | None = None,
    tier: str | None = "full",
    area: str | None = "urban",
    category: str = "destitute",
    since: date = date(2018, 1, 1),
    name: str = "王秀英",
) -> UUID:
    """An elder with the facts a run needs; `tier` or `area` None leaves the fact out."""
    one = Elder(
        id=uuid4(),
        name=name,
        name_pinyin="wang xiu ying",
        name_initials="wxy",
        sex="f",
        birth_date=born,
        death_date=died,
        region_path=f"{YANTAI}{county}/",
        hukou_path=f"{YANTAI}{county}/",
    )
    session().add(one)
    session().flush()
    for kind, value in (("economic_category", category), ("self_care_tier", tier), ("urban_rural", area)):
        if value is not None:
            fact(one.id, kind, value, since)
    session().flush()
    return one.id


def fact(elder_id: UUID, kind: str, value: str, since: date, until: date | None = None) -> Circumstance:
    """A fact for `[since, until)`."""
    row = Circumstance(
        elder_id=elder_id, kind=kind, value=value, valid=Range(since, until, bounds="[)"), recorded_by="system:tests"
    )
    session().add(row)
    return row
