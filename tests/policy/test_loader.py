"""One wrong pack for each mistake: refused with the place inside the file and the reason."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from eldercare.core.errors import Invalid, NoRuleInForce
from eldercare.policy import PackError, load, load_packs, shipped_pack

GOOD = """
pack: test
version: "1"
title: {zh: 测试, en: Test}
divisions: ["37"]
sources:
  law:
    document: {zh: 法, en: Law}
    certainty: stated
values:
  age.minimum:
    title: {zh: 年龄, en: Age}
    unit: years
    dated:
      - {from: 2020-01-01, to: 2020-12-31, value: 60, source: law, clause: {zh: 一, en: "1"}}
      - {from: 2021-01-01, value: 61, source: law, clause: {zh: 二, en: "2"}}
  share:
    title: {zh: 比, en: Share}
    unit: ratio
    dated:
      - {from: 2020-01-01, value: "13/10", source: law, clause: {zh: 一, en: "1"}, assumed: {zh: 假定, en: Assumed}}
  way:
    title: {zh: 方式, en: Way}
    unit: choice
    choices: [by_day, whole_month]
    dated:
      - {from: 2020-01-01, value: by_day, source: law, clause: {zh: 一, en: "1"}}
groupings:
  county_group:
    title: {zh: 组, en: Groups}
    dated:
      - from: 2020-01-01
        source: law
        clause: {zh: 一, en: "1"}
        groups:
          A: {title: {zh: 甲, en: A}, divisions: ["370101"]}
          B: {title: {zh: 乙, en: B}, divisions: ["370102"]}
tables:
  living:
    title: {zh: 生活, en: Living}
    unit: yuan_per_month
    hit: unique
    inputs: [urban_rural, county_group]
    dated:
      - from: 2020-01-01
        source: law
        clause: {zh: 一, en: "1"}
        rows:
          - {when: {urban_rural: urban, county_group: [A, B]}, value: "100.50"}
          - {when: {urban_rural: rural}, value: 90}
schemes:
  living:
    title: {zh: 生活, en: Living}
    table: living
    requires: [urban_rural, county_group]
    economic_categories: [destitute]
    age_minimum: age.minimum
    proration: way
