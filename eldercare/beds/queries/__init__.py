"""Reading beds, by use: `board` (one institution), `tally` (counts, freshness, bed-days), `lookup` (for services)."""

from eldercare.beds.queries.board import BedOnBoard, HistoryEntry, bed_history, board, get_bed, residents
from eldercare.beds.queries.lookup import (
    find_on_bed,
    free_in,
    get_fact,
    get_institution,
    institutions_with_beds,
    without_bed,
)
from eldercare.beds.queries.tally import (
    BedDays,
    Counts,
    bed_days,
    counts_by_institution,
    counts_by_type,
    figures,
    free_beds,
    has_free,
    last_sign,
    leave_days,
    with_freshness,
)

__all__ = [
    "BedDays",
    "BedOnBoard",
    "Counts",
    "HistoryEntry",
    "bed_days",
    "bed_history",
    "board",
    "counts_by_institution",
    "counts_by_type",
    "figures",
    "find_on_bed",
    "free_beds",
    "free_in",
    "get_bed",
    "get_fact",
    "get_institution",
    "has_free",
    "institutions_with_beds",
    "last_sign",
    "leave_days",
    "residents",
    "with_freshness",
    "without_bed",
]
