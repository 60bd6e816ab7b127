"""What falls due for inspection and why: pure decisions from facts, policy values and a day.

Days are inclusive on both ends here. Every due reason names the document that says so; what no document gives is
carried with its `assumed` mark.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from eldercare.core.i18n import N_, Text
from eldercare.inspections.calendars import WorkingCalendar


class PlanState(StrEnum):
    """There is no lasting "solving": a job solves and stores in one transaction, so that no state can get stuck."""

    QUEUED = "queued"
    SOLVED = "solved"
    FAILED = "failed"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


STATE_NAMES: dict[PlanState, str] = {
    PlanState.QUEUED: N_("Waiting for a worker"),
    PlanState.SOLVED: N_("Solved, not published"),
    PlanState.FAILED: N_("Failed"),
    PlanState.PUBLISHED: N_("Published"),
    PlanState.CANCELLED: N_("Cancelled"),
}


class Ground(StrEnum):
    """Why an inspector must stay away from an institution (回避)."""

    WORKED_THERE = "worked_there"
    RELATIVE = "relative"
    OWNER = "owner"
    OTHER = "other"
    INSPECTED_LAST = "inspected_last"


GROUND_NAMES: dict[Ground, str] = {
    Ground.WORKED_THERE: N_("Works or worked there"),
    Ground.RELATIVE: N_("A relative works or lives there"),
    Ground.OWNER: N_("Owns a share"),
    Ground.OTHER: N_("Another interest"),
    Ground.INSPECTED_LAST: N_("Made the last inspection there"),
}
#: `inspected_last` follows from the records; nobody enters it by hand.
ENTERED_GROUNDS = (Ground.WORKED_THERE, Ground.RELATIVE, Ground.OWNER, Ground.OTHER)


class RecordKind(StrEnum):
    CHECK = "check"
    FILING = "filing"
    RATING = "rating"
    FOLLOW_UP = "follow_up"


RECORD_NAMES: dict[RecordKind, str] = {
    RecordKind.CHECK: N_("On-site check"),
    RecordKind.FILING: N_("First check after filing"),
    RecordKind.RATING: N_("Rating visit"),
    RecordKind.FOLLOW_UP: N_("Follow-up visit"),
}


class DueKind(StrEnum):
    CHECK = "check"  # the last on-site check is getting old
    NEVER = "never"  # no inspection is known at all
    FILING = "filing"  # filed, not yet visited
    RATING = "rating"  # the rating ends


DUE_NAMES: dict[DueKind, str] = {
    DueKind.CHECK: N_("Regular on-site check"),
    DueKind.NEVER: N_("No inspection on record"),
    DueKind.FILING: N_("First check after filing"),
    DueKind.RATING: N_("Rating expires"),
}
#: Qualification (kind of certificate) that each member of the team must hold.
NEEDS: dict[DueKind, str] = {
    DueKind.CHECK: "inspection",
    DueKind.NEVER: "inspection",
    DueKind.FILING: "inspection",
    DueKind.RATING: "rating",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A number of the policy pack together with the place that says so."""

    value: int
    source: Text
    assumed: Text | None = None


@dataclass(frozen=True, slots=True)
class DueRules:
    """Numbers in months, days or working days as the names say. `first_check_working_days` may not exist."""

    check_interval_months: Rule
    check_window_days: Rule
    check_lead_days: Rule
    first_check_working_days: Rule | None
    rating_window_days: Rule
    rating_lead_days: Rule
    catch_up_days: Rule


@dataclass(frozen=True, slots=True)
class Subject:
    """The facts of one institution. `rating_until` is the last day of its newest rating."""

    filed_on: date | None
    last_inspected_on: date | None
    rating_until: date | None


@dataclass(frozen=True, slots=True)
class Due:
    """One reason for a visit: due on a day, to be made in a window, best on `ideal`."""

    kind: DueKind
    due_on: date
    earliest: date
    ideal: date
    latest: date
    overdue_days: int
    source: Text
    assumed: Text | None


@dataclass(frozen=True, slots=True)
class Visitable:
    """Reasons that one visit can serve together."""

    dues: tuple[Due, ...]
    earliest: date
    ideal: date
    latest: date
    priority: int

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(sorted({NEEDS[due.kind] for due in self.dues}))


