"""The pages of elders, each with its stranger."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from eldercare.audit.models import AuditRow
from eldercare.core.db import session
from eldercare.people import views
from eldercare.people.models import Circumstance, Elder
from tests.factories.beds import institution as make_institution
from tests.factories.beds import region as make_region
from tests.factories.people import make_elder, make_fact, make_grant, resident_id
from tests.support.cast import ELDER_OF_FAMILY, INSTITUTION_1, TOWN_A, TOWN_B

BORN = date(1946, 3, 5)


def form(**over: str) -> dict[str, str]:
    make_region(TOWN_A)
    make_region(TOWN_B)
    return {
        "name": "单小红", "sex": "f", "birth_date": "1946-03-05", "id_number": resident_id(BORN, serial=77),
        "phone": "１３８ 1234 5678", "residence": "370202001", "living_situation": "alone",
    } | over  # fmt: skip


def audited(action: str) -> list[AuditRow]:
    return list(session().scalars(select(AuditRow).where(AuditRow.action == action)))


def test_search_by_name_pinyin_initials_id_and_phone(db_session: Any, client_as: Any) -> None:
    number = resident_id(BORN)
    make_elder(name="单小红", id_number=number, phone="13812345678")
    make_elder(name="李大明", birth_date=date(1940, 1, 1))
    client = client_as("official_a")
    for text in ("单", "单小", "shanxiao", "SXH", number, number.lower(), "138 1234 5678"):
        page = client.get("/people", query_string={"q": text}, follow_redirects=True).text
        assert "单小红" in page, text
        assert "李大明" not in page, text
    page = client.get("/people").text
    assert number not in page
    assert number[:4] in page
    assert number[-4:] in page


def test_list_pages_and_empty_states(db_session: Any, client_as: Any) -> None:
    client = client_as("official_a")
    assert "empty" in client.get("/people").text
    for n in range(23):
        make_elder(name=f"王{chr(0x4E00 + n)}")
    first, second = client.get("/people").text, client.get("/people?page=2").text
    assert first.count('scope="row"') == 20
    assert second.count('scope="row"') == 3
    assert 'scope="row"' not in client.get("/people?q=zzz").text
    assert 'scope="row"' not in client.get("/people?division=999999").text


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("official_a", 200), ("official_city", 200), ("community_worker", 200), ("assessor", 200),
        ("official_b", 404), ("operator_2", 404), ("family", 404), ("inspector", 403), ("evaluator", 403),
        ("administrator", 403),
    ],
)  # fmt: skip
def test_who_opens_a_file(db_session: Any, client_as: Any, name: str, status: int) -> None:
    make_region(TOWN_A)
    elder = make_elder()
    assert client_as(name).get(f"/people/{elder.id}").status_code == status


def test_the_public_is_asked_to_sign_in(client: Any) -> None:
    elder = make_elder()
    assert client.get(f"/people/{elder.id}").status_code == 303
    assert client.get("/api/v1/people").status_code == 401


def test_the_family_sees_its_own_elder_only(db_session: Any, client_as: Any) -> None:
    make_region(TOWN_A)
    mother, other = make_elder(id=ELDER_OF_FAMILY, name="母亲"), make_elder(name="别人")
    client = client_as("family")
    assert client.get(f"/people/{mother.id}").status_code == 200
    assert client.get(f"/people/{other.id}").status_code == 404
    page = client.get("/people").text
    assert "母亲" in page
    assert "别人" not in page
    assert client.post(f"/people/{mother.id}/death", data={"died_on": "2026-01-01"}).status_code == 403


def test_an_unknown_and_a_foreign_elder_look_alike(db_session: Any, client_as: Any) -> None:
    foreign = make_elder(region_path=TOWN_B)
    client = client_as("official_a")
    here = client.get(f"/people/{foreign.id}")
    nowhere = client.get("/people/00000000-0000-4000-8000-000000000000")
    assert here.status_code == nowhere.status_code == 404
    assert foreign.name not in here.text


def test_register(db_session: Any, client_as: Any) -> None:
    data = form()
    answer = client_as("official_a").post("/people/new", data=data)
    assert answer.status_code == 303, answer.text
    elder = session().scalars(select(Elder)).one()
    assert (elder.name_pinyin, elder.name_initials, elder.region_path) == ("shanxiaohong", "sxh", TOWN_A)
    assert data["id_number"].encode() not in bytes(elder.id_number or b"")
    kinds = {fact.kind: fact.value for fact in session().scalars(select(Circumstance))}
    assert kinds == {"residence": "370202001", "hukou": "370202001", "living_situation": "alone"}
    row = audited("people.elder.register")[0]
    assert data["id_number"] not in str(row.after)
    assert data["name"] not in str(row.after)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"name": ""}, "f-name"),
        ({"name": "王" * 61}, "f-name"),
        ({"birth_date": "1946-03-06"}, "f-birth_date"),
        ({"birth_date": "5 March"}, "f-birth_date"),
        ({"sex": "m"}, "f-sex"),
        ({"id_number": "370202194603050000"}, "f-id_number"),
        ({"phone": "12"}, "f-phone"),
        ({"residence": "000000"}, "f-residence"),
        ({"residence": "370203001"}, "f-residence"),
        ({"living_situation": "castle"}, "f-living_situation"),
        ({"colour": "red"}, "f-colour"),
    ],
)
def test_register_refuses_and_keeps_what_was_typed(
    db_session: Any, client_as: Any, over: dict[str, str], field: str
) -> None:
    answer = client_as("official_a").post("/people/new", data=form(**over))
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert over.get("name", "单小红") in answer.text
    assert session().scalars(select(Elder)).all() == []


def test_a_taken_number_is_refused_without_a_word_about_the_holder(db_session: Any, client_as: Any) -> None:
    data = form()
    holder = make_elder(name="赵秘密", region_path=TOWN_B, id_number=data["id_number"])
    answer = client_as("official_a").post("/people/new", data=data)
    assert answer.status_code == 409
    assert "赵秘密" not in answer.text
    assert str(holder.id) not in answer.text


def test_an_institution_that_knows_the_person_gets_the_file(db_session: Any, client_as: Any) -> None:
    make_institution(id=INSTITUTION_1)
    data = form()
    known = make_elder(name="单小红", birth_date=BORN, region_path=TOWN_B, id_number=data["id_number"])
    client = client_as("operator_1")
    assert client.get(f"/people/{known.id}").status_code == 404
    assert client.post("/people/new", data=data | {"name": "单小兰"}).status_code == 409
    answer = client.post("/people/new", data=data)
    assert answer.headers["Location"].endswith(str(known.id))
    assert client.get(f"/people/{known.id}").status_code == 200
    assert len(audited("people.elder.claim")) == 1


def test_an_operator_registers_a_new_resident_and_sees_them(db_session: Any, client_as: Any) -> None:
    make_institution(id=INSTITUTION_1)
    client = client_as("operator_1")
    where = client.post("/people/new", data=form(residence="370203001")).headers["Location"]
    assert client.get(where).status_code == 200
    assert client_as("operator_2").get(where).status_code == 404


def test_reveal_needs_a_purpose_and_is_on_record(db_session: Any, client_as: Any) -> None:
    make_region(TOWN_A)
    number = resident_id(BORN)
    elder = make_elder(id_number=number, phone="13812345678")
    client = client_as("official_a")
    url = f"/people/{elder.id}/reveal"
    for purpose in ("", "x"):
        refused = client.post(url, data={"purpose": purpose})
        assert refused.status_code == 422
        assert number not in refused.text
    shown = client.post(url, data={"purpose": "核对补贴发放"})
    assert number in shown.text
    assert "13812345678" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    rows = audited("people.elder.reveal")
    assert len(rows) == 1
    assert rows[0].outcome == "read"
    assert number not in str(rows[0].after)
    assert number not in client.get(f"/people/{elder.id}").text


@pytest.mark.parametrize(("name", "status"), [("official_b", 404), ("community_worker", 403), ("family", 403)])
def test_strangers_reveal_nothing(db_session: Any, client_as: Any, name: str, status: int) -> None:
    elder = make_elder(id_number=resident_id(BORN))
    answer = client_as(name).post(f"/people/{elder.id}/reveal", data={"purpose": "好奇而已"})
    assert answer.status_code == status


def test_a_fact_is_recorded_and_withdrawn(db_session: Any, client_as: Any) -> None:
    make_region(TOWN_A)
    elder = make_elder()
    client = client_as("official_a")
    assert "economic_category" in client.get(f"/people/{elder.id}/facts/new").text
    assert client.get(f"/people/{elder.id}/facts/new?kind=economic_category").status_code == 200
    data = {"kind": "economic_category", "value": "destitute", "valid_from": "2026-01-01", "valid_to": ""}
    assert client.post(f"/people/{elder.id}/facts/new", data=data).status_code == 303
    fact = session().scalars(select(Circumstance)).one()
    assert client.get(f"/people/{elder.id}/facts/{fact.id}/withdraw").status_code == 200
    assert client.post(f"/people/{elder.id}/facts/{fact.id}/withdraw").status_code == 303
    assert session().scalars(select(Circumstance)).one().superseded_at is not None
    assert client.post(f"/people/{elder.id}/facts/{fact.id}/withdraw").status_code == 404


def test_a_move_out_of_the_district_ends_on_the_list(db_session: Any, client_as: Any) -> None:
    make_region(TOWN_A)
    make_region(TOWN_B)
    elder = make_elder()
    make_fact(elder, "residence", "370202001")
    client = client_as("official_a")
    for kind in ("hukou", "residence"):
        data = {"kind": kind, "value": "370203001", "valid_from": "2026-01-01"}
        answer = client.post(f"/people/{elder.id}/facts/new", data=data)
        assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/people")
    assert client.get(f"/people/{elder.id}").status_code == 404


def test_the_economic_category_is_not_the_institutions_to_record(db_session: Any, client_as: Any) -> None:
    make_institution(id=INSTITUTION_1)
    make_region(TOWN_A)
    elder = make_elder()
    make_grant(elder, institution_id=INSTITUTION_1)
    client = client_as("operator_1")
    data = {"kind": "economic_category", "value": "destitute", "valid_from": "2026-01-01"}
    assert client.post(f"/people/{elder.id}/facts/new", data=data).status_code == 403
    data = {"kind": "living_situation", "value": "institution", "valid_from": "2026-01-01"}
    assert client.post(f"/people/{elder.id}/facts/new", data=data).status_code == 303


def test_the_export_is_masked_and_on_record(db_session: Any, client_as: Any) -> None:
    make_region(TOWN_A)
    number = resident_id(BORN)
    make_elder(name="单小红", id_number=number)
    answer = client_as("official_a").get("/people/export.csv")
    assert answer.mimetype == "text/csv"
    assert "单**" in answer.text
    assert "单小红" not in answer.text
    assert number not in answer.text
    assert len(audited("people.export")) == 1


def test_api_masks_and_answers_in_json(db_session: Any, client_as: Any) -> None:
    number = resident_id(BORN)
    elder = make_elder(id_number=number)
    make_fact(elder, "living_situation", "alone")
    client = client_as("official_a")
    listed = client.get("/api/v1/people", query_string={"q": number}).json
    assert [item["id"] for item in listed["items"]] == [str(elder.id)]
    one = client.get(f"/api/v1/people/{elder.id}").json
    assert one["facts"][0]["value"] == "alone"
    assert number not in str(one)
    foreign = client_as("official_b").get(f"/api/v1/people/{elder.id}")
    assert (foreign.status_code, foreign.content_type) == (404, "application/problem+json")


def test_a_cut_off_list_is_never_handed_out_as_whole(db_session: Any, client_as: Any, monkeypatch: Any) -> None:
    make_region(TOWN_A)
    monkeypatch.setattr(views, "EXPORT_LIMIT", 2)
    make_elder()
    make_elder()
    client = client_as("official_a")
    assert client.get("/people/export.csv").status_code == 200
    make_elder()
    assert client.get("/people/export.csv").status_code == 413


def test_a_residence_is_given_by_name_and_one_of_several_is_asked_for(db_session: Any, client_as: Any) -> None:
    data = form()
    for path, name in ((TOWN_A, "珠海路街道"), (TOWN_B, "珠海路街道")):
        region = make_region(path)
        region.name, region.search_key = name, f"{name}|zhuhailujiedao|zhljd"
    session().flush()
    client = client_as("official_a")
    assert 'list="l-residence"' in client.get("/people/new").text
    refused = client.post("/people/new", data=data | {"residence": "无此街道"})
    assert refused.status_code == 422
    assert 'href="#f-residence"' in refused.text
    where = client.post("/people/new", data=data | {"residence": "珠海路街道"}).headers["Location"]
    elder = session().get(Elder, where.rsplit("/", 1)[1])
    assert elder is not None
    assert elder.region_path == TOWN_A  # the one in the own district comes first
    assert "单小红" in client.get("/people?division=珠海路街道").text


def test_withdrawing_a_death_says_what_stays_ended(db_session: Any, client_as: Any) -> None:
    elder = make_elder()
    client = client_as("official_a")
    client.post(f"/people/{elder.id}/death", data={"died_on": "2026-01-05"})
    fact = session().scalars(select(Circumstance).where(Circumstance.kind == "death")).one()
    page = f"/people/{elder.id}/facts/{fact.id}/withdraw"
    assert "补办入住" in client.get(page).text
    assert "不会自动恢复" in client.post(page, follow_redirects=True).text
    assert elder.death_date is None
