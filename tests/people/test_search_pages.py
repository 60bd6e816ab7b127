"""A full number never stands in an address, neither of the search nor of its pages and exports."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from eldercare.people.queries import is_sealed, matching, sealed
from tests.factories.people import make_elder, resident_id

NUMBER = resident_id(date(1940, 5, 1), serial=61)
PHONE = "13812345678"


@pytest.fixture
def wang(db_session: Any) -> Any:
    return make_elder(name="王秀英", id_number=NUMBER, phone=PHONE)


@pytest.mark.parametrize("typed", [NUMBER, f" {NUMBER} ", PHONE, "１３８１２３４５６７８"])
def test_the_index_of_a_number_finds_its_person(wang: Any, db_session: Any, typed: str) -> None:
    text = sealed(typed)
    assert is_sealed(text)
    assert db_session.scalars(matching(text)).all() == [wang]


@pytest.mark.parametrize("typed", ["王", "wxy", "101", "", "~x"])
def test_words_stay_words(app: Any, db_session: Any, typed: str) -> None:
    assert sealed(typed) == typed


@pytest.mark.parametrize("name", ["people.index", "assessments.index"])
def test_the_search_leads_to_an_address_without_the_number(client_as: Any, wang: Any, name: str) -> None:
    client = client_as("official_a")
    answer = client.post("/people/find", data={"list": name, "q": NUMBER, "division": "370202", "_anchor": "x"})
    assert answer.status_code == 303
    assert NUMBER not in answer.location
    assert "division=370202" in answer.location
    page = client.get(answer.location)
    assert page.status_code == 200
    assert NUMBER not in page.text


def test_the_person_is_found(client_as: Any, wang: Any) -> None:
    client = client_as("official_a")
    found = client.get(client.post("/people/find", data={"list": "people.index", "q": NUMBER}).location)
    assert f"/people/{wang.id}" in found.text
    other = client_as("official_b").get(f"/people?q={sealed(NUMBER)}")
    assert f"/people/{wang.id}" not in other.text


def test_an_address_typed_by_hand_leads_away_from_the_number(client_as: Any, wang: Any) -> None:
    answer = client_as("official_a").get(f"/people?q={NUMBER}&division=370202")
    assert (answer.status_code, NUMBER in answer.location) == (303, False)


def test_no_other_list_is_led_to(client_as: Any) -> None:
    assert client_as("official_a").post("/people/find", data={"list": "audit.index", "q": "x"}).status_code == 404
