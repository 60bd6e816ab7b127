"""Where an indicator stands, from figures and dates alone."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from eldercare.core.i18n import Text
from eldercare.planning.rules import Actual, Indicator, Kind, Standing, decimal_text, expected_on, judge, parse, plans


def indicator(**changes: object) -> Indicator:
    values: dict[str, object] = {
        "code": "nursing_bed_share", "name": Text("占比", "Share"), "unit": "%", "kind": Kind.BINDING, "section": "一",
        "baseline": Fraction("58.9"), "baseline_at": "2020", "target": Fraction(70), "due": 2025,
    }  # fmt: skip
    return Indicator(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "actual", "day", "standing"),
    [
        ({}, Actual(700, 1000), date(2023, 6, 30), Standing.REACHED),
        ({}, Actual(6999, 10000), date(2026, 1, 1), Standing.MISSED),
        ({}, Actual(6999, 10000), date(2025, 12, 31), Standing.BEHIND),  # the last day is still within the plan
        ({}, Actual(640, 1000), date(2023, 1, 1), Standing.ON_TRACK),
        ({}, Actual(600, 1000), date(2023, 1, 1), Standing.BEHIND),
        ({}, Actual(0, 0), date(2023, 1, 1), Standing.NOT_RECORDED),  # no bed at all: no share
        ({}, None, date(2023, 1, 1), Standing.NOT_RECORDED),
        ({"baseline": None}, Actual(600, 1000), date(2023, 1, 1), Standing.BEHIND),
        ({"target": None, "due": None}, Actual(1, 2), date(2023, 1, 1), Standing.NO_TARGET),
        ({"target": None, "masked": True}, Actual(1, 2), date(2023, 1, 1), Standing.TARGET_MASKED),
    ],
)
def test_standing(changes: dict[str, object], actual: Actual | None, day: date, standing: Standing) -> None:
    assert judge(indicator(**changes), actual, day).standing is standing


def test_a_part_of_the_area_is_not_held_to_a_count_but_to_a_share() -> None:
    day = date(2023, 1, 1)
    count = indicator(unit="张", baseline=Fraction(8000), target=Fraction(20000))
    part = judge(count, Actual(900), day, whole_area=False)
    assert (part.standing, part.distance) == (Standing.NOT_COMPARABLE, None)
    assert judge(count, Actual(900), day).distance == 19100
    assert judge(indicator(), Actual(7, 10), day, whole_area=False).standing is Standing.REACHED


@pytest.mark.parametrize(
    ("changes", "day", "expected"),
    [
        ({}, date(2020, 12, 31), Fraction("58.9")),
        ({}, date(2025, 12, 31), Fraction(70)),
        ({}, date(2030, 1, 1), Fraction(70)),
        ({"baseline": Fraction(0), "target": Fraction(1826)}, date(2021, 1, 10), Fraction(10)),  # a day, a unit
        ({"cumulative": True, "baseline": Fraction(750), "baseline_at": "2016-2020"}, date(2020, 12, 31), Fraction(0)),
        ({"baseline": None}, date(2023, 1, 1), None),
        ({"target": None}, date(2023, 1, 1), None),
    ],
)
def test_straight_line(changes: dict[str, object], day: date, expected: Fraction | None) -> None:
    assert expected_on(indicator(**changes), day) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [(Fraction("58.9"), "58.9"), (Fraction(20000), "20,000"), (Fraction(2, 3), "0.7"), (Fraction(5, 100), "0.1"),
     (Fraction(996, 10), "99.6"), (Fraction(9996, 100), "100"), (None, "—")],
)  # fmt: skip
def test_decimal_text(value: Fraction | None, text: str) -> None:
    assert decimal_text(value) == text


def test_shipped_plans_are_whole() -> None:
    found = plans()
    assert set(found) == {"qingdao", "anonymised_city", "yantai", "gansu", "siming"}
    rows = {row.code: row for row in found["qingdao"].indicators}
    assert rows["nursing_bed_share"].baseline == Fraction("58.9")
    assert (rows["nursing_bed_share"].target, rows["nursing_bed_share"].due) == (70, 2025)
    assert all(row.name.en.isascii() or "²" in row.name.en for plan in found.values() for row in plan.indicators)


def raw(**changes: object) -> dict[str, object]:
    row = {"code": "x", "name": "某", "name_en": "Some", "unit": "%", "kind": "task", "section": "一", **changes}
    return {"somewhere": {"title": {"zh": "某", "en": "Some"}, "division": None, "indicators": [row]}}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tagret": {"at": 2025}}, "unknown keys"),
        ({"target": {"at": 2025, "minimum": 3}}, "a target has"),
        ({"target": {"at": 2025, "min": "60"}}, "not a figure"),
        ({"target": {"at": 2025, "min": True}}, "not a figure"),
        ({"baseline": {2020: -1}}, "not a figure"),
        ({"target": {"at": 2025, "min": 60}, "masked": True}, "masked, yet"),
        ({"kind": "wish"}, "wish"),
    ],
)
def test_a_mistake_in_the_data_is_named(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse(raw(**changes))
