"""The shipped division tree in a test database."""

from __future__ import annotations

from eldercare.core.actor import Actor
from eldercare.core.db import session
from eldercare.regions.models import Region
from eldercare.regions.queries import get_region
from eldercare.regions.service import COLUMNS, SHIPPED, Division, load_regions, read_divisions

HEADER = ",".join(COLUMNS)


def some_regions(*codes: str) -> dict[str, Region]:
    """The divisions with these codes and all their ancestors, from the shipped file."""
    shipped = {row.code: row for row in read_divisions(SHIPPED.read_text(encoding="utf-8"))}
    wanted: dict[str, Division] = {}
    for code in codes:
        at = code
        while at:
            wanted[at] = shipped[at]
            at = shipped[at].parent
    load_regions(Actor.system("tests"), divisions=list(wanted.values()))
    session().flush()
    return {code: get_region(code) for code in codes}