def add_months(day: date, months: int) -> date:
    """The same day of the month, or the month's last one: 31 January + 1 month = 28 February."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def dues(subject: Subject, rules: DueRules, as_of: date, calendar: WorkingCalendar) -> list[Due]:
    """Everything that falls due for one institution as known on `as_of`, whenever that is."""
    found = [_check(subject, rules, as_of), _filing(subject, rules, as_of, calendar), _rating(subject, rules, as_of)]
    present = [due for due in found if due is not None]
    if any(due.kind == DueKind.FILING for due in present):  # the first check is the inspection that is missing
        present = [due for due in present if due.kind != DueKind.NEVER]
    return present


def _check(subject: Subject, rules: DueRules, as_of: date) -> Due | None:
    rule = rules.check_interval_months
    last = subject.last_inspected_on
    if last is None:
        return _overdue(DueKind.NEVER, as_of, rule, rules, as_of)
    due_on = add_months(last, rule.value)
    if due_on < as_of:
        return _overdue(DueKind.CHECK, due_on, rule, rules, as_of)
    window, lead = rules.check_window_days, rules.check_lead_days
    return _ahead(DueKind.CHECK, due_on, window.value, lead.value, rule, as_of)


def _filing(subject: Subject, rules: DueRules, as_of: date, calendar: WorkingCalendar) -> Due | None:
    rule, filed = rules.first_check_working_days, subject.filed_on
    if rule is None or filed is None or filed > as_of:
        return None
    if subject.last_inspected_on is not None and subject.last_inspected_on >= filed:
        return None
    due_on = calendar.add(filed, rule.value)
    if due_on < as_of:
        return _overdue(DueKind.FILING, due_on, rule, rules, as_of)
    return Due(DueKind.FILING, due_on, max(as_of, filed), max(as_of, filed), due_on, 0, rule.source, rule.assumed)


def _rating(subject: Subject, rules: DueRules, as_of: date) -> Due | None:
    rule, until = rules.rating_window_days, subject.rating_until
    if until is None:
        return None
    if until < as_of:
        return _overdue(DueKind.RATING, until, rule, rules, as_of)
    return _ahead(DueKind.RATING, until, rule.value, rules.rating_lead_days.value, rule, as_of)


def _ahead(kind: DueKind, due_on: date, window: int, lead: int, rule: Rule, as_of: date) -> Due:
    earliest = max(as_of, due_on - timedelta(days=window))
    ideal = max(earliest, due_on - timedelta(days=lead))
    return Due(kind, due_on, earliest, ideal, due_on, 0, rule.source, rule.assumed)


def _overdue(kind: DueKind, due_on: date, rule: Rule, rules: DueRules, as_of: date) -> Due:
    """Too late already: as soon as possible, at the latest when the time for catching up is over."""
    latest = as_of + timedelta(days=rules.catch_up_days.value)
    return Due(kind, due_on, as_of, as_of, latest, (as_of - due_on).days, rule.source, rule.assumed)


def combine(reasons: Iterable[Due]) -> list[Visitable]:
    """As few visits as possible: a reason joins the first visit whose window it meets, in order of deadline."""
    visits: list[Visitable] = []
    for due in sorted(reasons, key=lambda due: (due.latest, due.kind)):
        for n, visit in enumerate(visits):
            earliest, latest = max(visit.earliest, due.earliest), min(visit.latest, due.latest)
            if earliest <= latest:
                ideal = min(max(min(visit.ideal, due.ideal), earliest), latest)
                priority = max(visit.priority, _priority(due))
                visits[n] = Visitable((*visit.dues, due), earliest, ideal, latest, priority)
                break
        else:
            visits.append(Visitable((due,), due.earliest, due.ideal, due.latest, _priority(due)))
    return visits


def _priority(due: Due) -> int:
    """1 in time, 2 overdue or first check, 3 overdue by more than half a year or never inspected."""
    if due.kind == DueKind.NEVER or due.overdue_days > 183:
        return 3
    return 2 if due.overdue_days or due.kind == DueKind.FILING else 1


def falls_in(visit: Visitable, last: date) -> bool:
    """A visit belongs to the period that ends on `last` when its best day is not after it."""
    return visit.ideal <= last


def may_publish(state: PlanState, breaches: Sequence[object]) -> bool:
    """Only a solved plan that the checker finds sound."""
    return state == PlanState.SOLVED and not breaches
