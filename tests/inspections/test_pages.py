"""Pages and API as the people of several roles meet them; each with its stranger."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, session
from eldercare.inspections import service
from eldercare.inspections.models import ConflictOfInterest, InspectionPlan, InspectionRecord, InspectorLeave
from eldercare.inspections.queries import plans as lookup
from tests.factories import inspections as factory
from tests.factories.inspections import AS_OF, District, make_district
from tests.factories.staff import make_staff
from tests.support.cast import CAST, INSTITUTION_1
from tests.support.signed_in import account_of

SYSTEM = Actor.system("tests")
PERIOD = {"as_of": "2026-03-02", "first_day": "2026-03-03", "last_day": "2026-03-31"}


@pytest.fixture
def district(db_session: Any, frozen_clock: Any) -> District:
    frozen_clock(AS_OF)
    return make_district()


@pytest.fixture
def plan(district: District) -> InspectionPlan:
    made = service.create_plan(
        SYSTEM, division="370202", as_of=AS_OF, first_day=date(2026, 3, 3), last_day=date(2026, 3, 31)
    )
    service.solve_plan(SYSTEM, plan_id=made.id)
    session().flush()
    return made


def text_of(client: Any, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code, answer.text[:2000])
    return str(answer.text)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_due_list_says_what_why_and_by_which_rule(district: District, client_as: Any, lang: str) -> None:
    text = text_of(client_as("official_a"), f"/inspections?lang={lang}")
    for home in district.homes:
        assert home.name in text
    assert district.foreign_home.name not in text
    assert ("66号" if lang == "zh" else "order 66") in text
    assert ("天" if lang == "zh" else "days overdue") in text


def test_the_due_list_filters_and_exports(district: District, client_as: Any) -> None:
    client = client_as("official_a")
    one = text_of(client, "/inspections?q=康宁1")
    assert "康宁1号养老院" in one and "康宁2号养老院" not in one
    assert "康宁1号养老院" not in text_of(client, "/inspections?kind=rating")
    assert "康宁1号养老院" not in text_of(client, "/inspections?as_of=2025-01-10&until=2025-01-31")
    rows = list(csv.reader(io.StringIO(client.get("/inspections/due.csv").get_data().decode("utf-8-sig"))))
    assert len(rows) == 1 + 3
    text_of(client, "/inspections?as_of=gestern", 422)


def test_a_foreign_division_is_answered_like_an_unknown_one(district: District, client_as: Any) -> None:
    client = client_as("official_a")
    foreign, unknown = (
        text_of(client, "/inspections?division=370203", 422),
        text_of(client, "/inspections?division=999999", 422),
    )
    assert foreign.count("370203") == unknown.count("999999")


def test_a_plan_from_the_form_to_publication(district: District, client_as: Any) -> None:
    client = client_as("official_a")
    assert "370202" in text_of(client, "/inspections/plans/new")
    answer = client.post("/inspections/plans", data={"division": "370202", "seconds": "60", **PERIOD})
    assert answer.status_code == 303
    address = answer.headers["Location"]
    waiting = text_of(client, address)
    assert 'hx-trigger="every 2s"' in waiting
    made = session().scalars(select(InspectionPlan)).one()
    with acting_as(SYSTEM):
        service.solve_plan(SYSTEM, plan_id=made.id)
    body = client.get(address, headers={"HX-Request": "true"}).text
    assert "<html" not in body and "hx-trigger" not in body and "康宁0号养老院" in body
    for view in ("days", "inspectors", "unplaced", "proof"):
        for lang in ("zh", "en"):
            text_of(client, f"{address}?view={view}&lang={lang}")
    assert made.result_hash in text_of(client, f"{address}?view=proof")
    assert "钱一" in text_of(client, f"{address}?inspector={district.inspectors[0].id}")
    confirm = text_of(client, f"{address}/publish")
    assert f'value="{made.version}"' in confirm
    assert client.post(f"{address}/publish", data={"version": str(made.version)}).status_code == 303
    assert made.state == "published"
    assert "published" in text_of(client, f"{address}?lang=en").lower()
    text_of(client, f"{address}/cancel")
    assert client.post(f"{address}/cancel", data={"version": str(made.version)}).status_code == 303
    assert made.state == "cancelled"


def test_a_wrong_form_names_each_field_and_stores_nothing(district: District, client_as: Any) -> None:
    client = client_as("official_a")
    answer = client.post("/inspections/plans?lang=en", data={"division": "", "as_of": "soon", "seconds": "9999"})
    assert answer.status_code == 422
    for field in ("division", "as_of", "first_day", "last_day", "seconds"):
        assert f'href="#f-{field}"' in answer.text
    empty = client.post(
        "/inspections/plans?lang=en",
        data={
            "division": "370202",
            "seconds": "0",
            "as_of": "2025-01-02",
            "first_day": "2025-01-03",
            "last_day": "2025-01-05",
        },
    )
    assert empty.status_code == 422 and "Nothing falls due" in empty.text
    assert session().scalars(select(InspectionPlan)).all() == []


def test_the_plan_as_a_file(plan: InspectionPlan, client_as: Any) -> None:
    answer = client_as("official_a").get(f"/inspections/plans/{plan.id}.csv")
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert len(rows) == 1 + 3
    assert {row[1] for row in rows[1:]} == {"康宁0号养老院", "康宁1号养老院", "康宁2号养老院"}
    assert all(row[4] for row in rows[1:])


def test_strangers_find_no_plan(plan: InspectionPlan, client_as: Any) -> None:
    for name in ("official_b", "operator_1", "inspector"):
        client = client_as(name)
        text_of(client, f"/inspections/plans/{plan.id}", 404)
        text_of(client, f"/inspections/plans/{plan.id}.csv", 404)
        assert str(plan.id) not in text_of(client, "/inspections/plans")
        assert client.get(f"/api/v1/inspection-plans/{plan.id}").status_code == 404
        status = client.post(f"/inspections/plans/{plan.id}/publish", data={"version": "1"}).status_code
        assert status == (404 if name == "official_b" else 403)
    assert plan.state == "solved"
    for name in ("family", "community_worker", "administrator"):
        assert client_as(name).get("/inspections").status_code == 403
    assert client_as("public").get("/inspections").status_code == 303


def test_an_evaluator_reads_and_changes_nothing(plan: InspectionPlan, client_as: Any) -> None:
    client = client_as("evaluator")
    assert "康宁0号养老院" in text_of(client, f"/inspections/plans/{plan.id}")
    assert f"/plans/{plan.id}/publish" not in text_of(client, f"/inspections/plans/{plan.id}")
    assert client.post("/inspections/plans", data=PERIOD).status_code == 403


def test_an_operator_sees_the_own_deadlines_and_no_dates_of_visits(district: District, client_as: Any) -> None:
    factory.make_home("本院", id=INSTITUTION_1, inspected=date(2024, 12, 1))
    text = text_of(client_as("operator_1"), "/inspections")
    assert "本院" in text and "康宁0号养老院" not in text
    assert "本院" in text_of(client_as("operator_1"), "/inspections/records")
    assert "本院" not in text_of(client_as("operator_2"), "/inspections/records")


def test_leaves_and_conflicts_by_form(district: District, client_as: Any) -> None:
    client, person = client_as("official_a"), district.inspectors[0]
    address = f"/inspections/inspectors/{person.id}"
    assert person.name in text_of(client, "/inspections/inspectors?lang=en")
    assert (
        client.post(f"{address}/leaves", data={"first_day": "2026-03-05", "last_day": "2026-03-09"}).status_code == 303
    )
    wrong = client.post(f"{address}/leaves", data={"first_day": "2026-03-09", "last_day": "2026-03-05"})
    assert wrong.status_code == 422 and 'href="#f-last_day"' in wrong.text
    leave = session().scalars(select(InspectorLeave)).one()
    assert client.post(f"/inspections/leaves/{leave.id}/withdraw").status_code == 303
    found = text_of(client, f"{address}?institution=康宁1")
    assert str(district.homes[1].id) in found
    data = {"institution_id": str(district.homes[1].id), "ground": "owner", "first_day": "2026-01-01"}
    assert client.post(f"{address}/conflicts", data=data).status_code == 303
    conflict = session().scalars(select(ConflictOfInterest)).one()
    assert "康宁1号养老院" in text_of(client, address)
    for name, status in (("official_b", 404), ("evaluator", 403), ("operator_1", 403)):
        other = client_as(name)
        assert (
            other.post(f"{address}/leaves", data={"first_day": "2026-03-05", "last_day": "2026-03-09"}).status_code
            == status
        )
        assert other.post(f"/inspections/conflicts/{conflict.id}/withdraw").status_code == status
    assert client_as("official_b").get(address).status_code == 404
    assert client.post(f"/inspections/conflicts/{conflict.id}/withdraw").status_code == 303


def test_an_inspector_from_the_staff_register(district: District, client_as: Any) -> None:
    client, person = client_as("official_a"), make_staff("新人")
    assert "新人" in text_of(client, f"/inspections/inspectors/new?staff_id={person.id}")
    text_of(client, "/inspections/inspectors/new")
    data = {"staff_id": str(person.id), "division": "370203", "daily_capacity": "1"}
    assert client.post("/inspections/inspectors", data=data).status_code == 422
    answer = client.post("/inspections/inspectors", data={**data, "division": "370202", "is_lead": "1"})
    assert answer.status_code == 303
    address = answer.headers["Location"]
    assert client.post(address, data={"daily_capacity": "9"}).status_code == 422
    account_of(CAST["inspector"])
    refused = client.post(address, data={"daily_capacity": "2", "version": "1", "username": "nobody"})
    assert refused.status_code == 422
    assert client.post(address, data={"daily_capacity": "2", "version": "1"}).status_code == 303
    assert client.post(address, data={"daily_capacity": "2", "version": "1"}).status_code == 409


def test_my_visits(plan: InspectionPlan, district: District, client_as: Any, frozen_clock: Any) -> None:
    client = client_as("inspector")
    assert "not linked" in text_of(client, "/inspections/mine?lang=en")
    district.inspectors[0].user_id = CAST["inspector"].user_id
    assert "No visit planned" in text_of(client, "/inspections/mine?lang=en")
    with acting_as(SYSTEM):
        service.publish_plan(SYSTEM, plan_id=plan.id)
        row = next(row for row in lookup.visits_of(plan.id) if district.inspectors[0] in row.members)
        other = next(row for row in lookup.visits_of(plan.id) if district.inspectors[0] not in row.members)
    mine = text_of(client, "/inspections/mine")
    assert row.institution.name in mine and other.institution.name not in mine
    frozen_clock(row.visit.on_date)
    day = row.visit.on_date.isoformat()
    assert client.post(f"/inspections/visits/{other.visit.id}/record", data={"on": day}).status_code == 404
    assert client.post(f"/inspections/visits/{row.visit.id}/record", data={"on": "1999-01-01"}).status_code == 422
    assert client.post(f"/inspections/visits/{row.visit.id}/record", data={"on": day}).status_code == 303
    records = session().scalars(select(InspectionRecord).where(InspectionRecord.source == "visit")).all()
    assert [record.on_date.isoformat() for record in records] == [day]
    assert row.institution.name in text_of(client, "/inspections/records")


def test_the_calendar_page(district: District, client_as: Any) -> None:
    client = client_as("official_a")
    assert "Spring Festival" in text_of(client, "/inspections/calendar?year=2026&lang=en")
    assert "provisional" in text_of(client, "/inspections/calendar?year=2027&lang=en")
    assert "Labor Day" in text_of(client, "/inspections/calendar?calendar=us&year=2021&lang=en")
    data = {"calendar": "cn", "day": "2027-01-01", "note": "元旦"}
    assert client.post("/inspections/calendar", data=data).status_code == 403
    administrator = client_as("administrator")
    assert administrator.post("/inspections/calendar", data=data).status_code == 303
    assert administrator.post("/inspections/calendar", data={**data, "day": "soon"}).status_code == 422
    assert "元旦" in text_of(administrator, "/inspections/calendar?year=2027")


# --- API ----------------------------------------------------------------------------------------------------------


def test_the_api_makes_a_plan_once_per_key(district: District, client_as: Any) -> None:
    client = client_as("official_a")
    body = {"division": "370202", **PERIOD}
    first = client.post("/api/v1/inspection-plans", json=body, headers={"Idempotency-Key": "one"})
    again = client.post("/api/v1/inspection-plans", json=body, headers={"Idempotency-Key": "one"})
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json["id"] == again.json["id"]
    assert client.get("/api/v1/inspection-plans").json["total"] == 1
    with acting_as(SYSTEM):
        service.solve_plan(SYSTEM, plan_id=session().scalars(select(InspectionPlan)).one().id)
    detail = client.get(f"/api/v1/inspection-plans/{first.json['id']}").json
    assert (detail["state"], len(detail["visits"]), detail["unplaced"]) == ("solved", 3, [])
    assert {len(visit["team"]) for visit in detail["visits"]} == {2}
    assert [stage["gap"] for stage in detail["stages"]] == [0.0, 0.0]
    stale = client.post(f"/api/v1/inspection-plans/{first.json['id']}/publish", json={"version": 1})
    assert stale.status_code == 409
    done = client.post(f"/api/v1/inspection-plans/{first.json['id']}/publish", json={"version": detail["version"]})
    assert (done.status_code, done.json["state"]) == (200, "published")
    assert client.post(f"/api/v1/inspection-plans/{first.json['id']}/cancel", json={}).json["state"] == "cancelled"


def test_the_api_refuses_by_field(district: District, client_as: Any) -> None:
    client = client_as("official_a")
    answer = client.post(
        "/api/v1/inspection-plans", json={"division": "370202", "first_day": 3, "seconds": 1.5, "x": 1}
    )
    assert answer.status_code == 422
    assert {"as_of", "first_day", "last_day", "seconds", "x"} <= set(answer.json["errors"])
    assert client.post("/api/v1/inspection-plans", json={"division": "370203", **PERIOD}).status_code == 404
    assert (
        client_as("evaluator").post("/api/v1/inspection-plans", json={"division": "370202", **PERIOD}).status_code
        == 403
    )
    assert client_as("public").get("/api/v1/inspection-plans").status_code == 401
