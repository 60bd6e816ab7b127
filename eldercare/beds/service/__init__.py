"""What can be done with beds. Each function: actor first, checks access, changes, records; the edge commits."""

from eldercare.beds.service.corrections import correct, end_stays_of_the_dead, withdraw_fact
from eldercare.beds.service.counts import confirm_nothing_changed, report_counts, store_imported
from eldercare.beds.service.facts import BedTaken, PersonElsewhere
from eldercare.beds.service.holds import hold, in_service, out_of_service, release
from eldercare.beds.service.leaves import end_leave, start_leave
from eldercare.beds.service.people_link import NewPerson
from eldercare.beds.service.stays import admit, discharge, move, swap
from eldercare.beds.service.structure import BedKind, add_beds, add_rooms, close_bed, edit_bed, edit_room, reopen_bed

__all__ = [
    "BedKind",
    "BedTaken",
    "NewPerson",
    "PersonElsewhere",
    "add_beds",
    "add_rooms",
    "admit",
    "close_bed",
    "confirm_nothing_changed",
    "correct",
    "discharge",
    "edit_bed",
    "edit_room",
    "end_leave",
    "end_stays_of_the_dead",
    "hold",
    "in_service",
    "move",
    "out_of_service",
    "release",
    "reopen_bed",
    "report_counts",
    "start_leave",
    "store_imported",
    "swap",
    "withdraw_fact",
]
