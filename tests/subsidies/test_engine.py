"""The engine: golden cases of the packs, boundaries, and that a frame of N is N frames of one."""

from __future__ import annotations

import itertools
import json
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eldercare.core.errors import NoRuleInForce
from eldercare.policy import Pack, load, shipped_pack
from eldercare.policy.cases import Case, shipped_cases
from eldercare.subsidies.engine import Frame, Result, compute, explain_line, explain_skip, source_of
from eldercare.subsidies.engine.frame import FACT_SCHEMA, PERSON_SCHEMA
from eldercare.subsidies.engine.reasons import TEXTS
from eldercare.subsidies.engine.segments import Month

LONG_AGO = date(2010, 1, 1)


def frame_of(*people: dict[str, Any]) -> Frame:
    """Each person: id, born, died, path, facts = [(kind, value, since, until)]."""
    persons = [(p["id"], p["born"], p.get("died"), p.get("path", "/cn/37/3706/370681/")) for p in people]
    facts = [
        (p["id"], number, kind, value, since, until, "office")
        for p in people
        for number, (kind, value, since, until) in enumerate(p["facts"])
    ]
    return Frame.of(
        pl.DataFrame(persons, schema=PERSON_SCHEMA, orient="row"), pl.DataFrame(facts, schema=FACT_SCHEMA, orient="row")
    )


def elder(
    name: str = "a", born: date = date(1940, 5, 1), died: date | None = None, tier: str | None = "full",
    area: str | None = "urban", category: str | None = "destitute", path: str = "/cn/37/3706/370681/",
) -> dict[str, Any]:  # fmt: skip
    given = (("economic_category", category), ("self_care_tier", tier), ("urban_rural", area))
    facts = [(kind, value, LONG_AGO, None) for kind, value in given if value]
    return {"id": name, "born": born, "died": died, "path": path, "facts": facts}


def run(pack: Pack, month: str, *people: dict[str, Any]) -> Result:
    return compute(pack, list(pack.schemes.values()), Month.parse(month), frame_of(*people))


def paid(result: Result) -> dict[str, int]:
    return dict(result.lines.select("scheme", "amount_fen").iter_rows())


def reasons(result: Result) -> set[str]:
    return set(result.skipped["reason"])


@pytest.mark.parametrize("case", shipped_cases(), ids=lambda case: f"{case.pack}: {case.name}")
def test_golden_case(case: Case) -> None:
    """Facts hold from long ago until a change replaces them."""
    held = {"economic_category": "destitute", "residence": case.division, **case.facts}
    facts: list[tuple[str, str, date, date | None]] = []
    for kind, value in held.items():
        named = {"residence": "division"}.get(kind, kind)
        changes = [(day, new[named]) for day, new in case.changes if named in new]
        starts = [(LONG_AGO, value), *changes]
        for (since, text), (until, _) in zip(starts, [*starts[1:], (None, "")], strict=True):
            facts.append((kind, text, since, until))
    person = {"id": "x", "born": case.born, "died": case.died, "path": f"/cn/xx/xxxx/{case.division}/", "facts": facts}
    assert paid(run(shipped_pack(case.pack), case.month, person)) == case.lines, case.arithmetic


@pytest.mark.parametrize(
    ("born", "month", "days"),
    [
        (date(1963, 1, 1), "2023-01", 31),
        (date(1963, 1, 2), "2023-01", 30),
        (date(1963, 1, 31), "2023-01", 1),
        (date(1963, 2, 1), "2023-01", 0),
        (date(1964, 2, 29), "2024-02", 1),
        (date(1962, 12, 31), "2023-01", 31),
    ],
)
def test_the_sixtieth_birthday(born: date, month: str, days: int) -> None:
    result = run(shipped_pack("yantai"), month, elder(born=born))
    assert result.lines["days"].to_list() == ([days, days] if days else [])
    assert days or reasons(result) == {"under_age"}


@pytest.mark.parametrize(
    ("died", "days"),
    [(date(2022, 12, 31), 0), (date(2023, 1, 1), 1), (date(2023, 1, 31), 31), (date(2023, 2, 1), 31)],
)
def test_the_day_of_death_counts_and_nothing_after(died: date, days: int) -> None:
    result = run(shipped_pack("yantai"), "2023-01", elder(died=died))
    assert result.lines["days"].to_list() == ([days, days] if days else [])
    assert days or reasons(result) == {"dead"}


def test_a_part_of_a_month_is_marked_as_assumed_and_explained() -> None:
    pack = shipped_pack("yantai")
    result = run(pack, "2023-01", elder(died=date(2023, 1, 10)))
    row = result.lines.row(1, named=True)
    assert row["assumed"] is True
    text = explain_line(pack, row["scheme"], json.loads(row["trace"]), row["amount_fen"])
    assert "772.00 × 10/31 ≈ 249.03" in text.zh and "rounded half up" in text.en and "Assumed" in text.en
    assert "2023" in source_of(pack, row["scheme"], json.loads(row["trace"])).zh


