"""The visiting round: who is on it, what a visit changes, who may not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from eldercare.community import queries
from eldercare.community.models import CommunityVisit
from eldercare.community.rules import due
from eldercare.core import clock
from eldercare.core.db import acting_as, session
from eldercare.people.models import Elder
from eldercare.policy.visits import regular_visits
from tests.factories.beds import region as make_region
from tests.factories.people import make_elder, make_fact
from tests.support.cast import TOWN_A, TOWN_B


def at_risk(name: str = "独居人", situation: str = "alone", since: date = date(2026, 1, 1), **over: Any) -> Elder:
    make_region(over.get("region_path", TOWN_A))
    elder = make_elder(name=name, **over)
    make_fact(elder, "living_situation", situation, since)
    return elder


def visited(elder: Elder, days_ago: int, outcome: str = "well") -> CommunityVisit:
    visit = CommunityVisit(
        elder_id=elder.id, visited_on=clock.today() - timedelta(days=days_ago), outcome=outcome, visitor_name="邻居",
        recorded_by="system:tests",
    )  # fmt: skip
    session().add(visit)
    session().flush()
    return visit


def names_due(**over: Any) -> list[str]:
    return [item.elder.name for item in queries.due_list(regular_visits(), clock.today(), **over).items]


def test_who_is_on_the_round(db_session: Any) -> None:
    at_risk("从未探访")
    visited(at_risk("上月已访"), 31)
    visited(at_risk("刚刚访过"), 3)
    visited(at_risk("敲门未见"), 3, "not_met")
    at_risk("与家人住", "with_family")
    at_risk("已经去世", death_date=date(2026, 5, 1))
    assert set(names_due()) == {"从未探访", "上月已访", "敲门未见"}
    assert "刚刚访过" in names_due(ahead_days=30)
    assert "刚刚访过" not in names_due(ahead_days=7)
    assert queries.figures(regular_visits(), clock.today()) == (4, 1)


def test_the_longest_overdue_comes_first_and_sql_agrees_with_the_rule(db_session: Any) -> None:
    for n, days in enumerate((80, 35, 50)):
        visited(at_risk(f"老人{n}", since=date(2025, 1, 1)), days)
    at_risk("新近独居", since=clock.today() - timedelta(days=2))
    page = queries.due_list(regular_visits(), clock.today())
    assert [item.elder.name for item in page.items] == ["老人0", "老人2", "老人1", "新近独居"]
    for item in page.items:
        situation = queries.situation_of(item.elder.id, clock.today())
        assert situation is not None
        again = due(regular_visits(), *situation, queries.last_seen_on(item.elder.id), clock.today())
        assert again == item.due
        assert item.due.days_late >= 0


def test_paging(db_session: Any, client_as: Any) -> None:
    for n in range(22):
        at_risk(f"独居{n}")
    page = client_as("community_worker").get("/community?page=2").text
    assert page.count('scope="row"') == 2


def test_a_visit_takes_the_elder_off_the_round_and_may_be_withdrawn(db_session: Any, client_as: Any) -> None:
    elder = at_risk()
    client = client_as("community_worker")
    assert "独居人" in client.get("/community").text
    data = {"visited_on": clock.today().isoformat(), "outcome": "well", "note": ""}
    assert client.post(f"/community/{elder.id}", data=data).status_code == 303
    assert client.post(f"/community/{elder.id}", data=data).status_code == 409
    assert 'scope="row"' not in client.get("/community").text
    visit = session().scalars(select(CommunityVisit)).one()
    assert client.post(f"/community/visits/{visit.id}/withdraw").status_code == 303
    assert "独居人" in client.get("/community").text
    assert client.post(f"/community/visits/{visit.id}/withdraw").status_code == 404


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"visited_on": "2100-01-01"}, "visited_on"),
        ({"visited_on": "1901-01-01"}, "visited_on"),
        ({"visited_on": ""}, "visited_on"),
        ({"outcome": ""}, "outcome"),
        ({"outcome": "dancing"}, "outcome"),
        ({"outcome": "needs_help"}, "note"),
        ({"note": "长" * 1001}, "note"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_refusals_name_the_field(db_session: Any, client_as: Any, over: dict[str, str], field: str) -> None:
    elder = at_risk()
    data = {"visited_on": clock.today().isoformat(), "outcome": "well", "note": ""} | over
    answer = client_as("community_worker").post(f"/community/{elder.id}", data=data)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert session().scalars(select(CommunityVisit)).all() == []


@pytest.mark.parametrize(
    ("name", "read", "write"),
    [
        ("community_worker", 200, 303), ("official_a", 200, 403), ("official_b", 404, 403), ("operator_1", 403, 403),
        ("family", 403, 403), ("assessor", 403, 403), ("administrator", 403, 403),
    ],
)  # fmt: skip
def test_strangers(db_session: Any, client_as: Any, name: str, read: int, write: int) -> None:
    elder = at_risk()
    client = client_as(name)
    assert client.get(f"/community/{elder.id}").status_code == read
    data = {"visited_on": clock.today().isoformat(), "outcome": "well"}
    assert client.post(f"/community/{elder.id}", data=data).status_code == write


def test_a_worker_of_another_town_finds_nobody(db_session: Any, client_as: Any, actor_as: Any) -> None:
    elder = at_risk("外区人", region_path=TOWN_B)
    client = client_as("community_worker")
    assert "外区人" not in client.get("/community").text
    data = {"visited_on": clock.today().isoformat(), "outcome": "well"}
    assert client.post(f"/community/{elder.id}", data=data).status_code == 404
    with acting_as(actor_as("community_worker")):
        assert names_due() == []


def test_export(db_session: Any, client_as: Any) -> None:
    at_risk("=独居人")
    answer = client_as("community_worker").get("/community/export.csv")
    assert answer.mimetype == "text/csv"
    assert "'=独居人" in answer.text
