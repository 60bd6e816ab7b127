"""Pages and API of runs: the maker's way, the checker's way, and the stranger's."""

from __future__ import annotations

from typing import Any

import pytest

from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, commit
from eldercare.subsidies import queries
from eldercare.subsidies.engine.segments import Month
from eldercare.subsidies.models import SubsidyRun
from eldercare.subsidies.service import chunks, runs
from tests.factories import subsidies as make
from tests.support.signed_in import account_of

SYSTEM = Actor.system("tests")


def client_of(app: Any, member: Any) -> Any:
    from tests.support import cast

    cast.CAST.setdefault(member.name, member)
    from tests.support.signed_in import sign_in

    return sign_in(app, member.name)


@pytest.fixture
def run(app: Any, db_session: Any) -> SubsidyRun:
    """A computed run of Yantai with one line paid on an assumption, one person skipped."""
    make.regions()
    account_of(make.MAKER)
    make.elder(name="=cmd", tier="half")
    make.elder(tier=None)
    actor = make.official(make.MAKER)
    with acting_as(actor):
        made = runs.create(actor, jurisdiction="yantai", month=Month.parse("2024-01"))
    runs.freeze(SYSTEM, run_id=made.id)
    chunks.compute_chunk(SYSTEM, run_id=made.id, number=0)
    chunks.finish(SYSTEM, run_id=made.id)
    commit()
    return made


def test_the_checker_reads_everything_and_decides(app: Any, run: SubsidyRun) -> None:
    client = client_of(app, make.CHECKER)
    base = f"/subsidies/runs/{run.id}"
    assert "¥3,245.00" in client.get("/subsidies").text
    exported = client.get("/subsidies/runs.csv?jurisdiction=yantai").text
    assert "2024-01,yantai," in exported and ",3245.00," in exported
    assert "yantai" not in client.get("/subsidies/runs.csv?jurisdiction=gansu").text
    page = client.get(base).text
    assert "芝罘区" in page and f"{base}/review" in page
    lines = client.get(f"{base}/lines").text
    assert "=**" in lines
    assert "assumed" in lines or "假定" in lines
    opened = client.get(f"{base}/lines/0").text
    assert "urban_rural=urban,division=370602" in opened
    assert client.get(f"{base}/skipped").status_code == 200
    assert client.get(f"{base}/review").status_code == 200
    assert client.post(f"{base}/review", data={"version": run.version}).status_code == 303
    fresh = queries.get_run(run.id)
    assert client.post(f"{base}/approve", data={"version": fresh.version - 1}).status_code == 409
    assert client.post(f"{base}/approve", data={"version": fresh.version}).status_code == 303
    assert queries.get_run(run.id).state == "approved"
    assert "已批准" in client.get(base).text or "Approved" in client.get(base).text


def test_the_maker_is_told_that_another_person_must_check(app: Any, run: SubsidyRun) -> None:
    client = client_of(app, make.MAKER)
    base = f"/subsidies/runs/{run.id}"
    assert f'href="{base}/review"' not in client.get(base).text
    assert client.get(f"{base}/review").status_code == 200
    assert client.post(f"{base}/review", data={"version": run.version}).status_code == 409
    assert client.post(f"{base}/cancel", data={"version": run.version}).status_code == 422
    assert client.post(f"{base}/cancel", data={"version": run.version, "reason": "wrong month"}).status_code == 303
    assert "wrong month" in client.get(base).text


def test_csv_is_safe_for_a_spreadsheet(app: Any, run: SubsidyRun) -> None:
    response = client_of(app, make.CHECKER).get(f"/subsidies/runs/{run.id}/lines.csv")
    text = response.get_data().decode("utf-8-sig")
    assert len(text.splitlines()) == 1 + run.lines
    assert "'=***" in text and "1402.00" not in text and "1430.00" in text


def test_the_new_run_form(app: Any, run: SubsidyRun) -> None:
    client = client_of(app, make.MAKER)
    assert "2023-01 - 2025-12" in client.get("/subsidies/runs/new").text
    for month, status in (("2024-01", 409), ("2022-01", 422), ("soon", 422), ("2023-02", 303)):
        answer = client.post("/subsidies/runs/new", data={"jurisdiction": "yantai", "month": month})
        assert answer.status_code == status, month


def test_progress_is_a_fragment_that_ends_with_a_refresh(app: Any, run: SubsidyRun) -> None:
    response = client_of(app, make.CHECKER).get(f"/subsidies/runs/{run.id}/progress", headers={"HX-Request": "true"})
    assert response.headers["HX-Refresh"] == "true" and "<html" not in response.text
    assert "hx-get" not in response.text


@pytest.mark.parametrize("path", ["", "/lines", "/lines/0", "/skipped", "/lines.csv", "/progress", "/review"])
def test_a_stranger_learns_nothing(client_as: Any, run: SubsidyRun, path: str) -> None:
    assert client_as("official_city").get(f"/subsidies/runs/{run.id}{path}").status_code == 404
    assert client_as("family").get(f"/subsidies/runs/{run.id}{path}").status_code == 403
    assert str(run.id) not in client_as("official_city").get("/subsidies").text


def test_the_public_is_asked_to_sign_in(client: Any, run: SubsidyRun) -> None:
    assert client.get("/subsidies").status_code == 303
    assert client.get("/api/v1/subsidy-runs").status_code == 401


def test_the_api_makes_reads_and_decides(app: Any, run: SubsidyRun) -> None:
    maker, checker = client_of(app, make.MAKER), client_of(app, make.CHECKER)
    body = {"jurisdiction": "yantai", "month": "2023-03"}
    first = maker.post("/api/v1/subsidy-runs", json=body, headers={"Idempotency-Key": "march"})
    assert first.status_code == 202, first.json
    again = maker.post("/api/v1/subsidy-runs", json=body, headers={"Idempotency-Key": "march"})
    assert again.json["id"] == first.json["id"]
    assert maker.post("/api/v1/subsidy-runs", json=body).status_code == 409
    listed = checker.get("/api/v1/subsidy-runs?per_page=1").json
    assert (listed["total"], len(listed["items"])) == (2, 1)
    lines = checker.get(f"/api/v1/subsidy-runs/{run.id}/lines?scheme=destitute_care").json
    assert [line["amount_fen"] for line in lines["items"]] == [38500]
    one = checker.get(f"/api/v1/subsidy-runs/{run.id}").json
    assert checker.post(f"/api/v1/subsidy-runs/{run.id}/review", json={}).status_code == 422
    reviewed = checker.post(f"/api/v1/subsidy-runs/{run.id}/review", json={"version": one["version"]})
    assert reviewed.json["state"] == "reviewed"
    stale = checker.post(f"/api/v1/subsidy-runs/{run.id}/approve", json={"version": one["version"]})
    assert stale.status_code == 409 and stale.json["code"] == "stale_version"


def test_the_api_hides_runs_from_strangers(client_as: Any, run: SubsidyRun) -> None:
    stranger = client_as("official_city")
    assert stranger.get(f"/api/v1/subsidy-runs/{run.id}").status_code == 404
    assert stranger.get(f"/api/v1/subsidy-runs/{run.id}/lines").status_code == 404
    assert stranger.post(f"/api/v1/subsidy-runs/{run.id}/review", json={"version": 1}).status_code == 404
    assert stranger.get("/api/v1/subsidy-runs").json["total"] == 0
