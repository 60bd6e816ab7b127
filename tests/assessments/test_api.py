"""POST /api/v1/assessments/score: for everybody, nothing stored, every wrong answer named."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from eldercare.assessments.models import Assessment
from eldercare.core.db import session
from tests.factories.assessments import answers_for

URL = "/api/v1/assessments/score"


def body(total: int = 90, **over: Any) -> dict[str, Any]:
    return {
        "standard": "gbt42195-2022", "answers": answers_for(total), "coma": False, "dementia": False,
        "mental_disorder": False, "risk_events_30d": 0,
    } | over  # fmt: skip


def test_a_full_score(client: Any) -> None:
    answer = client.post(URL, json=body())
    assert answer.status_code == 200
    assert {key: answer.json[key] for key in ("total", "preliminary_level", "level", "level_name")} == {
        "total": 90,
        "preliminary_level": 0,
        "level": 0,
        "level_name": "能力完好",
    }
    assert answer.json["dimensions"] == {"B.1": 32, "B.2": 15, "B.3": 28, "B.4": 15}
    assert [reason["rule"] for reason in answer.json["reasons"]] == ["total"]
    assert session().scalar(select(func.count()).select_from(Assessment)) == 0


def test_change_rules_reach_the_answer(client: Any) -> None:
    answer = client.post(URL, json=body(66, dementia=True, risk_events_30d=2)).json
    assert (answer["preliminary_level"], answer["level"]) == (1, 2)
    assert [reason["rule"] for reason in answer["reasons"]] == ["total", "mental", "risk_events", "combine"]


def test_the_facts_may_be_left_out(client: Any) -> None:
    answer = client.post(URL, json={"standard": "gbt42195-2022", "answers": answers_for(0)})
    assert answer.json["level"] == 4


@pytest.mark.parametrize("wrong", [3.7, 3.0, True, "4", None, -1, 5, [1], {"value": 1}], ids=repr)
def test_a_wrong_answer_is_named(client: Any, wrong: Any) -> None:
    answer = client.post(URL, json=body(answers=answers_for(90) | {"B.1.1": wrong}))
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert list(answer.json["errors"]) == ["answers.B.1.1"]


def test_missing_and_unknown_items_are_named(client: Any) -> None:
    answers = answers_for(90) | {"B.7.7": 1}
    del answers["B.3.9"]
    answer = client.post(URL, json=body(answers=answers))
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {"answers.B.3.9", "answers.B.7.7"}


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"standard": "gbt42195-2099"}, "standard"),
        ({"standard": 7}, "standard"),
        ({"standard": "../../secret"}, "standard"),
        ({"answers": []}, "answers"),
        ({"answers": {f"X.{n}": 1 for n in range(101)}}, "answers"),
        ({"coma": "yes"}, "coma"),
        ({"coma": 1}, "coma"),
        ({"dementia": None}, "dementia"),
        ({"risk_events_30d": 1.5}, "risk_events_30d"),
        ({"risk_events_30d": -1}, "risk_events_30d"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_other_wrong_input_is_named(client: Any, over: dict[str, Any], field: str) -> None:
    answer = client.post(URL, json=body(**over))
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]


@pytest.mark.parametrize("raw", ["", "{", "[]", '"x"', "NaN"])
def test_a_body_that_is_no_object_is_refused(client: Any, raw: str) -> None:
    answer = client.post(URL, data=raw, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert answer.content_type == "application/problem+json"


def test_messages_speak_the_readers_language(client: Any) -> None:
    answers = answers_for(90) | {"B.1.1": 9}
    chinese = client.post(URL, json=body(answers=answers), headers={"Accept-Language": "zh"}).json
    english = client.post(URL, json=body(answers=answers), headers={"Accept-Language": "en"}).json
    assert english["errors"]["answers.B.1.1"] == ["The answer must be from 0 to 4."]
    assert chinese["errors"]["answers.B.1.1"] == ["得分应在 0 到 4 之间。"]
