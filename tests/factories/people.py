"""Smallest valid elders and facts. Flushed, never committed."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from sqlalchemy.dialects.postgresql import Range

from eldercare.core import identifiers
from eldercare.core.crypto import keyring
from eldercare.core.db import session
from eldercare.core.pinyin import spelled_person
from eldercare.people.models import Circumstance, Elder, ElderGrant
from eldercare.people.queries import id_index, phone_index
from tests.support.cast import TOWN_A

_numbers = count(1)


def resident_id(born: date, sex: str = "f", serial: int | None = None, area: str = "370202") -> str:
    """A number with right check digit; 12-bit serial counts up so that no two are equal."""
    serial = next(_numbers) % 499 if serial is None else serial
    head = f"{area}{born:%Y%m%d}{serial * 2 + (sex == 'm'):03d}"
    return head + identifiers.check_digit(head)


def make_elder(**over: Any) -> Elder:
    """A woman of 80 in town A; `id_number` and `phone` are given in plain."""
    values: dict[str, Any] = {"name": "王秀英", "sex": "f", "birth_date": date(1946, 3, 5), "region_path": TOWN_A}
    values |= over
    values.setdefault("hukou_path", values["region_path"])
    pinyin, initials = spelled_person(values["name"])
    number, phone = values.pop("id_number", None), values.pop("phone", None)
    if number:
        values |= {"id_number": keyring().encrypt(number), "id_index": id_index(number)}
    if phone:
        values |= {"phone": keyring().encrypt(phone), "phone_index": phone_index(phone)}
    elder = Elder(name_pinyin=pinyin, name_initials=initials, **values)
    session().add(elder)
    session().flush()
    return elder


def make_fact(
    elder: Elder, kind: str, value: str, start: date = date(2020, 1, 1), end: date | None = None
) -> Circumstance:
    fact = Circumstance(elder_id=elder.id, kind=kind, value=value, valid=Range(start, end), recorded_by="system:tests")
    session().add(fact)
    session().flush()
    return fact


def make_grant(elder: Elder, start: date = date(2020, 1, 1), end: date | None = None, **over: Any) -> ElderGrant:
    """`institution_id=` for a stay, or `user_id=` with `ground=`."""
    values: dict[str, Any] = {"ground": "stay" if "institution_id" in over else "task"} | over
    grant = ElderGrant(elder_id=elder.id, valid=Range(start, end), recorded_by="system:tests", **values)
    session().add(grant)
    session().flush()
    return grant
