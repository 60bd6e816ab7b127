"""POST /api/v1/estimates and the page behind `What would we get?`."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.factories import subsidies as make

PERSON = {
    "birth_date": "1940-05-01",
    "county_group": "A",
    "economic_category": "destitute",
    "ability": "full",
    "setting": "home",
    "urban": True,
}
BODY = {"jurisdiction": "yantai", "month": "2023-01", "person": PERSON}


def asked(client: Any, **changes: Any) -> Any:
    body = copy.deepcopy(BODY)
    person = changes.pop("person", {})
    body.update(changes)
    body["person"] = {k: v for k, v in {**PERSON, **person}.items() if v is not None}
    return client.post("/api/v1/estimates", json=body)


def amounts(response: Any) -> dict[str, int]:
    assert response.status_code == 200, response.json
    return {line["scheme"]: line["amount_fen"] for line in response.json["lines"]}


def test_the_example_of_the_interface(client: Any) -> None:
    answer = asked(client).json
    assert set(answer) == {"lines", "total_fen", "skipped"}
    assert answer["total_fen"] == 140200 + 77200
    assert answer["skipped"] == []
    for line in answer["lines"]:
        assert set(line) == {"scheme", "title", "amount_fen", "explanation", "source", "assumed"}
        assert line["assumed"] is False and "烟台" in line["source"]


@pytest.mark.parametrize(
    ("person", "basic", "care"),
    [
        ({"division": "370602"}, 143000, 77200),  # Zhifu
        ({"division": "370602", "urban": False}, 112000, 77200),
        ({"division": "370687", "county_group": "A"}, 140200, 69900),  # Haiyang: the division counts, not the group
        ({"division": "370687", "county_group": None, "ability": "half"}, 140200, 34900),
        ({"division": "370676", "county_group": None, "ability": "self"}, 140200, 23300),  # development zone
        ({"county_group": "B", "ability": "self", "urban": False}, 112000, 21100),
    ],
)
def test_yantai(client: Any, person: dict[str, Any], basic: int, care: int) -> None:
    assert amounts(asked(client, person=person)) == {"destitute_basic_living": basic, "destitute_care": care}


@pytest.mark.parametrize(
    ("month", "urban", "ability", "basic", "care"),
    [
        ("2019-01", True, "self", 68117, 10000),  # 8174 / 12 = 681.1666...
        ("2019-12", False, "full", 43550, 30000),
        ("2020-06", True, "half", 75100, 22000),
        ("2020-06", False, "full", 48000, 32000),
        ("2021-12", True, "full", 81100, 40000),
        ("2021-01", False, "self", 51800, 14000),
    ],
)
def test_gansu_by_twelfths(client: Any, month: str, urban: bool, ability: str, basic: int, care: int) -> None:
    person = {"county_group": None, "urban": urban, "ability": ability}
    response = asked(client, jurisdiction="gansu", month=month, person=person)
    assert amounts(response) == {"destitute_basic_living": basic, "destitute_care": care}
    assert all(line["assumed"] is True for line in response.json["lines"])


@pytest.mark.parametrize(
    ("person", "count"),
    [
        ({"economic_category": "ordinary"}, 2),
        ({"birth_date": "1963-02-01"}, 2),  # 60 the day after the month
        ({"division": "110101"}, 2),
        ({"division": "370699"}, 2),
    ],
)
def test_who_gets_nothing_is_told_why(client: Any, person: dict[str, Any], count: int) -> None:
    answer = asked(client, person=person).json
    assert answer["lines"] == [] and answer["total_fen"] == 0
    assert len(answer["skipped"]) == count
    assert all(skip["title"] and skip["reason"] for skip in answer["skipped"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"jurisdiction": "atlantis"}, "jurisdiction"),
        ({"jurisdiction": "us"}, "jurisdiction"),
        ({"jurisdiction": 7}, "jurisdiction"),
        ({"month": "2023-13"}, "month"),
        ({"month": "2023-1"}, "month"),
        ({"colour": "red"}, "colour"),
        ({"person": {"birth_date": "1940-02-30"}}, "person.birth_date"),
        ({"person": {"birth_date": None}}, "person.birth_date"),
        ({"person": {"birth_date": "2030-01-01"}}, "person.birth_date"),
        ({"person": {"ability": "partly"}}, "person.ability"),
        ({"person": {"ability": None}}, "person.ability"),
        ({"person": {"urban": "yes"}}, "person.urban"),
        ({"person": {"urban": 1}}, "person.urban"),
        ({"person": {"setting": "moon"}}, "person.setting"),
        ({"person": {"economic_category": "rich"}}, "person.economic_category"),
        ({"person": {"division": "37060"}}, "person.division"),
        ({"person": {"division": 370602}}, "person.division"),
        ({"person": {"county_group": "C"}}, "person.county_group"),
        ({"person": {"county_group": None}}, "person.county_group"),
        ({"person": {"age": 83}}, "person.age"),
    ],
)
def test_bad_input_names_the_field(client: Any, changes: dict[str, Any], field: str) -> None:
    response = asked(client, **changes)
    assert response.status_code == 422, response.json
    assert field in response.json["errors"], response.json


@pytest.mark.parametrize(
    ("jurisdiction", "month"), [("yantai", "2022-12"), ("yantai", "2026-01"), ("gansu", "2022-01")]
)
def test_a_month_without_rules_is_never_zero(client: Any, jurisdiction: str, month: str) -> None:
    response = asked(client, jurisdiction=jurisdiction, month=month)
    assert response.status_code == 422
    assert response.json["code"] == "no_rule_in_force" and month in response.json["detail"]
    assert "month" in response.json["errors"]


@pytest.mark.parametrize("body", ["[]", "null", "{", '"x"', ""])
def test_what_is_no_object_is_refused(client: Any, body: str) -> None:
    response = client.post("/api/v1/estimates", data=body, content_type="application/json")
    assert response.status_code in (400, 422)
    assert response.content_type == "application/problem+json"


def test_english_on_request(client: Any) -> None:
    response = client.post("/api/v1/estimates", json=BODY, headers={"Accept-Language": "en"})
    assert "Yantai" in response.json["lines"][0]["source"]


def test_later_years_rest_on_an_assumption(client: Any) -> None:
    assert all(line["assumed"] for line in asked(client, month="2025-12").json["lines"])


FORM = {
    "jurisdiction": "yantai",
    "month": "2023-01",
    "person[division]": "370602",
    "person[urban]": "true",
    "person[birth_date]": "1940-05-01",
    "person[economic_category]": "destitute",
    "person[ability]": "full",
    "person[setting]": "home",
}


def test_the_page_asks_and_answers_without_a_sign_in(client: Any) -> None:
    make.regions()
    assert "yantai" in client.get("/estimate").text
    assert "芝罘区" in client.get("/estimate?jurisdiction=yantai").text
    page = client.post("/estimate", data=FORM)
    assert page.status_code == 200
    assert "¥2,202.00" in page.text and "¥1,430.00" in page.text


@pytest.mark.parametrize(
    ("field", "value"),
    [("person[birth_date]", "yesterday"), ("person[urban]", ""), ("person[division]", ""), ("month", "2022-12")],
)
def test_the_page_keeps_the_answers_and_says_what_is_wrong(client: Any, field: str, value: str) -> None:
    make.regions()
    page = client.post("/estimate", data={**FORM, field: value})
    assert page.status_code == 422
    assert f'href="#f-{field}"' in page.text
    assert 'value="1940-05-01"' in page.text or field == "person[birth_date]"
