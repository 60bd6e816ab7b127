"""What families may ask for and what they are told. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from eldercare.beds.rules import BedType
from eldercare.core.i18n import N_

ANY_TYPE = "any"
BED_TYPES = (BedType.NURSING.value, BedType.ORDINARY.value, BedType.DEMENTIA.value, ANY_TYPE)
BED_TYPE_NAMES = {
    "nursing": N_("Nursing bed"),
    "ordinary": N_("Ordinary bed"),
    "dementia": N_("Dementia care bed"),
    ANY_TYPE: N_("Any bed"),
}


#: Orders of the list; whichever is chosen, places without a free bed come last.
SORTS = {"stars": N_("Stars"), "free": N_("Most free beds"), "price": N_("Lowest price")}


@dataclass(frozen=True)
class Criteria:
    """One search. Empty means: not narrowed by it. `most_fen`: the lowest monthly price is at most this."""

    text: str = ""
    region_path: str | None = None
    bed_type: str = BedType.NURSING.value
    only_free: bool = True
    stars: int | None = None
    most_fen: int | None = None
    sort: str = "stars"


@dataclass(frozen=True)
class Place:
    """A published institution as a search result. `fresh_at`: when its bed figures last changed or were confirmed."""

    id: UUID
    name: str
    kind: str
    region: str
    region_en: str | None
    address: str
    phone: str | None
    has_clinic: bool
    price_low_fen: int | None
    price_high_fen: int | None
    stars: int | None
    rated_since: date | None
    free: int | None
    total: int | None
    fresh_at: datetime | None
    fresh_by: str | None


@dataclass(frozen=True)
class Division:
    """A division in the picker."""

    code: str
    name: str
    path: str
    level: str
