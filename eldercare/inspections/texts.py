"""Sentences for codes: why a task found no visit, which rule a checker saw broken, what the terms are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from eldercare.core.i18n import N_, gettext
from eldercare.inspections.scheduling import reasons

UNPLACED: dict[str, str] = {
    reasons.WINDOW_OUTSIDE: N_("The window of this visit lies outside the period."),
    reasons.NO_WORKING_DAY: N_("There is no working day in the window."),
    reasons.NO_INSPECTORS: N_("Fewer than %(team)s inspectors may act in this division (%(found)s found)."),
    reasons.NOT_QUALIFIED: N_(
        "No team of %(team)s with a lead holds the needed certificates on one day (%(found)s inspectors hold them on some day)."
    ),
    reasons.NO_LEAD: N_("None of the %(found)s qualified inspectors may lead a team."),
    reasons.CONFLICT: N_(
        "Conflicts of interest leave fewer than %(team)s of %(found)s qualified inspectors, or no lead (%(barred)s must stay away)."
    ),
    reasons.AWAY: N_(
        "On each of the %(days)s working days of the window too many inspectors are on leave or booked by published plans."
    ),
    reasons.CAPACITY_FULL: N_("All %(days)s possible days are full before the last permitted day."),
}

#: Notes of the seeds of the calendars; what an administrator notes stays as written.
HOLIDAYS = (
    N_("New Year's Day"), N_("Spring Festival"), N_("Tomb-sweeping Day"), N_("Labour Day"), N_("Dragon Boat Festival"),
    N_("Mid-autumn Festival"), N_("National Day"), N_("Anti-Fascist 70th Day"), N_("Independence Day"),
    N_("Veterans Day"), N_("Christmas Day"), N_("Juneteenth"), N_("Martin Luther King Jr. Day"),
    N_("Washington's Birthday"), N_("Labor Day"), N_("Columbus Day"), N_("Thanksgiving Day"), N_("Memorial Day"),
)  # fmt: skip
_ASSUMED = " (assumed)"
_WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))


def weekday_name(day: date) -> str:
    return gettext(_WEEKDAYS[day.weekday()])


def holiday_text(note: str) -> str:
    """The note of a day of the calendar in the reader's language."""
    name = note.removesuffix(_ASSUMED)
    text = gettext(name) if name in HOLIDAYS else name
    return text if name == note else gettext("%(name)s (assumed)", name=text)


BREACHES: dict[str, str] = {
    "unknown_task": N_("A visit without a task"),
    "unknown_inspector": N_("An inspector who is not in the plan"),
    "one_visit_per_task": N_("More than one visit for a task"),
    "task_unaccounted": N_("A task neither placed nor explained, or both"),
    "team_size": N_("A team of the wrong size"),
    "distinct_members": N_("The same person twice in a team"),
    "lead": N_("A team without a lead"),
    "qualified": N_("A certificate is missing on the day"),
    "conflict": N_("A conflict of interest"),
    "working_day": N_("Not a working day"),
    "period": N_("Outside the period"),
    "window": N_("Outside the window of the task"),
    "area": N_("Outside the inspector's division"),
    "leave": N_("The inspector is on leave"),
    "capacity": N_("More visits than the inspector can make on the day"),
    "slot_twice": N_("The same slot of an inspector used twice"),
}

TERMS: dict[str, str] = {
    "unplaced": N_("Tasks without a visit"),
    "late": N_("Days after the best day"),
    "early": N_("Days before the best day"),
    "crowded": N_("Visits on crowded days"),
    "away": N_("Visits outside the own county"),
    "mixed_zones": N_("Two counties on one day"),
    "load": N_("Uneven work (squares of visits)"),
}

SOLVERS: dict[str, str] = {"highs": N_("HiGHS (optimiser)"), "greedy": N_("Greedy rule")}
STAGES: dict[str, str] = {"days": N_("Days"), "teams": N_("Teams")}
STATUSES: dict[str, str] = {
    "optimal": N_("Proven optimum"),
    "time_limit": N_("Stopped by the clock"),
    "node_limit": N_("Stopped by the search limit"),
    "infeasible": N_("No solution"),
    "fractional": N_("No whole-number solution"),
    "stopped": N_("Stopped"),
}


def unplaced_text(code: str, facts: Mapping[str, int]) -> str:
    """The sentence in the reader's language."""
    return gettext(UNPLACED[code], **facts) if code in UNPLACED else code
