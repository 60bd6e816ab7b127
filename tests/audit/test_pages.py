"""The log's page: search, scope, export."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from eldercare.audit import service
from eldercare.audit.models import AuditRow
from eldercare.audit.rules import Outcome
from eldercare.core import clock
from eldercare.core.actor import Actor
from tests.factories.accounts import make_user
from tests.support.cast import DISTRICT_A, DISTRICT_B


@pytest.fixture
def rows(db_session):
    for number in range(3):
        service.record(action="beds.stay.admit", subject_type="bed", subject_id=f"bed-{number}", region_path=DISTRICT_A)
    service.record(
        action="people.reveal", subject_type="elder", subject_id="elder-1", region_path=DISTRICT_A, outcome=Outcome.READ
    )
    service.record(
        action="far.away", subject_type="bed", subject_id="bed-far", region_path=DISTRICT_B, after={"x": "secret of B"}
    )
    service.record(action="of.no.place", subject_id="nowhere")
    db_session.flush()


@pytest.fixture
def watcher(app, db_session):
    """Administrator of district A only."""
    user = make_user(username="watcher", role="administrator", division_path=DISTRICT_A)
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"] = user.fs_uniquifier
        kept["_fresh"] = True
    return client


def test_only_rows_of_ones_divisions_are_shown(watcher, rows):
    text = watcher.get("/audit").text
    assert "bed-0" in text
    for foreign in ("bed-far", "far.away", "secret of B", "of.no.place"):
        assert foreign not in text


def test_who_holds_the_whole_country_sees_rows_of_no_place(client_as, rows):
    text = client_as("administrator").get("/audit").text
    assert "of.no.place" in text
    assert "bed-far" in text


@pytest.mark.parametrize(
    ("query", "seen", "unseen"),
    [
        ("subject=bed-1", "bed-1", "bed-0"),
        ("action=people", "elder-1", "bed-0"),
        ("outcome=read", "elder-1", "bed-0"),
        ("actor=tests", "bed-0", "no row at all"),
        ("actor=nobody", "page-head", "bed-0"),
        ("subject=bed-far", "page-head", "secret of B"),
        ("actor=%25", "page-head", "bed-0"),
    ],
)
def test_filters(watcher, rows, query, seen, unseen):
    text = watcher.get(f"/audit?{query}&lang=en").text
    assert seen in text
    assert unseen not in text


def test_days_are_business_days_with_both_ends(watcher, db_session, frozen_clock):
    begin = clock.start_of(clock.today())
    for offset, name in (
        (timedelta(seconds=-1), "the-day-before"),
        (timedelta(), "first-instant"),
        (timedelta(hours=24), "the-day-after"),
    ):
        db_session.add(
            AuditRow(
                at=begin + offset,
                outcome="done",
                action=name,
                actor_kind="system",
                actor_name="x",
                region_path=DISTRICT_A,
            )
        )
    db_session.flush()
    day = clock.today().isoformat()
    text = watcher.get(f"/audit?first_day={day}&last_day={day}").text
    assert "first-instant" in text
    assert "the-day-before" not in text
    assert "the-day-after" not in text


@pytest.mark.parametrize("query", ["first_day=yesterday", "outcome=maybe", "unknown=1", "subject=" + "x" * 200])
def test_a_bad_filter_is_named_and_shows_nothing(watcher, rows, query):
    answer = watcher.get(f"/audit?{query}")
    assert answer.status_code == 422
    assert "error-summary" in answer.text
    assert "bed-0" not in answer.text


def test_many_rows_come_in_pages(watcher, db_session):
    for number in range(60):
        service.record(action=f"number.{number:02}", region_path=DISTRICT_A)
    db_session.flush()
    first, second = watcher.get("/audit").text, watcher.get("/audit?page=2").text
    assert "number.59" in first
    assert "number.05" not in first
    assert "number.05" in second
    assert watcher.get("/audit?page=99").status_code == 200


def test_the_export_holds_what_was_found_and_is_itself_in_the_log(watcher, rows, db_session):
    answer = watcher.get("/audit/rows.csv?action=beds")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert "secret of B" not in answer.text
    row = db_session.query(AuditRow).filter_by(action="audit.export").one()
    assert row.after == {"rows": 3, "filters": {"action": "beds"}}


def test_a_formula_in_the_log_is_no_formula_in_excel(watcher, db_session):
    service.record(action="=1+1", region_path=DISTRICT_A)
    db_session.flush()
    assert ",'=1+1," in watcher.get("/audit/rows.csv").text


@pytest.mark.parametrize(
    "name", ["official_a", "operator_1", "assessor", "inspector", "evaluator", "community_worker", "family", "public"]
)
@pytest.mark.parametrize("path", ["/audit", "/audit/rows.csv"])
def test_strangers(client_as, rows, name, path):
    answer = client_as(name).get(path)
    assert answer.status_code == (303 if name == "public" else 403)
    assert "bed-0" not in answer.text


def test_markup_in_a_row_is_shown_as_text(watcher, db_session):
    service.record(action="x", subject_id="<script>alert(1)</script>", region_path=DISTRICT_A, after={"n": "<b>"})
    db_session.flush()
    text = watcher.get("/audit").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_a_long_actor_name_and_subject_fit(db_session):
    who = Actor(kind="user", name="x" * 500, user_id=uuid4())
    service.record(action="a" * 500, subject_id="s" * 500, actor=who)
    db_session.flush()
