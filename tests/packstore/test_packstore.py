"""Publishing and showing packs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from eldercare.core.actor import Actor
from eldercare.core.errors import Forbidden, Invalid
from eldercare.packstore import queries, service
from eldercare.policy import load_packs

SYSTEM = Actor.system("tests")


def test_publishing_twice_adds_nothing(db_session: Any) -> None:
    new = service.publish_shipped(SYSTEM)
    assert {row.code for row in new} == set(load_packs())
    assert service.publish_shipped(SYSTEM) == []


def test_a_published_pack_answers_like_the_shipped_one(db_session: Any) -> None:
    pack, row = service.in_use(SYSTEM, code="yantai")
    assert row.content_hash == load_packs()["yantai"].content_hash
    assert row.base_hash == load_packs()["national"].content_hash
    assert pack.value("destitute.age_minimum", date(2023, 1, 1)).value == 60
    assert (row.effective_from, row.effective_to) == (date(2023, 1, 1), date(2025, 12, 31))
    assert queries.latest("yantai") is row


def test_unknown_packs_and_people_who_may_not(db_session: Any, actor_as: Any) -> None:
    with pytest.raises(Invalid):
        service.in_use(SYSTEM, code="atlantis")
    with pytest.raises(Forbidden):
        service.publish_shipped(actor_as("official_city"))


def test_pages_show_amounts_sources_and_assumptions(client_as: Any) -> None:
    client = client_as("official_city")
    index = client.get("/policy").text
    assert "烟台市" in index and "甘肃省" in index
    page = client.get("/policy/gansu").text
    assert "¥9,732.00" in page and "不低于" in page
    english = client.get("/policy/yantai?lang=en").text
    assert "Zhifu" in english and "assumed" in english
    assert client.get("/policy/atlantis").status_code == 404


def test_published_bytes_can_be_fetched_by_hash(client_as: Any) -> None:
    service.publish_shipped(SYSTEM)
    content_hash = load_packs()["gansu"].content_hash
    client = client_as("evaluator")
    assert client.get(f"/policy/published/{content_hash}").status_code == 200
    assert client.get(f"/policy/published/{content_hash}.yaml").data == load_packs()["gansu"].content
    assert client.get(f"/policy/published/{'0' * 64}").status_code == 404


def test_the_public_signs_in_first(client: Any) -> None:
    assert client.get("/policy").status_code == 303
