"""Reading the division tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import func, or_, select

from eldercare.core.db import in_subtree, session
from eldercare.core.errors import NotFound
from eldercare.core.i18n import N_
from eldercare.core.pinyin import folded
from eldercare.regions.models import Region
from eldercare.regions.rules import full_code


def find_region(code: str) -> Region | None:
    """By code in any usual spelling (370200, 3702, 370202001000)."""
    return session().scalar(select(Region).where(Region.code == full_code(code)))


def get_region(code: str) -> Region:
    region = find_region(code)
    if region is None:
        raise NotFound(N_("There is no division with the code %(code)s."), code=code[:40])
    return region


def get_region_by_id(region_id: UUID) -> Region:
    region = session().get(Region, region_id)
    if region is None:
        raise NotFound
    return region


def find_by_path(path: str) -> Region | None:
    return session().scalar(select(Region).where(Region.path == path))


def roots() -> Sequence[Region]:
    return session().scalars(select(Region).where(Region.parent_id.is_(None)).order_by(Region.code)).all()


def children(region: Region) -> Sequence[Region]:
    """The divisions directly below: by code, zones last."""
    statement = select(Region).where(Region.parent_id == region.id).order_by(Region.kind == "zone", Region.code)
    return session().scalars(statement).all()


def child_counts(regions: Iterable[Region]) -> dict[UUID, int]:
    """How many divisions stand directly below each."""
    ids = [region.id for region in regions]
    statement = select(Region.parent_id, func.count()).where(Region.parent_id.in_(ids)).group_by(Region.parent_id)
    return {parent: count for parent, count in session().execute(statement) if parent is not None}


def subtree(path: str) -> Sequence[Region]:
    """The division at the path and all below it, in tree order."""
    return session().scalars(select(Region).where(in_subtree(Region.path, path)).order_by(Region.path)).all()


def lineage(path: str) -> Sequence[Region]:
    """The divisions from the root down to the path, itself included."""
    return (
        session()
        .scalars(select(Region).where(Region.path.in_(prefixes(path))).order_by(func.length(Region.path)))
        .all()
    )


def prefixes(path: str) -> list[str]:
    """`/cn/37/` -> [`/cn/`, `/cn/37/`]."""
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[: length + 1]) + "/" for length in range(len(parts))]


def regions_by_path(paths: Iterable[str]) -> dict[str, Region]:
    """The divisions at these paths and all their ancestors, in one statement."""
    wanted = {prefix for path in paths for prefix in prefixes(path)}
    return {region.path: region for region in session().scalars(select(Region).where(Region.path.in_(wanted)))}


def full_labels(paths: Iterable[str]) -> dict[str, str]:
    """`{path: "山东省青岛市市北区"}`: names below the country, in the reader's language."""
    paths = set(paths)
    found = regions_by_path(paths)
    labels: dict[str, str] = {}
    for path in paths:
        names = [found[prefix].label for prefix in prefixes(path)[1:] if prefix in found]
        glue = " " if any(name.isascii() for name in names) else ""
        labels[path] = glue.join(names) or (found[path].label if path in found else path)
    return labels


def search_regions(text: str, *, limit: int = 20, within: str | None = None) -> Sequence[Region]:
    """Divisions whose name, spelling, initials or code begin with or contain the text; higher levels first."""
    key = folded(text)
    if not key:
        return []
    escaped = key.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    begins = or_(Region.search_key.like(f"{escaped}%"), Region.search_key.like(f"%|{escaped}%"))
    statement = select(Region).where(Region.search_key.like(f"%{escaped}%"))
    if within is not None:
        statement = statement.where(in_subtree(Region.path, within))
    statement = statement.order_by(begins.desc(), func.length(Region.path), Region.code).limit(limit)
    return session().scalars(statement).all()
