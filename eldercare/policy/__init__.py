"""Policy as dated data with its source: the loader and look-up of policy packs. Knows no database and no page."""

from eldercare.policy.errors import PackError
from eldercare.policy.loader import load
from eldercare.policy.model import Citation, Group, Grouping, Pack, Period, Row, Scheme, Source, Table, Value
from eldercare.policy.shipped import load_packs, shipped_pack

__all__ = [
    "Citation",
    "Group",
    "Grouping",
    "Pack",
    "PackError",
    "Period",
    "Row",
    "Scheme",
    "Source",
    "Table",
    "Value",
    "load",
    "load_packs",
    "shipped_pack",
]
