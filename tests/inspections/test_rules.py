"""What falls due, by tables of cases; pure."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from eldercare.core.errors import NoRuleInForce
from eldercare.core.i18n import Text
from eldercare.inspections.calendars import WorkingCalendar, calendar_of, seed_year
from eldercare.inspections.policies import policy_for, root_of
from eldercare.inspections.rules import (
    DueKind,
    DueRules,
    PlanState,
    Rule,
    Subject,
    add_months,
    combine,
    dues,
    falls_in,
    may_publish,
)
from eldercare.inspections.scheduling.frozen import canonical, problem_of, result_digest
from eldercare.inspections.scheduling.plan import schedule
from eldercare.inspections.service.freezing import zone_of

from .problems import big_problem

SOURCE = Text("某办法", "Some measures")


def rule(value: int) -> Rule:
    return Rule(value, SOURCE)


RULES = DueRules(rule(12), rule(90), rule(30), rule(20), rule(180), rule(90), rule(60))
AS_OF = date(2026, 3, 2)
WORKING = calendar_of((one.day, one.is_working) for year in (2025, 2026) for one in seed_year("cn", year))


def d(text: str) -> date:
    return date.fromisoformat(text)


CHECKS = [
    # last inspected, due on, earliest, ideal, latest, overdue days
    ("2026-01-31", "2027-01-31", "2026-11-02", "2027-01-01", "2027-01-31", 0),
    ("2025-05-20", "2026-05-20", "2026-03-02", "2026-04-20", "2026-05-20", 0),
    ("2025-03-10", "2026-03-10", "2026-03-02", "2026-03-02", "2026-03-10", 0),
    ("2025-03-02", "2026-03-02", "2026-03-02", "2026-03-02", "2026-03-02", 0),
    ("2025-03-01", "2026-03-01", "2026-03-02", "2026-03-02", "2026-05-01", 1),
    ("2024-02-29", "2025-02-28", "2026-03-02", "2026-03-02", "2026-05-01", 367),
]


@pytest.mark.parametrize(("last", "due_on", "earliest", "ideal", "latest", "overdue"), CHECKS)
def test_a_check_is_due_after_the_interval(
    last: str, due_on: str, earliest: str, ideal: str, latest: str, overdue: int
) -> None:
    (found,) = dues(Subject(None, d(last), None), RULES, AS_OF, WORKING)
    assert found.kind == DueKind.CHECK
    assert (found.due_on, found.earliest, found.ideal, found.latest) == (d(due_on), d(earliest), d(ideal), d(latest))
    assert (found.overdue_days, found.source) == (overdue, SOURCE)


def test_a_home_never_inspected_is_due_at_once() -> None:
    (found,) = dues(Subject(None, None, None), RULES, AS_OF, WORKING)
    assert (found.kind, found.earliest, found.latest) == (DueKind.NEVER, AS_OF, AS_OF + timedelta(days=60))


FILINGS = [
    # filed, last inspected, kinds, latest of the first check
    ("2026-02-10", None, [DueKind.FILING], "2026-03-16"),  # over the Spring Festival with its two Saturdays at work
    ("2026-03-02", None, [DueKind.FILING], "2026-03-30"),
    ("2025-11-03", None, [DueKind.FILING], "2026-05-01"),  # too late already: to be caught up
    ("2026-03-03", None, [DueKind.NEVER], None),  # filed after the day of the facts
    ("2026-02-10", "2026-02-10", [DueKind.CHECK], None),  # visited on the day of filing
    ("2026-02-10", "2026-02-09", [DueKind.CHECK, DueKind.FILING], "2026-03-16"),
]


@pytest.mark.parametrize(("filed", "last", "kinds", "latest"), FILINGS)
def test_the_first_check_after_filing(filed: str, last: str | None, kinds: list[DueKind], latest: str | None) -> None:
    found = dues(Subject(d(filed), d(last) if last else None, None), RULES, AS_OF, WORKING)
    assert sorted(due.kind for due in found) == sorted(kinds)
    assert [due.latest for due in found if due.kind == DueKind.FILING] == ([d(latest)] if latest else [])


RATINGS = [
    ("2026-12-31", "2026-07-04", "2026-10-02", "2026-12-31", 0),
    ("2026-04-30", "2026-03-02", "2026-03-02", "2026-04-30", 0),
    ("2026-02-28", "2026-03-02", "2026-03-02", "2026-05-01", 2),
]


@pytest.mark.parametrize(("until", "earliest", "ideal", "latest", "overdue"), RATINGS)
def test_a_rating_is_visited_before_it_ends(until: str, earliest: str, ideal: str, latest: str, overdue: int) -> None:
    found = dues(Subject(None, AS_OF, d(until)), RULES, AS_OF, WORKING)
    rating = next(due for due in found if due.kind == DueKind.RATING)
    assert (rating.earliest, rating.ideal, rating.latest) == (d(earliest), d(ideal), d(latest))
    assert (rating.due_on, rating.overdue_days) == (d(until), overdue)


def test_one_visit_serves_the_reasons_whose_windows_meet() -> None:
    (visit,) = combine(dues(Subject(None, d("2025-05-20"), d("2026-04-30")), RULES, AS_OF, WORKING))
    assert {due.kind for due in visit.dues} == {DueKind.CHECK, DueKind.RATING}
    assert visit.needs == ("inspection", "rating")
    assert (visit.earliest, visit.latest) == (AS_OF, d("2026-04-30"))
    assert visit.earliest <= visit.ideal <= visit.latest


def test_reasons_that_do_not_meet_stay_two_visits() -> None:
    visits = combine(dues(Subject(None, d("2025-03-20"), d("2026-12-31")), RULES, AS_OF, WORKING))
    assert [visit.needs for visit in visits] == [("inspection",), ("rating",)]
    assert [falls_in(visit, d("2026-03-31")) for visit in visits] == [True, False]


@pytest.mark.parametrize(
    ("subject", "priority"),
    [
        (Subject(None, d("2025-05-20"), None), 1),
        (Subject(None, d("2025-02-20"), None), 2),
        (Subject(d("2026-02-10"), None, None), 2),
        (Subject(None, d("2024-02-20"), None), 3),
        (Subject(None, None, None), 3),
    ],
)
def test_urgent_visits_weigh_more(subject: Subject, priority: int) -> None:
    assert [visit.priority for visit in combine(dues(subject, RULES, AS_OF, WORKING))] == [priority]


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-11-15", 15, "2028-02-15"),
        ("2026-12-31", 2, "2027-02-28"),
    ],
)
def test_months_end_on_real_days(day: str, months: int, then: str) -> None:
    assert add_months(d(day), months) == d(then)


@pytest.mark.parametrize(("state", "breaches", "may"), [
    (PlanState.SOLVED, [], True), (PlanState.SOLVED, ["x"], False), (PlanState.QUEUED, [], False),
    (PlanState.PUBLISHED, [], False), (PlanState.CANCELLED, [], False), (PlanState.FAILED, [], False),
])  # fmt: skip
def test_only_a_sound_solved_plan_is_published(state: PlanState, breaches: list[str], may: bool) -> None:
    assert may_publish(state, breaches) is may


# --- working days -------------------------------------------------------------------------------------------------

DAYS = [
    ("cn", "2026-02-17", False), ("cn", "2026-02-14", True), ("cn", "2026-02-15", False), ("cn", "2026-10-01", False),
    ("cn", "2027-10-01", True), ("cn", "2027-01-02", False), ("us", "2021-09-06", False), ("us", "2021-07-05", False),
    ("us", "2021-07-04", False), ("us", "2021-10-11", False), ("us", "2021-08-02", True), ("us", "2021-12-31", False),
    ("us", "2020-06-19", True), ("us", "2021-06-18", False), ("us", "2021-11-25", False), ("us", "2021-05-31", False),
]  # fmt: skip


@pytest.mark.parametrize(("calendar", "day", "working"), DAYS)
def test_seeded_days(calendar: str, day: str, working: bool) -> None:
    found = next(one for one in seed_year(calendar, d(day).year) if one.day == d(day))
    assert found.is_working is working
    assert found.provisional is (calendar == "cn" and d(day).year == 2027)


def test_a_seeded_year_has_every_day_once() -> None:
    assert [one.day for one in seed_year("cn", 2024)] == [date(2024, 1, 1) + timedelta(days=n) for n in range(366)]


def test_working_days_are_counted_on() -> None:
    assert WORKING.add(d("2026-02-13"), 1) == d("2026-02-14")  # a Saturday at work
    assert WORKING.add(d("2026-02-14"), 1) == d("2026-02-24")
    assert WORKING.between(d("2026-02-14"), d("2026-02-25")) == (d("2026-02-14"), d("2026-02-24"), d("2026-02-25"))


@pytest.mark.parametrize("day", ["2024-12-30", "2026-12-20"])
def test_beyond_its_days_the_calendar_says_so(day: str) -> None:
    with pytest.raises(NoRuleInForce):
        WORKING.add(d(day), 20)
    with pytest.raises(NoRuleInForce):
        WorkingCalendar(date.max, date.min, ()).add(d(day), 1)


# --- policy and frozen input --------------------------------------------------------------------------------------


def test_the_packs_say_what_the_sources_say() -> None:
    here, there = policy_for("/cn/37/", AS_OF), policy_for("/us/us-ma/", d("2021-08-01"))
    assert (here.due.check_interval_months.value, there.due.check_interval_months.value) == (12, 15)
    assert (here.team_size.value, there.team_size.value) == (2, 2)
    assert here.due.first_check_working_days is not None and there.due.first_check_working_days is None
    assert (here.calendar, there.calendar) == ("cn", "us")
    assert here.due.catch_up_days.assumed is not None
    with pytest.raises(NoRuleInForce):
        policy_for("/cn/", d("2015-01-01"))


def test_paths_name_country_and_county() -> None:
    assert root_of("/us/us-ma/us-ma-worcester/") == "us"
    assert zone_of("/cn/37/3702/370202/370202001/") == "/cn/37/3702/370202/"
    assert zone_of("/us/us-ma/us-ma-worcester/") == "/us/us-ma/us-ma-worcester/"


def test_a_problem_survives_being_frozen() -> None:
    case = big_problem(tasks=20, working_days=10, inspectors=6)
    text = canonical(case)
    assert problem_of(text) == case
    assert canonical(problem_of(text)) == text


def test_the_hash_of_the_result_is_about_what_was_decided() -> None:
    case = big_problem(tasks=20, working_days=10, inspectors=6)
    assert result_digest(schedule(case)) == result_digest(schedule(problem_of(canonical(case))))
    other = big_problem(tasks=20, working_days=10, inspectors=6, seed=2)
    assert result_digest(schedule(case)) != result_digest(schedule(other))