def test_rounding_is_half_up_once_a_line() -> None:
    """Two halves of 0.5 fen in one line make one fen; a lone half goes up."""
    cents = yearly("6", "5")  # 6 fen a year = half a fen a month
    assert paid(run(cents, "2023-01", elder(area="urban"))) == {"s": 1}
    assert paid(run(cents, "2023-01", elder(area="rural"))) == {}  # 5/12 of a fen
    assert reasons(run(cents, "2023-01", elder(area="rural"))) == {"nothing_due"}


def test_whole_month_proration_is_a_choice_of_the_pack() -> None:
    pack = yearly("1200", "2400", proration="whole_month")
    assert paid(run(pack, "2023-01", elder(died=date(2023, 1, 2)))) == {"s": 100}


def yearly(urban_fen: str, rural_fen: str, proration: str = "by_day") -> Pack:
    content = f"""
pack: t
version: "1"
title: {{zh: t, en: t}}
divisions: ["37"]
sources: {{l: {{document: {{zh: l, en: l}}, certainty: stated}}}}
values:
  age: {{title: {{zh: a, en: a}}, unit: years, dated: [{{from: 2000-01-01, value: 60, source: l, clause: {{zh: c, en: c}}}}]}}
  way:
    title: {{zh: w, en: w}}
    unit: choice
    choices: [by_day, whole_month]
    dated: [{{from: 2000-01-01, value: {proration}, source: l, clause: {{zh: c, en: c}}}}]
tables:
  t:
    title: {{zh: t, en: t}}
    unit: fen_per_year
    hit: unique
    inputs: [urban_rural]
    dated:
      - from: 2000-01-01
        to: 2023-01-15
        source: l
        clause: {{zh: c, en: c}}
        rows:
          - {{when: {{urban_rural: urban}}, value: {urban_fen}}}
          - {{when: {{urban_rural: rural}}, value: {rural_fen}}}
      - from: 2023-01-16
        source: l
        clause: {{zh: c, en: c}}
        rows:
          - {{when: {{urban_rural: urban}}, value: {urban_fen}}}
          - {{when: {{urban_rural: rural}}, value: {rural_fen}}}
schemes:
  s: {{title: {{zh: s, en: s}}, table: t, requires: [urban_rural], economic_categories: [destitute], age_minimum: age, proration: way}}
"""
    return load("t", content.encode())


def test_a_rule_that_changes_within_the_month_cuts_it() -> None:
    result = run(yearly("1200", "2400"), "2023-01", elder())
    trace = json.loads(result.lines["trace"][0])
    assert [(s["from"], s["to"], s["days"]) for s in trace["stretches"]] == [
        ("2023-01-01", "2023-01-15", 15), ("2023-01-16", "2023-01-31", 16),
    ]  # fmt: skip
    assert result.lines["amount_fen"].to_list() == [100]


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (elder(category=None), {"no_economic_category"}),
        (elder(category="minimum_living"), {"other_economic_category"}),
        (elder(area=None, tier=None), {"no_urban_rural", "no_self_care_tier"}),
        (elder(path="/cn/62/6201/620102/"), {"outside"}),
        (elder(path="/cn/37/3706/370699/"), {"no_county_group"}),
        (elder(path="/cn/37/3706/"), {"no_county_group"}),
    ],
)
def test_reasons(person: dict[str, Any], expected: set[str]) -> None:
    assert reasons(run(shipped_pack("yantai"), "2023-01", person)) == expected
    assert all(explain_skip(reason).zh and explain_skip(reason, "2023-01-01/2023-01-31").en for reason in expected)


def test_two_facts_of_one_kind_at_once_are_never_paid_on_a_guess() -> None:
    person = elder()
    person["facts"].append(("self_care_tier", "half", LONG_AGO, None))
    result = run(shipped_pack("yantai"), "2023-01", person)
    assert paid(result) == {} and reasons(result) == {"conflicting_facts"}


def test_every_reason_has_words_in_both_languages() -> None:
    assert all(text.zh and text.en for text in TEXTS.values())


@pytest.mark.parametrize(
    ("code", "month"), [("yantai", "2022-12"), ("yantai", "2026-01"), ("gansu", "2018-12"), ("gansu", "2022-01")]
)
def test_no_rule_in_force(code: str, month: str) -> None:
    with pytest.raises(NoRuleInForce):
        run(shipped_pack(code), month, elder())


def test_nobody_at_all() -> None:
    result = run(shipped_pack("yantai"), "2023-01")
    assert result.lines.height == result.skipped.height == result.total_fen == 0


