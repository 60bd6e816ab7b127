"""Made-up homes with rooms and beds, and people to put into them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import Range

from eldercare.beds.models import Bed, Room
from eldercare.core.db import session
from eldercare.institutions.models import Institution
from eldercare.people.models import Elder
from eldercare.regions.models import Region
from tests.support.cast import DISTRICT_A, INSTITUTION_1

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def region(path: str = DISTRICT_A) -> Region:
    """The division at the path; made when it is not there."""
    found = session().query(Region).filter_by(path=path).one_or_none()
    if found is None:
        code = path.rstrip("/").rsplit("/", 1)[1]
        found = Region(
            code=code, name=code, level="county", kind="administrative", path=path, pinyin=code, initials=code,
            search_key=code,
        )  # fmt: skip
        session().add(found)
        session().flush()
    return found


def institution(id: UUID = INSTITUTION_1, path: str = DISTRICT_A, name: str = "康宁养老院", **more: Any) -> Institution:
    row = Institution(
        id=id, name=name, pinyin="kangning", initials="kn", search_key=name, kind="care_home", region_id=region(path).id,
        region_path=path, updated_by="tests", **more,
    )  # fmt: skip
    session().add(row)
    session().flush()
    return row


def room(home: Institution, name: str = "101", floor: str = "1", building: str = "") -> Room:
    row = Room(institution_id=home.id, region_path=home.region_path, building=building, floor=floor, name=name)
    session().add(row)
    session().flush()
    return row


def beds(home: Institution, count: int, *, per_room: int = 2, bed_type: str = "nursing", **more: Any) -> list[Bed]:
    """Beds in rooms 101, 102 ... on one floor, open since long ago."""
    made: list[Bed] = []
    for number in range(count):
        if number % per_room == 0:
            place = room(home, f"{bed_type[0].upper()}{101 + number // per_room}")
        made.append(
            Bed(
                room_id=place.id,
                institution_id=home.id,
                region_path=home.region_path,
                label=str(number % per_room + 1),
                bed_type=bed_type,
                **{"open": Range(LONG_AGO, None), "price_fen": 300_000} | more,
            )
        )
    session().add_all(made)
    session().flush()
    return made


def elder(name: str = "王秀英", path: str = DISTRICT_A, sex: str = "f", **more: Any) -> Elder:
    row = Elder(
        id=more.pop("id", None) or uuid4(), name=name, name_pinyin="wang", name_initials="w", sex=sex,
        birth_date=date(1940, 5, 1), region_path=path, hukou_path=path, **more,
    )  # fmt: skip
    session().add(row)
    session().flush()
    return row
