"""Health, metrics, and the page of jobs with its stranger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import select

from eldercare.audit.models import AuditRow
from eldercare.core.db import session
from tests.support.cast import CAST

ClientAs = Callable[[str], FlaskClient]


def broken_job(argument: str) -> None:
    raise ValueError("this job always fails")


@pytest.fixture
def failed_job(app: Any, db_session: Any) -> str:
    """A job that failed through a real worker; its id."""
    redis = app.extensions["redis"]
    queue = Queue("runs", connection=redis, serializer=JSONSerializer)
    job = queue.enqueue("tests.ops.test_pages.broken_job", "chunk-7", failure_ttl=600)
    SimpleWorker([queue], connection=redis, serializer=JSONSerializer).work(burst=True, logging_level="CRITICAL")
    return str(job.id)


def test_health_is_public(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}


def test_ready_names_each_part(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.json["checks"]["database"] == "ok"
    assert answer.json["checks"]["redis"] == "ok"
    assert answer.status_code == 200, answer.json


def test_not_ready_without_redis(client: FlaskClient, app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    nowhere = Redis(port=1, retry=Retry(NoBackoff(), 0), socket_connect_timeout=1)
    monkeypatch.setitem(app.extensions, "redis", nowhere)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["checks"]["redis"] == "does not answer"


def test_metrics_count_requests_by_route_and_show_queues(client: FlaskClient) -> None:
    client.get("/healthz")
    text = client.get("/metrics").text
    assert 'eldercare_requests_total{method="GET",route="/healthz",status="200"}' in text
    assert 'eldercare_jobs{queue="runs",state="waiting"} 0.0' in text


def test_metrics_are_for_this_machine_only(client: FlaskClient) -> None:
    assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": "203.0.113.7"}).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 404


def test_the_page_lists_queues_and_says_when_nothing_failed(client_as: ClientAs) -> None:
    page = client_as("administrator").get("/admin/jobs?lang=en")
    assert page.status_code == 200
    assert "No job has failed" in page.text


def test_a_failed_job_is_shown_with_its_reason_and_can_be_tried_again(
    client_as: ClientAs, failed_job: str, app: Any
) -> None:
    client = client_as("administrator")
    page = client.get("/admin/jobs?lang=en")
    assert "chunk-7" in page.text
    assert "this job always fails" in page.text
    assert client.post(f"/admin/jobs/{failed_job}/retry").status_code == 303
    queue = Queue("runs", connection=app.extensions["redis"], serializer=JSONSerializer)
    assert queue.job_ids == [failed_job]
    actions = session().scalars(select(AuditRow.action).where(AuditRow.actor_id == CAST["administrator"].user_id)).all()
    assert "ops.job.retry" in actions


def test_a_failed_job_can_be_discarded_once(client_as: ClientAs, failed_job: str) -> None:
    client = client_as("administrator")
    assert client.post(f"/admin/jobs/{failed_job}/discard").status_code == 303
    assert "chunk-7" not in client.get("/admin/jobs").text
    assert client.post(f"/admin/jobs/{failed_job}/discard").status_code == 404


@pytest.mark.parametrize("name", ["operator_1", "family", "assessor", "community_worker"])
def test_strangers_see_and_change_nothing(client_as: ClientAs, failed_job: str, name: str) -> None:
    client = client_as(name)
    assert client.get("/admin/jobs").status_code == 403
    assert client.post(f"/admin/jobs/{failed_job}/retry").status_code == 403


def test_the_public_is_sent_to_sign_in(client: FlaskClient) -> None:
    assert client.get("/admin/jobs").status_code == 303


def test_the_reason_is_kept_from_officials_whose_division_it_may_not_be(client_as: ClientAs, failed_job: str) -> None:
    page = client_as("official_a").get("/admin/jobs")
    assert page.status_code == 200
    assert "this job always fails" not in page.text
    assert "chunk-7" not in page.text
