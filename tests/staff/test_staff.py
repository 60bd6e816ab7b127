"""The staff register: service, pages and API, each with its stranger."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, session
from eldercare.core.errors import Forbidden, Invalid, NotFound
from eldercare.staff import queries, service
from eldercare.staff.models import StaffCertificate, StaffMember
from tests.factories.beds import institution, region
from tests.factories.staff import make_certificate, make_staff
from tests.support.cast import DISTRICT_A, DISTRICT_B, INSTITUTION_1

SYSTEM = Actor.system("tests")
TODAY = date(2026, 3, 2)


@pytest.fixture
def people(db_session: Any, frozen_clock: Any) -> dict[str, StaffMember]:
    frozen_clock(TODAY)
    for path in ("/cn/", "/cn/37/", "/cn/37/3702/", DISTRICT_A, DISTRICT_B):
        region(path)
    home = institution()
    found = {
        "own": make_staff("赵敏"),
        "carer": make_staff("钱多", job="carer", institution_id=home.id, employer=""),
        "foreign": make_staff("孙外", DISTRICT_B),
    }
    make_certificate(found["own"], "inspection", date(2020, 1, 1), date(2026, 1, 1))
    make_certificate(found["own"], "rating")
    return found


def test_lists_by_name_pinyin_job_and_scope(people: dict[str, StaffMember], actor_as: Any) -> None:
    with acting_as(actor_as("official_a")):
        assert [row.name for row in queries.list_staff().items] == ["钱多", "赵敏"]
        assert [row.name for row in queries.list_staff(text="zhao").items] == ["赵敏"]
        assert [row.name for row in queries.list_staff(text="敏").items] == ["赵敏"]
        assert [row.name for row in queries.list_staff(job="carer").items] == ["钱多"]
    with acting_as(actor_as("operator_1")):
        assert [row.name for row in queries.list_staff().items] == ["钱多"]
    with acting_as(actor_as("operator_2")):
        assert queries.list_staff().total == 0


def test_a_person_is_of_an_institution_or_of_an_office(people: dict[str, StaffMember], actor_as: Any) -> None:
    with acting_as(actor_as("official_a")) as me:
        carer = service.add_staff(me, name="李新", job="carer", institution_id=INSTITUTION_1)
        assert (carer.region_path, carer.pinyin) == (DISTRICT_A, "lixin")
        service.add_staff(me, name="周局", job="inspector", division="370202", employer="民政局")
        for wrong in (
            {},
            {"division": "370202"},
            {"division": "370202", "employer": "x", "institution_id": INSTITUTION_1},
            {"division": "370203", "employer": "x"},
        ):
            with pytest.raises(Invalid):
                service.add_staff(me, name="某", job="other", **wrong)
    for name in ("operator_1", "evaluator", "inspector"):
        with acting_as(actor_as(name)) as other, pytest.raises(Forbidden):
            service.add_staff(other, name="某", job="other", institution_id=INSTITUTION_1)


def test_certificates_of_a_kind_do_not_overlap(people: dict[str, StaffMember]) -> None:
    person = people["own"]
    with pytest.raises(Invalid):
        service.add_certificate(SYSTEM, staff_id=person.id, kind="inspection", number="2", first_day=date(2025, 12, 31))
    with pytest.raises(Invalid):
        service.add_certificate(
            SYSTEM,
            staff_id=person.id,
            kind="inspection",
            number="2",
            first_day=date(2026, 2, 2),
            last_day=date(2026, 2, 1),
        )
    new = service.add_certificate(SYSTEM, staff_id=person.id, kind="inspection", number="2", first_day=date(2026, 1, 1))
    assert queries.certificates_of([person.id])[person.id] == [
        ("inspection", date(2020, 1, 1), date(2025, 12, 31)),
        ("inspection", date(2026, 1, 1), None),
        ("rating", date(2020, 1, 1), None),
    ]
    service.withdraw_certificate(SYSTEM, certificate_id=new.id)
    session().flush()
    assert len(queries.certificates_of([person.id])[person.id]) == 2
    assert session().get(StaffCertificate, new.id) is not None  # known for ever, only superseded
    with pytest.raises(IntegrityError, match="staff_certificate_one_at_a_time"):
        make_certificate(person, "rating", date(2030, 1, 1))


def test_a_stranger_changes_nobody(people: dict[str, StaffMember], actor_as: Any) -> None:
    with acting_as(actor_as("official_b")) as other:
        with pytest.raises(NotFound):
            service.end_staff(other, staff_id=people["own"].id, ended_on=TODAY)
        with pytest.raises(NotFound):
            service.add_certificate(other, staff_id=people["own"].id, kind="care", number="1", first_day=TODAY)


def test_pages(people: dict[str, StaffMember], client_as: Any) -> None:
    client = client_as("official_a")
    listed = client.get("/staff?lang=en").text
    assert "赵敏" in listed and "孙外" not in listed and "Expired" in listed
    assert "赵敏" not in client.get("/staff?job=carer").text
    assert "没有符合的人员" in client.get("/staff?q=nobody").text
    address = f"/staff/{people['own'].id}"
    for lang in ("zh", "en"):
        assert client.get(f"{address}?lang={lang}").status_code == 200
    rows = list(csv.reader(io.StringIO(client.get("/staff/export.csv").get_data().decode("utf-8-sig"))))
    assert len(rows) == 1 + 2 + 1
    assert client.get("/staff/new").status_code == 200
    assert client.post("/staff", data={"name": "", "job": "x"}).status_code == 422
    made = client.post("/staff", data={"name": "新人", "job": "inspector", "division": "370202", "employer": "民政局"})
    assert made.status_code == 303 and "新人" in client.get(made.headers["Location"]).text
    data = {"kind": "care", "number": "7", "first_day": "2026-01-01", "last_day": "2025-01-01"}
    refused = client.post(f"{address}/certificates", data=data)
    assert refused.status_code == 422 and 'href="#f-last_day"' in refused.text
    assert client.post(f"{address}/certificates", data={**data, "last_day": ""}).status_code == 303
    new = session().scalars(select(StaffCertificate).where(StaffCertificate.kind == "care")).one()
    assert client.post(f"/staff/certificates/{new.id}/withdraw").status_code == 303
    assert client.post(f"{address}/end", data={"ended_on": "2026-03-31", "version": "1"}).status_code == 303
    assert client.post(f"{address}/end", data={"ended_on": "2026-03-30", "version": "1"}).status_code == 409


def test_strangers_of_the_pages(people: dict[str, StaffMember], client_as: Any) -> None:
    address = f"/staff/{people['own'].id}"
    for name, status in (
        ("official_b", 404),
        ("operator_1", 404),
        ("family", 403),
        ("evaluator", 403),
        ("public", 303),
    ):
        assert client_as(name).get(address).status_code == status
    assert client_as("operator_1").get(f"/staff/{people['carer'].id}").status_code == 200
    assert client_as("operator_1").post(f"{address}/certificates", data={}).status_code == 403
    assert client_as("official_b").post(f"{address}/certificates", data={}).status_code == 404


def test_the_api(people: dict[str, StaffMember], client_as: Any) -> None:
    answer = client_as("official_a").get("/api/v1/staff?q=zhao").json
    assert answer["total"] == 1
    held = {one["kind"]: one["valid_until"] for one in answer["items"][0]["certificates"]}
    assert held == {"inspection": "2025-12-31", "rating": None}
    assert client_as("official_a").get("/api/v1/staff?job=king").status_code == 422
    assert client_as("official_b").get("/api/v1/staff?q=zhao").json["total"] == 0
    assert client_as("public").get("/api/v1/staff").status_code == 401
    assert client_as("family").get("/api/v1/staff").status_code == 403
