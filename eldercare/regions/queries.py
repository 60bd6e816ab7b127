"""Reading the division tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import func, or_, select

from eldercare.core.db import in_subtree, session
from eldercare.core.errors import Invalid, NotFound
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


def choices(own: Iterable[str], chosen: Region | None = None) -> list[tuple[str, str]]:
    """Options (code, indented name) of a select: one's own divisions and those directly below; with a chosen one also
    the way down to it and what is directly below it, so that any depth is reached level by level without a script.
    """
    tops = [region for path in sorted(own) if (region := find_by_path(path))]
    found = {region.path: region for region in tops}
    parents = list(tops)
    if chosen is not None:
        way = [step for step in lineage(chosen.path) if any(step.path.startswith(top.path) for top in tops)]
        found |= {step.path: step for step in way}
        parents += way
    if parents:
        below = select(Region).where(Region.parent_id.in_({region.id for region in parents}))
        found |= {region.path: region for region in session().scalars(below)}
    least = min((region.path.count("/") for region in tops), default=0)
    return [
        (region.code, "\u3000" * (region.path.count("/") - least) + region.label)
        for _path, region in sorted(found.items())
    ]


def suggestions(own: Iterable[str], most: int = 600) -> list[tuple[str, str]]:
    """(code, full name) of divisions in one's scope for a typeahead, higher levels first."""
    paths = list(own)
    if not paths:
        return []
    inside = or_(*(in_subtree(Region.path, path) for path in paths))
    statement = select(Region).where(inside).order_by(func.length(Region.path), Region.path).limit(most)
    rows = session().scalars(statement).all()
    labels = full_labels(region.path for region in rows)
    return [(region.code, labels[region.path]) for region in rows]


def find_named(text: str, own: Iterable[str]) -> Region | None:
    """By code, else by a name that only one division of one's scope has."""
    if (region := find_region(text)) is not None:
        return region
    inside = [in_subtree(Region.path, path) for path in own]
    if not inside or not text.strip():
        return None
    named = or_(Region.name == text.strip(), Region.name_en == text.strip())
    rows = session().scalars(select(Region).where(or_(*inside), named).limit(2)).all()
    return rows[0] if len(rows) == 1 else None


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


def meant(text: str, *, within: Iterable[str] = ()) -> Region:
    """The division written as a code or a name (市南区, shinanqu, 370202). Within the paths first, then anywhere.

    Raises Invalid (field `division`) for an unknown one, or one that several bear, which it names with their codes.
    """
    if (region := find_region(text)) is not None:
        return region
    found: Sequence[Region] = []
    for path in within:
        found = [*found, *search_regions(text, limit=20, within=path)]
    found = found or search_regions(text, limit=20)
    exact = [region for region in found if text in (region.name, region.name_en)]
    chosen = exact or list(found)
    if not chosen:
        raise Invalid.one(
            "division", N_("No division is called “%(text)s”. Give its name or its code."), text=text[:40]
        )
    if len(chosen) > 1:
        labels = full_labels({region.path for region in chosen[:4]})
        names = "；".join(f"{labels[region.path]} {region.code}" for region in chosen[:4])
        raise Invalid.one(
            "division", N_("Several divisions are called so: %(names)s. Give the code of one."), names=names
        )
    return chosen[0]


def path_meant(text: str, *, within: Iterable[str] = ()) -> str | None:
    """The path for a filter: None without a text; a path of nothing when no single division is meant."""
    if not text:
        return None
    try:
        return meant(text, within=within).path
    except Invalid:
        return "/unknown/"
