"""Codes and paths of divisions, without a database.

A path ends with '/' and holds the short codes of all ancestors: `/cn/37/3702/370202/370202001/`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from eldercare.core.i18n import N_


class Level(StrEnum):
    COUNTRY = "country"
    PROVINCE = "province"  # 省
    CITY = "city"  # 市
    COUNTY = "county"  # 区县
    TOWN = "town"  # 街镇
    ZONE = "zone"  # 功能区
    STATE = "state"


class Kind(StrEnum):
    ADMINISTRATIVE = "administrative"  # the ministry's list
    ZONE = "zone"  # administered apart, not in the ministry's list
    FOREIGN = "foreign"


LABELS: dict[str, str] = {
    "country": N_("Country"),
    "province": N_("Province"),
    "city": N_("City"),
    "county": N_("County or district"),
    "town": N_("Street or town"),
    "zone": N_("Functional zone"),
    "state": N_("Federal state"),
    "administrative": N_("Administrative division"),
    "foreign": N_("Foreign division"),
}


#: The country this product is made for; divisions of other registers lie beside it.
HOME_PATH = "/cn/"


def short_code(code: str) -> str:
    """A code without the zero pairs that stand for 'no lower level': 370000 -> 37, 370200 -> 3702."""
    if len(code) == 6 and code.isdigit():
        while len(code) > 2 and code.endswith("00"):
            code = code[:-2]
    return code


def full_code(code: str) -> str:
    """The stored form of any usual spelling: 37 -> 370000, 3702 -> 370200, 370202001000 -> 370202001."""
    text = "".join(char for char in code if char.isprintable()).strip()
    if text.isdigit():
        if len(text) in (2, 4):
            return text.ljust(6, "0")
        if len(text) == 12:
            return text[:6] if text.endswith("000000") else text[:9]
        return text
    return text.upper() if text[:1].isdigit() else text.lower()


def path_of(code: str, parents: Mapping[str, str]) -> str:
    """The region path of `code`; `parents` maps each code to its parent's code ('' for a root).

    Raises ValueError naming the code for an unknown parent or a circle.
    """
    parts: list[str] = []
    at = code
    while at:
        if at not in parents:
            raise ValueError(f"division {code}: parent {at} is not in the tree")
        if short_code(at) in parts:
            raise ValueError(f"division {code}: its parents form a circle")
        parts.append(short_code(at))
        at = parents[at]
    return "/" + "/".join(reversed(parts)) + "/"


def shared_path(paths: Sequence[str]) -> str:
    """The smallest subtree that holds all paths; '/' when they share no root (or there are none)."""
    if not paths:
        return "/"
    levels = zip(*(path.strip("/").split("/") for path in paths), strict=False)
    shared: list[str] = []
    for names in levels:
        if len(set(names)) > 1:
            break
        shared.append(names[0])
    return "/" + "".join(f"{name}/" for name in shared)
