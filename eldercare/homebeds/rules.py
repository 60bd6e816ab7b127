"""Home care beds: what state a contract is in, and which changes make sense. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from eldercare.core.errors import Invalid, Problem
from eldercare.core.i18n import N_


class State(StrEnum):
    """Derived from the days of the contract; nowhere stored."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class CloseReason(StrEnum):
    ENDED = "ended"
    MOVED = "moved"
    ADMITTED = "admitted"
    DIED = "died"
    REFUSED = "refused"
    PROVIDER = "provider"


STATE_LABELS: Mapping[State, str] = {
    State.PLANNED: N_("Planned"),
    State.OPEN: N_("Open"),
    State.CLOSED: N_("Closed"),
}
CLOSE_LABELS: Mapping[CloseReason, str] = {
    CloseReason.ENDED: N_("Contract ended"),
    CloseReason.MOVED: N_("Moved away"),
    CloseReason.ADMITTED: N_("Admitted to an institution"),
    CloseReason.DIED: N_("Died"),
    CloseReason.REFUSED: N_("Elder does not wish it any more"),
    CloseReason.PROVIDER: N_("Provider stops"),
}


def state(start: date, end: date | None, today: date) -> State:
    """`end` is the first day without the bed."""
    if end is not None and end <= today:
        return State.CLOSED
    return State.PLANNED if start > today else State.OPEN


def check_opening(start: date, end: date | None, *, birth_date: date, death_date: date | None) -> None:
    """Raise Invalid naming the field."""
    problems = []
    if end is not None and end <= start:
        problems.append(Problem("valid_to", N_("The end must be after the beginning.")))
    if start < birth_date:
        problems.append(Problem("valid_from", N_("This day is before the birth date.")))
    if death_date is not None and (start > death_date or end is None):
        problems.append(Problem("valid_from", N_("The person has died; no bed can be opened.")))
    if problems:
        raise Invalid(problems)


def check_closing(start: date, end: date | None, closes_on: date) -> None:
    """The bed may end on or after its first day (an empty contract is withdrawn) and not after its planned end."""
    if closes_on < start:
        raise Invalid.one("closes_on", N_("The bed was not open yet on that day."))
    if end is not None and closes_on > end:
        raise Invalid.one("closes_on", N_("The contract ends earlier."))