@pytest.mark.parametrize("text", ["2023", "2023-1", "2023-00", "2023-13", "23-01", "２０２３-01", "2023-01-01", ""])
def test_months_are_written_one_way(text: str) -> None:
    with pytest.raises(ValueError, match="month"):
        Month.parse(text)


# --- properties ---------------------------------------------------------------------------------------------------

DAYS = st.dates(date(2022, 11, 1), date(2023, 3, 31))


@st.composite
def people(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for number in range(draw(st.integers(1, 6))):
        facts: list[tuple[str, str, date, date | None]] = []
        for kind, values in (
            ("economic_category", ["destitute", "ordinary"]),
            ("self_care_tier", ["self", "half", "full"]),
            ("urban_rural", ["urban", "rural"]),
            ("residence", ["370602", "370687", "110101"]),
        ):
            cuts = sorted(draw(st.sets(DAYS, max_size=3)))
            edges = [LONG_AGO, *cuts, date(2030, 1, 1)]
            for since, until in itertools.pairwise(edges):
                if draw(st.integers(0, 5)):
                    facts.append((kind, draw(st.sampled_from(values)), since, until))
        found.append(
            {
                "id": f"{number}",
                "born": draw(st.dates(date(1930, 1, 1), date(1964, 12, 31))),
                "died": draw(st.one_of(st.none(), DAYS)),
                "path": "/cn/37/3706/370681/",
                "facts": facts,
            }
        )
    return found


@settings(max_examples=60, deadline=None)
@given(people())
def test_a_frame_of_n_is_n_frames_of_one(persons: list[dict[str, Any]]) -> None:
    pack = shipped_pack("yantai")
    together = run(pack, "2023-01", *persons)
    alone = [run(pack, "2023-01", person) for person in persons]
    assert together.lines.equals(pl.concat([one.lines for one in alone]))
    assert together.skipped.equals(pl.concat([one.skipped for one in alone]))
    assert together.total_fen == sum(one.total_fen for one in alone)


@settings(max_examples=40, deadline=None)
@given(people())
def test_lines_equal_a_plain_count_day_by_day(persons: list[dict[str, Any]]) -> None:
    """The columnar engine against twenty lines of Python that look at every day."""
    pack = shipped_pack("yantai")
    result = run(pack, "2023-01", *persons)
    found = {(row["elder_id"], row["scheme"]): row["amount_fen"] for row in result.lines.iter_rows(named=True)}
    assert found == {
        (person["id"], key): fen for person in persons for key, fen in day_by_day(pack, person).items() if fen
    }


def day_by_day(pack: Pack, person: dict[str, Any]) -> dict[str, int]:
    month = Month.parse("2023-01")
    grouping = pack.grouping("county_group", month.first)
    assert grouping is not None
    sums = dict.fromkeys(pack.schemes, 0)
    for number in range(month.days):
        day = month.first + timedelta(days=number)
        facts = {k: v for k, v, since, until in person["facts"] if since <= day and (until is None or day < until)}
        division = facts.get("residence", "370681")
        facts |= {"division": division, "county_group": grouping.group_of(division)}  # type: ignore[dict-item]
        born = person["born"]
        of_age = (day.year - born.year - ((day.month, day.day) < (born.month, born.day))) >= 60
        alive = person["died"] is None or day <= person["died"]
        if not (of_age and alive and facts.get("economic_category") == "destitute"):
            continue
        for key, scheme in pack.schemes.items():
            row = pack.table(scheme.table, day).find(facts)
            if row is not None and all(facts.get(name) for name in scheme.requires):
                sums[key] += row.amount_fen
    return {key: (2 * total + month.days) // (2 * month.days) for key, total in sums.items()}


@settings(max_examples=30, deadline=None)
@given(people(), st.randoms())
def test_the_order_of_the_input_does_not_matter(persons: list[dict[str, Any]], random: Any) -> None:
    frame = frame_of(*persons)
    mixed = list(persons)
    random.shuffle(mixed)
    other = frame_of(*mixed)
    assert frame.to_bytes() == other.to_bytes()
    assert Frame.unpack(frame.packed()[0]).to_bytes() == frame.to_bytes()
    pack = shipped_pack("yantai")
    schemes = list(pack.schemes.values())
    once = compute(pack, schemes, Month.parse("2023-01"), Frame.unpack(frame.packed()[0]))
    assert once.lines_hash() == compute(pack, schemes, Month.parse("2023-01"), other).lines_hash()


def test_money_never_becomes_a_float() -> None:
    result = run(shipped_pack("yantai"), "2023-01", elder())
    assert result.lines.schema["amount_fen"] == pl.Int64
    assert result.lines.schema["days"] == pl.Int64


def test_a_large_sum_does_not_overflow() -> None:
    pack = yearly("9000000000000", "1")
    assert paid(run(pack, "2023-01", elder())) == {"s": 750000000000}
