"""Loading the division tree from a CSV file: idempotent, checked whole before anything is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import select

from eldercare.core.actor import Actor
from eldercare.core.db import session
from eldercare.core.errors import Invalid, Problem
from eldercare.core.i18n import N_
from eldercare.core.pinyin import folded, spelled
from eldercare.regions.models import Region
from eldercare.regions.rules import Kind, Level, full_code, path_of

SHIPPED = Path(__file__).parent / "data" / "regions.csv"
COLUMNS = ("code", "parent", "name", "name_en", "level", "kind", "source")


@dataclass(frozen=True)
class Division:
    """One row of a division file."""

    code: str
    parent: str
    name: str
    name_en: str
    level: str
    kind: str
    source: str


@dataclass(frozen=True)
class Loaded:
    new: int
    changed: int
    unchanged: int


def region_id(code: str) -> UUID:
    """The same id for the same code everywhere, so that data sets can refer to divisions before loading."""
    return uuid5(NAMESPACE_URL, f"urn:eldercare:region:{code}")


def ensure_regions(actor: Actor) -> Loaded:
    """The shipped tree is in the database; adds and changes only what differs."""
    return load_regions(actor, divisions=read_divisions(SHIPPED.read_text(encoding="utf-8")))


def read_divisions(text: str) -> list[Division]:
    """The rows of a division file. Raises Invalid with row numbers (1 = first row under the header)."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    header = next(reader, [])
    if tuple(header) != COLUMNS:
        raise Invalid.one("file", N_("The first line must name these columns: %(columns)s."), columns=",".join(COLUMNS))
    problems: list[Problem] = []
    divisions: list[Division] = []
    for number, cells in enumerate(reader, start=1):
        if not any(cells):
            continue
        if len(cells) != len(COLUMNS):
            problems.append(Problem("row", N_("This row has %(count)s cells."), {"count": len(cells)}, number))
            continue
        division = Division(*(cell.strip() for cell in cells))
        problems += _row_problems(division, number)
        divisions.append(division)
    if problems:
        raise Invalid(problems)
    return divisions


def _row_problems(row: Division, number: int) -> list[Problem]:
    found = []
    if not row.code or row.code != full_code(row.code) or len(row.code) > 40:
        found.append(Problem("code", N_("Not a division code: %(code)s"), {"code": row.code[:40]}, number))
    if not 1 <= len(row.name) <= 100 or len(row.name_en) > 100:
        found.append(Problem("name", N_("A name has 1 to 100 characters."), {}, number))
    if row.level not in set(Level):
        found.append(Problem("level", N_("Unknown level: %(level)s"), {"level": row.level[:40]}, number))
    if row.kind not in set(Kind):
        found.append(Problem("kind", N_("Unknown kind: %(kind)s"), {"kind": row.kind[:40]}, number))
    return found


def load_regions(actor: Actor, *, divisions: Sequence[Division]) -> Loaded:
    """Add new divisions and change names; a division never moves (its path stands in every scoped row)."""
    actor.require("regions.load")
    existing = {region.code: region for region in session().scalars(select(Region))}
    paths = _paths(divisions, existing)
    new = changed = 0
    for division in sorted(divisions, key=lambda row: paths[row.code].count("/")):
        values = _values(division, paths[division.code])
        region = existing.get(division.code)
        if region is None:
            session().add(Region(id=region_id(division.code), code=division.code, **values))
            new += 1
        elif any(getattr(region, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(region, name, value)
            changed += 1
    session().flush()
    return Loaded(new, changed, len(divisions) - new - changed)


def _paths(divisions: Sequence[Division], existing: dict[str, Region]) -> dict[str, str]:
    """Path of each division. Raises Invalid for a code twice, an unknown parent, a circle or a move."""
    by_id = {region.id: region.code for region in existing.values()}
    parents = {code: by_id.get(region.parent_id, "") if region.parent_id else "" for code, region in existing.items()}
    problems: list[Problem] = []
    seen: set[str] = set()
    for number, division in enumerate(divisions, start=1):
        if division.code in seen:
            problems.append(Problem("code", N_("The code %(code)s stands twice."), {"code": division.code}, number))
        seen.add(division.code)
        parents[division.code] = division.parent
    paths: dict[str, str] = {}
    for number, division in enumerate(divisions, start=1):
        try:
            path = path_of(division.code, parents)
        except ValueError:
            problems.append(Problem("parent", N_("The parent %(code)s is unknown or forms a circle."),
                                    {"code": division.parent}, number))  # fmt: skip
            continue
        paths[division.code] = path
        old = existing.get(division.code)
        if old is not None and old.path != path:
            problems.append(Problem("parent", N_("The division %(code)s cannot move from %(old)s to %(new)s."),
                                    {"code": division.code, "old": old.path, "new": path}, number))  # fmt: skip
    if problems:
        raise Invalid(problems)
    return paths


def _values(division: Division, path: str) -> dict[str, object]:
    pinyin, initials = spelled(division.name)
    keys = [folded(division.name), pinyin, initials, division.code.lower(), folded(division.name_en)]
    return {
        "name": division.name,
        "name_en": division.name_en or None,
        "level": division.level,
        "kind": division.kind,
        "parent_id": region_id(division.parent) if division.parent else None,
        "path": path,
        "pinyin": pinyin[:200],
        "initials": initials[:60],
        "search_key": "|".join(dict.fromkeys(key for key in keys if key)),
        "source": division.source,
    }
