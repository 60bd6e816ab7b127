"""GB/T 42195-2022: every boundary, every change rule and their combinations. No database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from eldercare.assessments.rules import score, valid_until
from eldercare.core.errors import Invalid
from eldercare.policy.standards import Standard, load


@pytest.fixture(scope="module")
def standard() -> Standard:
    return load("gbt42195-2022")


def answers_for(standard: Standard, total: int) -> dict[str, int]:
    """Answers that add up to `total`, filled from the first item on."""
    answers, left = {}, total
    for item in standard.items:
        answers[item.code] = min(item.best, left)
        left -= answers[item.code]
    assert left == 0
    return answers


def test_the_standard_has_26_items_in_four_dimensions(standard: Standard) -> None:
    assert [(d.code, len(d.items), d.best) for d in standard.dimensions] == [
        ("B.1", 8, 32),
        ("B.2", 4, 15),
        ("B.3", 9, 28),
        ("B.4", 5, 15),
    ]
    odd = {item.code: item.best for item in standard.items if item.best != 4}
    assert odd == {"B.2.4": 3, "B.3.7": 1, "B.3.8": 1, "B.3.9": 2, "B.4.1": 2, "B.4.2": 2, "B.4.4": 3}


@pytest.mark.parametrize(
    ("total", "level", "name"),
    [
        (90, 0, "能力完好"),
        (89, 1, "能力轻度受损（轻度失能）"),
        (66, 1, "能力轻度受损（轻度失能）"),
        (65, 2, "能力中度受损（中度失能）"),
        (46, 2, "能力中度受损（中度失能）"),
        (45, 3, "能力重度受损（重度失能）"),
        (30, 3, "能力重度受损（重度失能）"),
        (29, 4, "能力完全丧失（完全失能）"),
        (0, 4, "能力完全丧失（完全失能）"),
    ],
)
def test_bands(standard: Standard, total: int, level: int, name: str) -> None:
    result = score(standard, answers_for(standard, total))
    assert (result.total, result.preliminary_level, result.level, result.level_name.zh) == (total, level, level, name)
    assert [reason.rule for reason in result.reasons] == ["total"]


def test_dimensions_are_summed_apart(standard: Standard) -> None:
    answers = answers_for(standard, 90) | {"B.1.1": 1, "B.3.9": 0}
    assert score(standard, answers).dimensions == {"B.1": 29, "B.2": 15, "B.3": 26, "B.4": 15}


@pytest.mark.parametrize(
    ("total", "facts", "level", "rules"),
    [
        (90, {"coma": True}, 4, ["total", "coma"]),
        (90, {"coma": True, "dementia": True, "risk_events_30d": 9}, 4, ["total", "coma"]),
        (90, {"dementia": True}, 1, ["total", "mental"]),
        (90, {"mental_disorder": True}, 1, ["total", "mental"]),
        (90, {"dementia": True, "mental_disorder": True}, 1, ["total", "mental"]),
        (89, {"risk_events_30d": 1}, 1, ["total"]),
        (89, {"risk_events_30d": 2}, 2, ["total", "risk_events"]),
        (66, {"dementia": True, "risk_events_30d": 2}, 2, ["total", "mental", "risk_events", "combine"]),
        (45, {"dementia": True}, 4, ["total", "mental"]),
        (29, {"dementia": True}, 4, ["total", "mental"]),
        (0, {"dementia": True, "risk_events_30d": 3}, 4, ["total", "mental", "risk_events", "combine"]),
    ],
)
def test_change_rules(standard: Standard, total: int, facts: dict[str, int], level: int, rules: list[str]) -> None:
    result = score(standard, answers_for(standard, total), **facts)
    assert result.level == level
    assert [reason.rule for reason in result.reasons] == rules


@pytest.mark.parametrize(("total", "level"), [(90, 2), (66, 3), (46, 4), (30, 4)])
def test_a_pack_may_add_the_raises(standard: Standard, total: int, level: int) -> None:
    adding = replace(standard, combine=replace(standard.combine, mode="add"))
    assert score(adding, answers_for(standard, total), dementia=True, risk_events_30d=2).level == level


def test_the_cap_bounds_raises_but_never_lowers(standard: Standard) -> None:
    capped = replace(standard, combine=replace(standard.combine, cap_level=3))
    assert score(capped, answers_for(standard, 45), dementia=True).level == 3
    assert score(capped, answers_for(standard, 10), dementia=True).level == 4


def test_the_switch_is_marked_assumed(standard: Standard) -> None:
    result = score(standard, answers_for(standard, 66), dementia=True, risk_events_30d=2)
    assert [reason.assumed for reason in result.reasons] == [False, False, False, True]
    assert len(standard.assumptions) == 4


@pytest.mark.parametrize(
    "wrong",
    [3.7, 3.0, True, False, "4", "", -1, 5, [], {}],
    ids=repr,
)
def test_a_wrong_answer_is_named(standard: Standard, wrong: object) -> None:
    with pytest.raises(Invalid) as caught:
        score(standard, answers_for(standard, 90) | {"B.1.1": wrong})
    assert [problem.field for problem in caught.value.problems] == ["answers.B.1.1"]


@pytest.mark.parametrize("code", ["B.2.4", "B.3.7", "B.3.9", "B.4.4"])
def test_items_with_fewer_options_refuse_a_four(standard: Standard, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        score(standard, answers_for(standard, 90) | {code: 4})
    assert [problem.field for problem in caught.value.problems] == [f"answers.{code}"]


def test_every_missing_and_unknown_item_is_named(standard: Standard) -> None:
    answers = answers_for(standard, 90) | {"B.9.9": 1, "B.1.2": None}
    del answers["B.4.5"]
    with pytest.raises(Invalid) as caught:
        score(standard, answers)
    assert [p.field for p in caught.value.problems] == ["answers.B.1.2", "answers.B.4.5", "answers.B.9.9"]
    with pytest.raises(Invalid) as caught:
        score(standard, {})
    assert len(caught.value.problems) == 26


@pytest.mark.parametrize("events", [-1, 1.5, True, "2", 1001])
def test_risk_events_must_be_a_sane_count(standard: Standard, events: object) -> None:
    with pytest.raises(Invalid) as caught:
        score(standard, answers_for(standard, 90), risk_events_30d=events)  # type: ignore[arg-type]
    assert [problem.field for problem in caught.value.problems] == ["risk_events_30d"]


@pytest.mark.parametrize(
    ("on", "due"),
    [
        (date(2026, 1, 15), date(2026, 7, 15)),
        (date(2025, 8, 31), date(2026, 2, 28)),
        (date(2023, 8, 31), date(2024, 2, 29)),
        (date(2026, 12, 1), date(2027, 6, 1)),
    ],
)
def test_reassessment_is_due_after_the_term(standard: Standard, on: date, due: date) -> None:
    assert valid_until(standard, on) == due
