"""Home beds: derived state, one per elder and day, closing supersedes, a death ends them, strangers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from eldercare.core import clock
from eldercare.core.db import acting_as, session
from eldercare.core.errors import Invalid
from eldercare.homebeds import queries, service
from eldercare.homebeds.models import HomeBed
from eldercare.homebeds.rules import CloseReason, State, check_closing, check_opening, state
from eldercare.people import service as people
from eldercare.people.queries import find_elder
from tests.factories.beds import institution as make_institution
from tests.factories.beds import region as make_region
from tests.factories.homebeds import make_home_bed
from tests.factories.people import make_elder
from tests.support.cast import DISTRICT_B, ELDER_OF_FAMILY, INSTITUTION_1, INSTITUTION_2, TOWN_A, TOWN_B

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2026, 11, 22), None, State.OPEN),
        (date(2026, 11, 23), None, State.PLANNED),
        (date(2026, 1, 1), date(2026, 11, 22), State.CLOSED),
        (date(2026, 1, 1), date(2026, 11, 23), State.OPEN),
    ],
)
def test_state_follows_from_the_days(start: date, end: date | None, expected: State) -> None:
    assert state(start, end, TODAY) is expected


@pytest.mark.parametrize(
    ("start", "end", "died", "field"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), None, "valid_to"),
        (date(1900, 1, 1), None, None, "valid_from"),
        (date(2026, 1, 1), None, date(2025, 1, 1), "valid_from"),
        (date(2024, 1, 1), None, date(2025, 1, 1), "valid_from"),
    ],
)
def test_openings_that_make_no_sense(start: date, end: date | None, died: date | None, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_opening(start, end, birth_date=date(1940, 1, 1), death_date=died)
    assert field in [problem.field for problem in caught.value.problems]


@pytest.mark.parametrize("closes_on", [date(2025, 12, 31), date(2026, 6, 2)])
def test_closings_that_make_no_sense(closes_on: date) -> None:
    with pytest.raises(Invalid):
        check_closing(date(2026, 1, 1), date(2026, 6, 1), closes_on)


def form(elder: Any, **over: str) -> dict[str, str]:
    return {
        "elder_id": str(elder.id), "institution_id": str(INSTITUTION_1), "valid_from": clock.today().isoformat(),
        "valid_to": "", "level": "3", "note": "",
    } | over  # fmt: skip


def beds() -> list[HomeBed]:
    return list(session().scalars(select(HomeBed).order_by(HomeBed.recorded_at)))


def test_open_close_and_look_back(db_session: Any, client_as: Any) -> None:
    make_region(TOWN_A)
    make_institution(id=INSTITUTION_1)
    elder = make_elder(name="单小红")
    client = client_as("official_a")
    assert client.get(f"/homebeds/new?elder_id={elder.id}").status_code == 200
    start = clock.today() - timedelta(days=40)
    answer = client.post("/homebeds/new", data=form(elder, valid_from=start.isoformat()))
    assert answer.status_code == 303, answer.text
    contract = beds()[0].contract_id
    assert "单小红" in client.get("/homebeds?state=open").text
    assert client_as("operator_1").get(f"/people/{elder.id}").status_code == 200
    data = {"closes_on": clock.today().isoformat(), "reason": "moved"}
    assert client.post(f"/homebeds/{contract}/close", data=data).status_code == 303
    old, new = sorted(beds(), key=lambda bed: bed.superseded_at is None)
    assert old.superseded_at is not None
    assert new.valid == Range(start, clock.today())
    page = client.get(f"/homebeds/{contract}").text
    assert "<table" in page
    assert "单小红" not in client.get("/homebeds?state=open").text
    assert "单小红" in client.get("/homebeds?state=closed").text
    assert client.post(f"/homebeds/{contract}/close", data=data | {"closes_on": "2100-01-01"}).status_code == 422


def test_one_bed_an_elder_and_day(db_session: Any, client_as: Any) -> None:
    make_region(TOWN_A)
    make_institution(id=INSTITUTION_1)
    elder = make_elder()
    client = client_as("official_a")
    assert client.post("/homebeds/new", data=form(elder)).status_code == 303
    assert client.post("/homebeds/new", data=form(elder)).status_code == 409
    with pytest.raises(IntegrityError):
        make_home_bed(elder, INSTITUTION_1, clock.today())


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"institution_id": str(INSTITUTION_2)}, "institution_id"),
        ({"institution_id": "x"}, "institution_id"),
        ({"level": "10"}, "level"),
        ({"level": "3.5"}, "level"),
        ({"valid_from": ""}, "valid_from"),
        ({"valid_to": "1990-01-01"}, "valid_to"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_refusals_name_the_field(db_session: Any, client_as: Any, over: dict[str, str], field: str) -> None:
    make_region(TOWN_A)
    make_institution(id=INSTITUTION_1)
    make_institution(id=INSTITUTION_2, path=DISTRICT_B, name="外区养老院")
    answer = client_as("official_a").post("/homebeds/new", data=form(make_elder(), **over))
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert beds() == []


@pytest.mark.parametrize(
    ("name", "read", "close"),
    [
        ("official_a", 200, 303), ("operator_1", 200, 303), ("community_worker", 200, 403), ("official_b", 404, 404),
        ("operator_2", 404, 404), ("family", 403, 403), ("assessor", 403, 403), ("administrator", 403, 403),
    ],
)  # fmt: skip
def test_strangers(db_session: Any, client_as: Any, name: str, read: int, close: int) -> None:
    make_region(TOWN_A)
    make_institution(id=INSTITUTION_1)
    bed = make_home_bed(make_elder(), INSTITUTION_1, date(2026, 1, 1))
    client = client_as(name)
    assert client.get(f"/homebeds/{bed.contract_id}").status_code == read
    data = {"closes_on": "2026-02-01", "reason": "ended"}
    assert client.post(f"/homebeds/{bed.contract_id}/close", data=data).status_code == close


def test_a_death_ends_the_bed_with_the_day_after(db_session: Any, actor_as: Any) -> None:
    make_institution(id=INSTITUTION_1)
    elder = make_elder()
    bed = make_home_bed(elder, INSTITUTION_1, date(2026, 1, 1))
    actor = actor_as("official_a")
    with acting_as(actor):
        people.record_death(actor, elder_id=elder.id, died_on=date(2026, 3, 5))
    found = queries.get_contract(bed.contract_id)
    assert found.valid == Range(date(2026, 1, 1), date(2026, 3, 6))
    assert found.close_reason == "died"


def test_closed_on_its_first_day_it_never_was(db_session: Any, actor_as: Any) -> None:
    make_institution(id=INSTITUTION_1)
    bed = make_home_bed(make_elder(), INSTITUTION_1, date(2026, 1, 1))
    actor = actor_as("official_a")
    with acting_as(actor):
        closed = service.close_bed(
            actor, contract_id=bed.contract_id, closes_on=date(2026, 1, 1), reason=CloseReason.REFUSED
        )
    assert closed is None
    assert [one.superseded_at is None for one in beds()] == [False]


def test_counts_by_division_equal_the_contracts(db_session: Any, actor_as: Any) -> None:
    make_institution(id=INSTITUTION_1)
    for path in (TOWN_A, TOWN_A, TOWN_B):
        make_home_bed(make_elder(region_path=path), INSTITUTION_1, date(2026, 1, 1), region_path=path)
    make_home_bed(make_elder(), INSTITUTION_1, date(2026, 1, 1), date(2026, 2, 1))
    with acting_as(actor_as("official_city")):
        counts = queries.open_by_division(TODAY, 4)
    assert counts == [("/cn/37/3702/370202/", 2), ("/cn/37/3702/370203/", 1)]
    with acting_as(actor_as("official_b")):
        assert queries.open_by_division(TODAY, 4) == [("/cn/37/3702/370203/", 1)]


def test_the_family_of_the_elder_is_not_shut_out_of_the_rows(db_session: Any, actor_as: Any) -> None:
    make_institution(id=INSTITUTION_1)
    mother = make_elder(id=ELDER_OF_FAMILY)
    make_home_bed(mother, INSTITUTION_1, date(2026, 1, 1))
    make_home_bed(make_elder(), INSTITUTION_1, date(2026, 1, 1))
    with acting_as(actor_as("family")):
        assert [bed.elder_id for bed in beds()] == [mother.id]
        assert find_elder(mother.id) is not None