"""


def test_a_good_pack_answers_by_date_with_its_source() -> None:
    pack = load("good", GOOD.encode())
    assert pack.value("age.minimum", date(2020, 12, 31)).value == 60
    found = pack.value("age.minimum", date(2021, 1, 1))
    assert (found.value, found.unit, found.valid_from, found.valid_to) == (61, "years", date(2021, 1, 1), None)
    assert found.source.text().en == "Law, 2"
    assert pack.value("share", date(2020, 5, 5)).value == Fraction(13, 10)
    assert pack.value("share", date(2020, 5, 5)).assumed is not None
    table = pack.table("living", date(2022, 1, 1))
    row = table.find({"urban_rural": "urban", "county_group": "B"})
    assert row is not None and row.amount_fen == 10050
    assert table.find({"urban_rural": "urban", "county_group": None}) is None
    grouping = pack.grouping("county_group", date(2022, 1, 1))
    assert grouping is not None and grouping.group_of("370102") == "B"


def test_nothing_in_force_is_an_error_and_never_zero() -> None:
    pack = load("good", GOOD.encode())
    for ask in (
        lambda: pack.value("age.minimum", date(2019, 12, 31)),
        lambda: pack.value("no.such", date(2021, 1, 1)),
        lambda: pack.table("living", date(2019, 1, 1)),
        lambda: pack.grouping("county_group", date(2019, 1, 1)),
    ):
        with pytest.raises(NoRuleInForce):
            ask()


MISTAKES = [
    ("unknown key", "version: \"1\"", "version: \"1\"\ncolour: red", "colour", "unknown key"),
    ("unknown key deep", "unit: years", "unit: years\n    colour: red", "age.minimum.colour", "unknown key"),
    ("unknown key in an entry", "value: 61,", "value: 61, note: x,", "dated[1].note", "unknown key"),
    ("duplicate key", "unit: years", "unit: years\n    unit: years", "line", "duplicate key"),
    ("duplicate section", "version: \"1\"", "version: \"1\"\nversion: \"2\"", "line", "duplicate key"),
    ("missing key", "version: \"1\"\n", "", "version", "missing"),
    ("overlap", "to: 2020-12-31", "to: 2021-01-01", "dated[1].from", "overlaps"),
    ("open entry before another", "to: 2020-12-31, ", "", "dated[1].from", "overlap"),
    ("out of order", "{from: 2021-01-01, value: 61", "{from: 2019-01-01, value: 61", "dated[1].from", "order"),
    ("gap", "to: 2020-12-31", "to: 2020-12-30", "dated[1].from", "gap_before"),
    ("declared gap that is none", "value: 61,", "value: 61, gap_before: why,", "gap_before", "no gap"),
    ("gap before the first", "value: 60,", "value: 60, gap_before: why,", "gap_before", "nothing before"),
    ("end before beginning", "to: 2020-12-31", "to: 2019-12-31", "dated[0].to", "before the first"),
    ("wrong unit", "unit: years", "unit: lightyears", "age.minimum.unit", "not one of"),
    ("value of another unit", "value: 61,", 'value: "61",', "dated[1].value", "whole number"),
    ("a boolean is no number", "value: 61,", "value: true,", "dated[1].value", "whole number"),
    ("a float", "value: 61,", "value: 61.5,", "dated[1].value", "float"),
    ("a float as money", 'value: "100.50"', "value: 100.50", "value", "float"),
    ("a part of a fen", 'value: "100.50"', 'value: "100.505"', "value", "exact amount"),
    ("negative money", 'value: "100.50"', 'value: "-1"', "value", "negative"),
    ("money that is no number", 'value: "100.50"', 'value: "much"', "value", "exact amount"),
    ("a ratio as a decimal", '"13/10"', '"1.3"', "value", "fraction"),
    ("a ratio over zero", '"13/10"', '"13/0"', "value", "below the line"),
    ("a choice that is none", "value: by_day", "value: by_week", "value", "not one of"),
    ("choices without the unit", "unit: years", "unit: years\n    choices: [a]", "age.minimum", "choices"),
    ("missing source", "value: 61, source: law,", "value: 61,", "dated[1].source", "missing"),
    ("unknown source", "value: 61, source: law", "value: 61, source: rumour", "dated[1].source", "no source"),
    ("missing clause", 'source: law, clause: {zh: 二, en: "2"}', "source: law", "dated[1].clause", "missing"),
    ("text in one language", "{zh: 年龄, en: Age}", "{zh: 年龄}", "title.en", "missing"),
    ("empty text", "{zh: 年龄, en: Age}", '{zh: 年龄, en: " "}', "title.en", "text"),
    ("a time where a date belongs", "from: 2021-01-01", "from: 2021-01-01T00:00:00", "from", "without a time"),
    ("a date that is none", "from: 2021-01-01", "from: soon", "dated[1].from", "date"),
    ("certainty unknown", "certainty: stated", "certainty: sure", "certainty", "not one of"),
    ("key in capitals", "age.minimum:\n    title", "Age.minimum:\n    title", "Age.minimum", "not a key"),
    ("an alias", "title: {zh: 年龄, en: Age}", "title: *anchor", "line", "alias"),
    ("a division of five digits", '["370101"]', '["37010"]', "divisions[0]", "six places"),
    ("a division in two groups", '["370102"]', '["370101"]', "groups", "in group A and in group B"),
    ("a prefix of three digits", 'divisions: ["37"]', 'divisions: ["370"]', "divisions[0]", "prefix"),
    ("rows that both hold", "when: {urban_rural: rural}", "when: {county_group: A}", "rows", "can both hold"),
    ("an input that was not declared", "when: {urban_rural: rural}", "when: {self_care_tier: full}", "self_care_tier",
     "not an input"),
    ("a value an input cannot have", "when: {urban_rural: rural}", "when: {urban_rural: lunar}", "urban_rural", "not one of"),
    ("a group that is none", "county_group: [A, B]", "county_group: [A, C]", "county_group[1]", "no county group"),
    ("an unknown input", "inputs: [urban_rural, county_group]", "inputs: [urban_rural, height]", "inputs[1]", "not one of"),
    ("a table that gives no money", "unit: yuan_per_month", "unit: days", "rows", "money"),
    ("a scheme without its table", "table: living", "table: leisure", "schemes.living.table", "no table"),
    ("a scheme without its age", "age_minimum: age.minimum", "age_minimum: age.maximum", "age_minimum", "no value"),
    ("a scheme with an age in another unit", "age_minimum: age.minimum", "age_minimum: share", "age_minimum", "years"),
    ("an unknown proration", "choices: [by_day, whole_month]\n    dated:\n      - {from: 2020-01-01, value: by_day",
     "choices: [by_hour]\n    dated:\n      - {from: 2020-01-01, value: by_hour", "proration", "by_day"),
    ("an economic category that is none", "[destitute]", "[rich]", "economic_categories[0]", "not one of"),
    ("a list for a mapping", "sources:\n  law:", "sources:\n  - law:", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "where", "reason"), MISTAKES, ids=[m[0] for m in MISTAKES])
def test_a_wrong_pack_is_refused(name: str, old: str, new: str, where: str, reason: str) -> None:
    assert old in GOOD, name
    with pytest.raises(PackError) as caught:
        load("bad.yaml", GOOD.replace(old, new, 1).encode())
    assert caught.value.file == "bad.yaml"
    assert where in caught.value.where, (name, caught.value)
    assert reason in caught.value.reason, (name, caught.value)


def test_a_row_that_can_never_be_reached() -> None:
    hidden = GOOD.replace("hit: unique", "hit: first").replace(
        "- {when: {urban_rural: rural}, value: 90}",
        "- {when: {urban_rural: rural}, value: 90}\n          - {when: {urban_rural: rural, county_group: A}, value: 95}",
    )
    with pytest.raises(PackError, match="never be reached"):
        load("bad.yaml", hidden.encode())


@pytest.mark.parametrize("content", [b"", b"- a", b"\xff\xfe", b"a: [", b"1: 2"])
def test_what_is_no_pack_at_all(content: bytes) -> None:
    with pytest.raises(PackError):
        load("bad.yaml", content)


def test_a_pack_falls_back_on_its_base_key_by_key() -> None:
    base = load("base", GOOD.encode())
    over = GOOD.replace("pack: test", "pack: other").replace("value: 61,", "value: 55,")
    pack = load("over", over.encode(), base)
    assert pack.value("age.minimum", date(2022, 1, 1)).value == 55
    without = load("less", b"pack: less\nversion: '1'\ntitle: {zh: x, en: x}\nsources: {}\n", base)
    assert without.value("age.minimum", date(2022, 1, 1)).value == 61


def test_shipped_packs_load_and_name_what_is_unknown() -> None:
    packs = load_packs()
    assert {"national", "yantai", "gansu", "us"} <= set(packs)
    assert all(pack.content_hash and pack.content for pack in packs.values())
    with pytest.raises(Invalid, match="atlantis"):
        shipped_pack("atlantis")


@pytest.mark.parametrize(
    ("key", "value", "unit"),
    [
        ("inspections.onsite_check_interval", 12, "months"),
        ("inspections.first_check_after_filing", 20, "working_days"),
        ("inspections.rating_validity", 3, "years"),
        ("inspections.publish_within", 20, "working_days"),
        ("inspections.team_size", 2, "persons"),
        ("inspections.recusal_required", True, "yes_no"),
        ("destitute.floor_ratio", Fraction(13, 10), "ratio"),
    ],
)
def test_national_duties(key: str, value: object, unit: str) -> None:
    found = load_packs()["national"].value(key, on=date(2023, 1, 1))
    assert (found.value, found.unit) == (value, unit)


def test_every_division_of_yantai_is_in_one_group() -> None:
    grouping = shipped_pack("yantai").grouping("county_group", date(2023, 1, 1))
    assert grouping is not None
    codes = [code for group in grouping.groups for code in group.divisions]
    assert len(codes) == len(set(codes)) == 15
