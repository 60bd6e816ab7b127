"""The board and its forms as people of several roles meet them, and the API with its strangers."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from eldercare.audit.models import AuditRow
from eldercare.beds import queries, service
from eldercare.beds.rules import BedState
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import session
from eldercare.people.models import ElderGrant
from tests.factories import beds as factory

NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SYSTEM = Actor.system("tests")


class House:
    def __init__(self) -> None:
        self.home = factory.institution()
        self.beds = factory.beds(self.home, 6)
        self.wang, self.li = factory.elder("王秀英"), factory.elder("李建国", sex="m")
        for elder in (self.wang, self.li):
            session().add(
                ElderGrant(
                    elder_id=elder.id, ground="stay", institution_id=self.home.id, recorded_by="tests",
                    valid=factory.Range(date(2020, 1, 1), None),
                )
            )  # fmt: skip
        session().flush()
        self.board = f"/beds/{self.home.id}"

    def bed(self, number: int = 0) -> str:
        return f"/beds/bed/{self.beds[number].id}"

    def state(self, number: int = 0) -> BedState:
        return queries.get_bed(self.beds[number].id, clock.now()).state

    def admit(self, number: int = 0) -> Any:
        return service.admit(SYSTEM, bed_id=self.beds[number].id, elder_id=self.wang.id)


@pytest.fixture
def house(db_session: Any, frozen_clock: Any) -> House:
    frozen_clock(NOW)
    return House()


def test_the_operator_goes_straight_to_the_own_board(house: House, client_as: Any) -> None:
    house.admit()
    client = client_as("operator_1")
    answer = client.get("/beds")
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "康宁养老院" in page
    assert "王秀英" in page
    assert page.count('class="bed bed--free"') == 5


def test_names_are_hidden_for_officials_until_they_ask_and_that_is_recorded(house: House, client_as: Any) -> None:
    house.admit()
    official = client_as("official_a")
    page = official.get(house.board).text
    assert "王秀英" not in page
    assert "王**" in page
    assert "王秀英" in official.get(house.board + "?names=1").text
    reads = session().query(AuditRow).filter_by(action="beds.board.names", outcome="read").count()
    assert reads == 1


def test_the_operator_can_hide_names(house: House, client_as: Any) -> None:
    house.admit()
    page = client_as("operator_1").get(house.board + "?names=0").text
    assert "王秀英" not in page


@pytest.mark.parametrize("path", ["", "/beds.csv"])
@pytest.mark.parametrize("stranger", ["operator_2", "official_b"])
def test_another_home_or_division_gets_404(house: House, client_as: Any, stranger: str, path: str) -> None:
    assert client_as(stranger).get(house.board + path).status_code == 404


def test_strangers_cannot_touch_a_bed(house: House, client_as: Any) -> None:
    stay = house.admit()
    stranger = client_as("operator_2")
    assert stranger.get(house.bed()).status_code == 404
    assert stranger.post(f"{house.bed(1)}/admit", data={"elder_id": str(house.li.id)}).status_code == 404
    assert stranger.post(f"{house.bed()}/{stay.fact_id}/discharge", data={"end_reason": "home"}).status_code == 404
    assert house.state() is BedState.OCCUPIED


@pytest.mark.parametrize("who", ["inspector", "family", "evaluator"])
def test_roles_without_the_permission(house: House, client_as: Any, who: str) -> None:
    assert client_as(who).get(house.board).status_code == 403


def test_officials_look_but_do_not_change(house: House, client_as: Any) -> None:
    client = client_as("official_a")
    assert "/admit" not in client.get(house.bed()).text
    assert client.post(f"{house.bed()}/admit", data={"elder_id": str(house.li.id)}).status_code == 403


def test_the_public_is_sent_to_sign_in(house: House, client: Any) -> None:
    assert client.get(house.board).status_code == 303


def test_admit_and_discharge_by_form(house: House, client_as: Any) -> None:
    client = client_as("operator_1")
    assert client.post(f"{house.bed()}/admit", data={"elder_id": str(house.wang.id)}).status_code == 303
    assert house.state() is BedState.OCCUPIED
    fact = queries.get_bed(house.beds[0].id, clock.now()).fact_id
    clock_later = {"end_reason": "home", "version": "1"}
    with clock.freeze(NOW + DAY):
        assert client.post(f"{house.bed()}/{fact}/discharge", data=clock_later).status_code == 303
        assert house.state() is BedState.VACANT


def test_a_refused_form_keeps_what_was_typed_and_names_the_field(house: House, client_as: Any) -> None:
    answer = client_as("operator_1").post(
        f"{house.bed()}/admit?lang=en", data={"id_number": "370202194005012024", "name": "孙桂兰"}
    )
    assert answer.status_code == 422
    assert "check digit" in answer.text
    assert "孙桂兰" in answer.text
    assert house.state() is BedState.VACANT


def test_the_loser_sees_who_was_first_and_links_to_free_beds(house: House, client_as: Any) -> None:
    client = client_as("operator_1")
    house.admit()
    answer = client.post(f"{house.bed()}/admit?lang=en", data={"elder_id": str(house.li.id)})
    assert answer.status_code == 409
    assert "was taken at 2026-03-10 12:00" in answer.text
    assert f"/beds/bed/{house.beds[1].id}" in answer.text


@pytest.mark.parametrize("do", ["admit", "hold", "outage"])
def test_forms_of_a_vacant_bed(house: House, client_as: Any, do: str) -> None:
    page = client_as("operator_1").get(f"{house.bed()}?do={do}").text
    assert '<form method="post"' in page
    assert page.count('id="f-reason"') == 1


@pytest.mark.parametrize("do", ["discharge", "leave", "move", "swap", "correct", "withdraw"])
def test_forms_of_a_taken_bed(house: House, client_as: Any, do: str) -> None:
    house.admit()
    service.admit(SYSTEM, bed_id=house.beds[1].id, elder_id=house.li.id)
    page = client_as("operator_1").get(f"{house.bed()}?do={do}").text
    assert page.count('id="f-reason"') == 1


def test_hold_leave_move_and_outage_by_form(house: House, client_as: Any) -> None:
    client = client_as("operator_1")
    client.post(f"{house.bed(0)}/hold", data={"until": "2026-03-12T09:00", "reason": "visit"})
    assert house.state(0) is BedState.HELD
    client.post(f"{house.bed(1)}/out-of-service", data={"reason": "repair"})
    assert house.state(1) is BedState.OUT_OF_SERVICE
    house.admit(2)
    fact = queries.get_bed(house.beds[2].id, NOW).fact_id
    client.post(f"{house.bed(2)}/{fact}/leave", data={"kind": "hospital"})
    assert house.state(2) is BedState.ON_LEAVE
    with clock.freeze(NOW + DAY):
        assert client.post(f"{house.bed(2)}/{fact}/return", data={}).status_code == 303
        answer = client.post(f"{house.bed(2)}/{fact}/move", data={"bed_id": str(house.beds[4].id), "version": "1"})
        assert answer.status_code == 303
        assert house.state(4) is BedState.OCCUPIED


def test_filters_and_the_past(house: House, client_as: Any) -> None:
    house.admit()
    client = client_as("operator_1")
    assert client.get(house.board + "?state=occupied").text.count('id="bed-') == 1
    assert client.get(house.board + "?type=dementia&lang=en").text.count('id="bed-') == 0
    past = client.get(house.board + "?at=2026-03-01").text
    assert past.count('class="bed bed--free"') == 6
    assert "hx-trigger" not in past
    assert client.get(house.board + "?at=nonsense").status_code == 422


def test_htmx_gets_only_the_part(house: House, client_as: Any) -> None:
    client = client_as("operator_1")
    part = client.get(house.board, headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert 'id="bed-' in part
    panel = client.get(house.bed(), headers={"HX-Request": "true"}).text
    assert "<html" not in panel


def test_nothing_changed(house: House, client_as: Any) -> None:
    assert client_as("operator_1").post(f"{house.board}/confirm").status_code == 303
    assert queries.last_sign(house.home.id, NOW) == (NOW, "confirmation")


def test_export_escapes_formulas(house: House, client_as: Any) -> None:
    service.out_of_service(SYSTEM, bed_id=house.beds[0].id, reason="=cmd()")
    text = client_as("operator_1").get(f"{house.board}/beds.csv?lang=en").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 7
    assert rows[1][-1] == "'=cmd()"


def test_index_of_a_division(house: House, client_as: Any) -> None:
    other = factory.institution(factory.uuid4(), name="长寿苑")
    factory.beds(other, 1)
    page = client_as("official_a").get("/beds").text
    assert "康宁养老院" in page
    assert "长寿苑" in page


# --- API ----------------------------------------------------------------------------------------------------------


def test_api_admit_twice_with_one_key_admits_once(house: House, client_as: Any) -> None:
    client = client_as("operator_1")
    body = {"bed_id": str(house.beds[0].id), "elder_id": str(house.wang.id)}
    first = client.post("/api/v1/stays", json=body, headers={"Idempotency-Key": "k-1"})
    again = client.post("/api/v1/stays", json=body, headers={"Idempotency-Key": "k-1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json["id"] == again.json["id"]


def test_api_409_names_the_reason_and_alternatives(house: House, client_as: Any) -> None:
    house.admit()
    body = {"bed_id": str(house.beds[0].id), "elder_id": str(house.li.id)}
    answer = client_as("operator_1").post("/api/v1/stays", json=body)
    assert (answer.status_code, answer.json["code"]) == (409, "bed_taken")
    assert answer.content_type == "application/problem+json"
    assert len(answer.json["alternatives"]) == 3


def test_api_discharge_checks_the_version(house: House, client_as: Any) -> None:
    stay = house.admit()
    client = client_as("operator_1")
    with clock.freeze(NOW + DAY):
        url = f"/api/v1/stays/{stay.fact_id}/discharge"
        assert client.post(url, json={"end_reason": "home", "version": 9}).status_code == 409
        answer = client.post(url, json={"end_reason": "home", "version": 1})
        assert (answer.status_code, answer.json["version"], answer.json["end_reason"]) == (200, 2, "home")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "bed_id"),
        ({"bed_id": "x"}, "bed_id"),
        ({"bed_id": "00000000-0000-0000-0000-000000000000", "more": 1}, "more"),
        ({"bed_id": "00000000-0000-0000-0000-000000000000", "at": "yesterday"}, "at"),
    ],
)
def test_api_bad_input_names_the_field(house: House, client_as: Any, body: Any, field: str) -> None:
    answer = client_as("operator_1").post("/api/v1/stays", json=body)
    assert answer.status_code == 422
    assert field in answer.json["errors"]


def test_api_strangers(house: House, client_as: Any, client: Any) -> None:
    stay = house.admit()
    stranger = client_as("operator_2")
    body = {"bed_id": str(house.beds[1].id), "elder_id": str(house.li.id)}
    assert stranger.post("/api/v1/stays", json=body).status_code == 404
    assert stranger.post(f"/api/v1/stays/{stay.fact_id}/discharge", json={"end_reason": "home"}).status_code == 404
    assert stranger.get(f"/api/v1/institutions/{house.home.id}/beds").status_code == 404
    assert stranger.get(f"/api/v1/occupancy?institution_id={house.home.id}").status_code == 404
    assert stranger.get("/api/v1/occupancy").json["items"] == []
    assert client.post("/api/v1/stays", json=body).status_code == 401


def test_api_board_and_occupancy(house: House, client_as: Any) -> None:
    house.admit()
    answer = client_as("official_a").get(f"/api/v1/institutions/{house.home.id}/beds").json
    assert len(answer["items"]) == 6
    assert [bed["elder_name"] for bed in answer["items"] if bed["state"] == "occupied"] == ["王**"]
    assert answer["counts"][0]["free"] == 5
    counts = client_as("operator_1").get("/api/v1/occupancy").json["items"]
    assert counts == [
        {"bed_type": "nursing", "total": 6, "occupied": 1, "vacant": 5, "held": 0, "out_of_service": 0, "free": 5}
    ]


def test_api_holds_and_outages(house: House, client_as: Any) -> None:
    client = client_as("operator_1")
    hold = client.post("/api/v1/holds", json={"bed_id": str(house.beds[0].id), "until": "2026-03-12T09:00:00+08:00"})
    assert hold.status_code == 201
    with clock.freeze(NOW + timedelta(hours=1)):
        assert client.post(f"/api/v1/holds/{hold.json['id']}/release", json={}).json["end_reason"] == "released"
        outage = client.post("/api/v1/outages", json={"bed_id": str(house.beds[0].id), "reason": "repair"})
    with clock.freeze(NOW + timedelta(hours=2)):
        assert client.post(f"/api/v1/outages/{outage.json['id']}/end", json={}).status_code == 200
    count = {"bed_type": "nursing", "total": 10, "occupied": 4, "as_of": "2026-03-01"}
    url = f"/api/v1/institutions/{house.home.id}/bed-counts"
    assert client.post(url, json={"bed_counts": [count]}).status_code == 409  # it keeps single beds
    assert client.post(url, json={"bed_counts": [count | {"total": 1.5}]}).status_code == 422
