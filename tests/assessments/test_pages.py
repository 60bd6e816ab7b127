"""The assessor's pages: choose, fill, preview, store, correct; and who may not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from eldercare.assessments import queries
from eldercare.assessments.models import Assessment
from eldercare.core import clock
from eldercare.core.db import session
from eldercare.core.models import FactChange
from eldercare.people.models import Elder
from eldercare.policy.standards import load
from tests.factories.assessments import answers_for, make_assessment
from tests.factories.people import make_elder
from tests.support.cast import ELDER_OF_FAMILY, TOWN_B


def form(elder: Elder, total: int = 60, **over: str) -> dict[str, str]:
    values = {
        "elder_id": str(elder.id), "standard": "gbt42195-2022", "assessed_on": clock.today().isoformat(), "reason": "1",
        "first_assessor": "张评", "second_assessor": "李估", "risk_events_30d": "", "note": "", "action": "save",
    }  # fmt: skip
    values |= {f"answers[{code}]": str(answer) for code, answer in answers_for(total).items()}
    return values | over


def stored() -> list[Assessment]:
    return list(session().scalars(select(Assessment).order_by(Assessment.recorded_at)))


def test_choose_then_fill(db_session: Any, client_as: Any) -> None:
    elder = make_elder(name="单小红")
    make_elder(name="单去世", death_date=date(2025, 1, 1))
    client = client_as("assessor")
    page = client.get("/assessments/new?q=shan").text
    assert f"elder_id={elder.id}" in page
    assert "单去世" not in page
    page = client.get(f"/assessments/new?elder_id={elder.id}").text
    standard = load("gbt42195-2022")
    assert page.count('type="radio"') == sum(len(item.options) for item in standard.items) == 116
    assert page.count("<fieldset") == 26
    assert "<style" not in page
    assert "style=" not in page


def test_preview_stores_nothing_and_keeps_the_answers(db_session: Any, client_as: Any) -> None:
    elder = make_elder()
    answer = client_as("assessor").post("/assessments/new", data=form(elder, 60, action="preview", dementia="1"))
    assert answer.status_code == 200
    assert 'id="preview"' in answer.text
    assert "能力重度受损（重度失能）" in answer.text
    assert answer.text.count(" checked") == 26 + 1
    assert stored() == []


def test_store(db_session: Any, client_as: Any) -> None:
    elder = make_elder()
    client = client_as("assessor")
    answer = client.post("/assessments/new", data=form(elder, 60, risk_events_30d="２"))
    found = stored()[0]
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(str(found.id))
    assert (found.total, found.preliminary_level, found.level, found.risk_events_30d) == (60, 2, 3, 2)
    standard = load("gbt42195-2022")
    assert found.standard_hash == standard.content_hash
    assert [reason["rule"] for reason in found.reasons] == ["total", "risk_events"]
    assert found.answers == answers_for(60)
    assert found.due_on > clock.today() + timedelta(days=150)
    change = session().scalars(select(FactChange)).one()
    assert (change.kind, change.subject_id) == ("elder.ability", elder.id)
    page = client.get(answer.headers["Location"]).text
    assert page.count("<meter") == 4
    assert "能力重度受损（重度失能）" in page
    assert elder.name in client.get("/assessments?level=3").text
    assert elder.name not in client.get("/assessments?level=1").text


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"answers[B.2.4]": "4"}, "answers.B.2.4"),
        ({"answers[B.1.1]": ""}, "answers.B.1.1"),
        ({"answers[B.1.1]": "3.7"}, "answers.B.1.1"),
        ({"answers[B.9.9]": "1"}, "answers.B.9.9"),
        ({"assessed_on": "2100-01-01"}, "assessed_on"),
        ({"assessed_on": "2022-12-29"}, "assessed_on"),
        ({"assessed_on": "gestern"}, "assessed_on"),
        ({"reason": "9"}, "reason"),
        ({"reason": ""}, "reason"),
        ({"second_assessor": "张 评"}, "second_assessor"),
        ({"second_assessor": ""}, "second_assessor"),
        ({"second_assessor": "长" * 61}, "second_assessor"),
        ({"risk_events_30d": "-1"}, "risk_events_30d"),
        ({"risk_events_30d": "many"}, "risk_events_30d"),
        ({"standard": "unknown"}, "standard"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_refusals_name_the_field_and_store_nothing(
    db_session: Any, client_as: Any, over: dict[str, str], field: str
) -> None:
    elder = make_elder()
    answer = client_as("assessor").post("/assessments/new", data=form(elder, 60, **over))
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert stored() == []


def test_after_death_nobody_is_assessed(db_session: Any, client_as: Any) -> None:
    elder = make_elder(death_date=clock.today() - timedelta(days=2))
    client = client_as("assessor")
    assert client.post("/assessments/new", data=form(elder)).status_code == 422
    before = (clock.today() - timedelta(days=5)).isoformat()
    assert client.post("/assessments/new", data=form(elder, assessed_on=before)).status_code == 303


def test_sending_twice_stores_once(db_session: Any, client_as: Any) -> None:
    elder = make_elder()
    client = client_as("assessor")
    assert client.post("/assessments/new", data=form(elder)).status_code == 303
    assert client.post("/assessments/new", data=form(elder)).status_code == 409
    assert len(stored()) == 1


def test_a_correction_supersedes(db_session: Any, client_as: Any) -> None:
    elder = make_elder()
    old = make_assessment(elder, 60, clock.today() - timedelta(days=10))
    client = client_as("assessor")
    page = client.get(f"/assessments/{old.id}/correct").text
    assert page.count(" checked") == 26
    url = f"/assessments/{old.id}/correct"
    data = form(elder, 40, assessed_on=old.assessed_on.isoformat())
    answer = client.post(url, data=data)
    assert answer.status_code == 303
    old_row, new_row = sorted(stored(), key=lambda row: row.superseded_at is None)
    assert old_row.id == old.id
    assert old_row.superseded_at is not None
    assert (new_row.corrects_id, new_row.level) == (old.id, 3)
    assert queries.levels_on([elder.id], clock.today())[elder.id].id == new_row.id
    assert str(new_row.id) in client.get(f"/assessments/{old.id}").text
    assert client.post(url, data=data).status_code == 409


def test_the_level_in_force_is_the_latest_before_the_day(db_session: Any) -> None:
    elder, other = make_elder(), make_elder()
    make_assessment(elder, 90, date(2025, 1, 1))
    make_assessment(elder, 20, date(2025, 6, 1))
    in_force = lambda day: {e: a.level for e, a in queries.levels_on([elder.id, other.id], day).items()}  # noqa: E731
    assert in_force(date(2024, 12, 31)) == {}
    assert in_force(date(2025, 5, 31)) == {elder.id: 0}
    assert in_force(date(2025, 6, 1)) == {elder.id: 4}


def test_due_lists_only_the_latest_of_each_person(db_session: Any, client_as: Any) -> None:
    renewed, due = make_elder(name="甲续评"), make_elder(name="乙到期")
    make_assessment(renewed, 50, date(2025, 1, 1))
    make_assessment(renewed, 50, clock.today())
    make_assessment(due, 50, date(2025, 1, 1))
    page = client_as("assessor").get("/assessments?due=1").text
    assert "乙到期" in page
    assert "甲续评" not in page


@pytest.mark.parametrize(
    ("name", "read", "write"),
    [
        ("assessor", 200, 303), ("official_a", 200, 403), ("community_worker", 200, 403), ("official_b", 404, 403),
        ("operator_2", 404, 403), ("family", 404, 403), ("inspector", 403, 403), ("administrator", 403, 403),
    ],
)  # fmt: skip
def test_strangers(db_session: Any, client_as: Any, name: str, read: int, write: int) -> None:
    elder = make_elder()
    old = make_assessment(elder, 60, date(2026, 1, 5))
    client = client_as(name)
    assert client.get(f"/assessments/{old.id}").status_code == read
    assert client.post("/assessments/new", data=form(elder)).status_code == write


def test_an_assessor_of_another_division_finds_nobody(db_session: Any, client_as: Any) -> None:
    elder = make_elder(name="外区人", region_path=TOWN_B)
    make_assessment(elder, 60)
    client = client_as("assessor")
    assert str(elder.id) not in client.get("/assessments/new?q=外区人").text
    assert client.get(f"/assessments/new?elder_id={elder.id}").status_code == 404
    assert client.post("/assessments/new", data=form(elder)).status_code == 404
    assert "外区人" not in client.get("/assessments").text


def test_the_family_reads_its_own(db_session: Any, client_as: Any) -> None:
    mother = make_elder(id=ELDER_OF_FAMILY)
    found = make_assessment(mother)
    assert client_as("family").get(f"/assessments/{found.id}").status_code == 200


def test_export_masks_names(db_session: Any, client_as: Any) -> None:
    make_assessment(make_elder(name="单小红"))
    answer = client_as("official_a").get("/assessments/export.csv")
    assert "单**" in answer.text
    assert "单小红" not in answer.text


def test_both_languages(db_session: Any, client_as: Any) -> None:
    found = make_assessment(make_elder(), 60)
    client = client_as("official_a")
    assert "Moderately impaired" in client.get(f"/assessments/{found.id}?lang=en").text
    assert "能力中度受损（中度失能）" in client.get(f"/assessments/{found.id}?lang=zh").text
