"""Rooms and beds made, renamed, closed; counts reported by form; and the strangers who may not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from eldercare.audit.models import AuditRow
from eldercare.beds import queries, service
from eldercare.beds.models import Bed, Room
from eldercare.beds.queries import house
from eldercare.beds.rules import BedType, EndReason, SexRule
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import session, set_actor
from eldercare.core.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from tests.factories import beds as factory

NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SYSTEM = Actor.system("tests")
NURSING = service.BedKind(BedType.NURSING, SexRule.FEMALE, 360_000, True)


@pytest.fixture
def home(db_session: Any, frozen_clock: Any) -> Any:
    frozen_clock(NOW)
    return factory.institution()


def new_rooms(home: Any, actor: Actor = SYSTEM, **more: Any) -> int:
    given = {"rooms": ["301", "302"], "beds_each": 3, "kind": NURSING, "building": "A座", "floor": "3"} | more
    return service.add_rooms(actor, institution_id=home.id, **given)


def the_bed(label: str = "1", room: str = "301") -> Bed:
    return (
        session()
        .scalars(select(Bed).join(Room, Room.id == Bed.room_id).where(Room.name == room, Bed.label == label))
        .one()
    )


def test_many_rooms_at_once_stand_on_the_board(home: Any, actor_as: Any) -> None:
    assert new_rooms(home, actor_as("operator_1")) == 6
    board = queries.board(home.id, clock.now())
    assert [(bed.building, bed.floor, bed.room, bed.label) for bed in board][:4] == [
        ("A座", "3", "301", "1"), ("A座", "3", "301", "2"), ("A座", "3", "301", "3"), ("A座", "3", "302", "1"),
    ]  # fmt: skip
    assert {(bed.bed_type, bed.sex_rule, bed.price_fen, bed.subsidised) for bed in board} == {
        ("nursing", "f", 360_000, True)
    }
    assert session().query(AuditRow).filter_by(action="beds.rooms.add", subject_id=str(home.id)).count() == 1


def test_a_room_that_is_there_stops_all_of_them(home: Any) -> None:
    new_rooms(home)
    with pytest.raises(Invalid) as refused:
        new_rooms(home, rooms=["302", "303"])
    assert refused.value.problems[0].params["name"] == "302"
    assert session().query(Room).count() == 2
    new_rooms(home, building="B座")  # another building has its own 301


def test_further_beds_are_numbered_on_even_after_a_closing(home: Any, frozen_clock: Any) -> None:
    new_rooms(home)
    bed = the_bed("3")
    frozen_clock(NOW + HOUR)
    service.close_bed(SYSTEM, bed_id=bed.id, reason="拆除", version=bed.version)
    assert service.add_beds(SYSTEM, room_id=bed.room_id, count=2, kind=NURSING) == ["4", "5"]


def test_a_bed_opened_on_a_past_day_counts_since_then(home: Any) -> None:
    new_rooms(home, since=date(2026, 3, 1))
    assert len(queries.board(home.id, clock.start_of(date(2026, 3, 2)))) == 6
    assert queries.board(home.id, clock.start_of(date(2026, 2, 28))) == []


def test_names_of_rooms_and_beds_stay_unique(home: Any) -> None:
    new_rooms(home)
    room = the_bed().room_id
    service.edit_room(SYSTEM, room_id=room, building="A座", floor="3", name="301甲")
    with pytest.raises(Invalid):
        service.edit_room(SYSTEM, room_id=room, building="A座", floor="3", name="302")
    bed = the_bed("1", "301甲")
    with pytest.raises(Invalid):
        service.edit_bed(SYSTEM, bed_id=bed.id, version=bed.version, label="2", kind=NURSING)


def test_an_edited_bed_keeps_who_lies_in_it_and_needs_the_version_seen(home: Any) -> None:
    new_rooms(home)
    bed = the_bed()
    seen = bed.version
    service.admit(SYSTEM, bed_id=bed.id, elder_id=factory.elder().id)
    service.edit_bed(SYSTEM, bed_id=bed.id, version=seen, label="窗", kind=service.BedKind(BedType.DEMENTIA))
    assert queries.get_bed(bed.id, clock.now()).label == "窗"
    with pytest.raises(StaleVersion):
        service.edit_bed(SYSTEM, bed_id=bed.id, version=seen, label="门", kind=NURSING)


def test_only_an_empty_bed_is_closed_and_it_takes_nobody_any_more(home: Any, frozen_clock: Any) -> None:
    new_rooms(home)
    bed, wang = the_bed(), factory.elder()
    stay = service.admit(SYSTEM, bed_id=bed.id, elder_id=wang.id)
    frozen_clock(NOW + HOUR)
    with pytest.raises(Conflict):
        service.close_bed(SYSTEM, bed_id=bed.id, reason="拆除", version=bed.version)
    service.discharge(SYSTEM, stay_id=stay.fact_id, end_reason=EndReason.HOME)
    frozen_clock(NOW + 2 * HOUR)
    service.close_bed(SYSTEM, bed_id=bed.id, reason="拆除", version=bed.version)
    assert len(queries.board(home.id, clock.now())) == 5
    for refused in (
        lambda: service.admit(SYSTEM, bed_id=bed.id, elder_id=wang.id),
        lambda: service.hold(SYSTEM, bed_id=bed.id, until=clock.now() + HOUR),
        lambda: service.out_of_service(SYSTEM, bed_id=bed.id, reason="维修"),
        lambda: service.close_bed(SYSTEM, bed_id=bed.id, reason="拆除", version=bed.version),
    ):
        with pytest.raises(Conflict):
            refused()
    service.reopen_bed(SYSTEM, bed_id=bed.id, version=bed.version)
    assert len(queries.board(home.id, clock.now())) == 6


def test_a_bed_that_was_to_open_later_is_taken_away(home: Any) -> None:
    new_rooms(home, since=date(2026, 4, 1))
    bed = the_bed()
    service.close_bed(SYSTEM, bed_id=bed.id, reason="不再扩建", version=bed.version)
    assert len(house.beds_in(bed.room_id)) == 2


def test_strangers_build_nothing(home: Any, actor_as: Any) -> None:
    new_rooms(home)
    bed = the_bed()
    with pytest.raises(Forbidden):
        new_rooms(home, actor_as("official_a"), rooms=["401"])
    stranger = actor_as("operator_2")
    set_actor(stranger)
    for refused in (
        lambda: new_rooms(home, stranger, rooms=["401"]),
        lambda: service.add_beds(stranger, room_id=bed.room_id, count=1, kind=NURSING),
        lambda: service.edit_room(stranger, room_id=bed.room_id, building="", floor="", name="x"),
        lambda: service.close_bed(stranger, bed_id=bed.id, reason="x", version=1),
    ):
        with pytest.raises(NotFound):
            refused()


# --- pages --------------------------------------------------------------------------------------------------------

FORM = {
    "rooms": "301-303，310",
    "beds": "３",
    "building": "A座",
    "floor": "3",
    "bed_type": "nursing",
    "price": "3,600.5",
}


def test_the_operator_makes_a_floor_in_one_form(home: Any, client_as: Any) -> None:
    client = client_as("operator_1")
    assert "还没有房间" in client.get(f"/beds/{home.id}/rooms").text
    answer = client.post(f"/beds/{home.id}/rooms", data=FORM, follow_redirects=True)
    assert "已新增 12 张床位" in answer.text
    assert "310" in answer.text
    assert {bed.price_fen for bed in queries.board(home.id, clock.now())} == {360_050}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("rooms", "", "必填"),
        ("rooms", "312-301", "起止号颠倒"),
        ("rooms", "301,301", "重复"),
        ("beds", "0", "1 至 30"),
        ("beds", "2.5", "整数"),
        ("bed_type", "suite", "可选"),
        ("price", "dear", "以元为单位"),
        ("since", "31.12.2025", "日期"),
    ],
)
def test_a_wrong_form_names_the_field_and_makes_nothing(
    home: Any, client_as: Any, field: str, value: str, said: str
) -> None:
    answer = client_as("operator_1").post(f"/beds/{home.id}/rooms", data=FORM | {field: value})
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert said in answer.text
    assert session().query(Room).count() == 0


def test_a_bed_is_edited_closed_and_opened_again_by_pages(home: Any, client_as: Any) -> None:
    new_rooms(home, since=date(2026, 3, 1))
    client, bed = client_as("operator_1"), the_bed()
    form = {"label": "1", "bed_type": "ordinary", "sex_rule": "any", "price": "2800", "version": bed.version}
    assert client.post(f"/beds/bed/{bed.id}/edit", data=form).status_code == 303
    assert "¥2,800.00" in client.get(f"/beds/room/{bed.room_id}").text
    version = house.get_bed_record(bed.id).version
    asked = client.get(f"/beds/bed/{bed.id}/close").text
    assert "历史记录保留" in asked
    without = client.post(f"/beds/bed/{bed.id}/close", data={"version": version})
    assert without.status_code == 422
    closed = client.post(
        f"/beds/bed/{bed.id}/close", data={"version": version, "reason": "拆除"}, follow_redirects=True
    )
    assert "已撤销" in closed.text
    assert len(queries.board(home.id, clock.now())) == 5
    version = house.get_bed_record(bed.id).version
    assert client.post(f"/beds/bed/{bed.id}/reopen", data={"version": version}).status_code == 303
    assert len(queries.board(home.id, clock.now())) == 6


def test_pages_of_the_house_are_the_operators_alone(home: Any, client_as: Any) -> None:
    new_rooms(home)
    bed = the_bed()
    paths = [
        f"/beds/{home.id}/rooms",
        f"/beds/room/{bed.room_id}",
        f"/beds/bed/{bed.id}/edit",
        f"/beds/bed/{bed.id}/close",
    ]
    for path in paths:
        assert client_as("operator_1").get(path).status_code == 200
        assert client_as("official_a").get(path).status_code == 403
        assert client_as("operator_2").get(path).status_code == 404


# --- reported counts ----------------------------------------------------------------------------------------------


def counted(institution_id: UUID) -> dict[str, tuple[int, int]]:
    return {
        kind: (one.total, one.occupied) for kind, one in queries.counts_by_type(clock.now(), [institution_id]).items()
    }


def test_counts_are_reported_by_form_and_the_same_again_confirms(home: Any, client_as: Any) -> None:
    client, form = client_as("operator_1"), {"as_of": "2026-03-10", "total[nursing]": "20", "occupied[nursing]": "12"}
    page = f"/beds/{home.id}/counts"
    assert client.post(page, data=form).status_code == 303
    assert counted(home.id) == {"nursing": (20, 12)}
    assert 'value="12"' in client.get(page).text
    assert "已确认" in client.post(page, data=form, follow_redirects=True).text
    fresh = queries.last_sign(home.id, clock.now())
    assert fresh is not None
    assert fresh[1] == "confirmation"


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"total[nursing]": "20"}, "occupied[nursing]"),
        ({"total[nursing]": "20", "occupied[nursing]": "21"}, "occupied[nursing]"),
        ({"total[nursing]": "-1", "occupied[nursing]": "0"}, "total[nursing]"),
        ({"total[nursing]": "1", "occupied[nursing]": "0", "as_of": "2026-03-12"}, "as_of"),
        ({}, "total[nursing]"),
    ],
)
def test_wrong_counts_store_nothing(home: Any, client_as: Any, form: dict[str, str], field: str) -> None:
    answer = client_as("operator_1").post(f"/beds/{home.id}/counts", data={"as_of": "2026-03-10"} | form)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert counted(home.id) == {}


def test_counts_through_the_api_are_written_once(home: Any, client_as: Any) -> None:
    client, url = client_as("operator_1"), f"/api/v1/institutions/{home.id}/bed-counts"
    body = {"bed_counts": [{"bed_type": "nursing", "total": 10, "occupied": 4, "as_of": "2026-03-01"}]}
    assert client.post(url, json=body).json == {"written": 1}
    assert client.post(url, json=body).json == {"written": 0}
    assert counted(home.id) == {"nursing": (10, 4)}


def test_who_keeps_single_beds_reports_no_counts(home: Any, client_as: Any) -> None:
    new_rooms(home)
    client = client_as("operator_1")
    assert "无需另行报送" in client.get(f"/beds/{home.id}/counts").text
    form = {"as_of": "2026-03-10", "total[nursing]": "20", "occupied[nursing]": "12"}
    assert client.post(f"/beds/{home.id}/counts", data=form).status_code == 409
    assert counted(home.id) == {"nursing": (6, 0)}
    assert client_as("operator_2").get(f"/beds/{home.id}/counts").status_code == 404
