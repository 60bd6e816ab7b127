"""A POST with the same key by the same actor is answered once; the public's are never kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from eldercare.core import clock
from eldercare.core.db import session
from eldercare.core.models import IdempotencyKey
from tests.factories.assessments import answers_for

SCORE = "/api/v1/assessments/score"
BODY = {"standard": "gbt42195-2022", "answers": answers_for(90)}


def post(client: Any, key: str, **over: Any) -> Any:
    return client.post(SCORE, json=BODY | over, headers={"Idempotency-Key": key})


def kept() -> int:
    return session().scalar(select(func.count()).select_from(IdempotencyKey)) or 0


def test_the_first_answer_comes_again_and_another_body_is_refused(client_as: Any) -> None:
    client = client_as("assessor")
    first, again = post(client, "k"), post(client, "k")
    assert (first.status_code, again.data) == (200, first.data)
    assert again.headers["Idempotent-Replay"] == "true"
    other = post(client, "k", coma=True)
    assert (other.status_code, list(other.json["errors"])) == (422, ["Idempotency-Key"])


def test_a_key_is_its_actors_own(client_as: Any) -> None:
    post(client_as("assessor"), "k")
    answer = post(client_as("inspector"), "k", coma=True)
    assert answer.status_code == 200
    assert "Idempotent-Replay" not in answer.headers


def test_a_refusal_is_not_kept(client_as: Any) -> None:
    client = client_as("assessor")
    assert post(client, "k", answers={}).status_code == 422
    assert post(client, "k").status_code == 200


def test_questions_of_the_public_leave_nothing(client: Any) -> None:
    assert post(client, "k").status_code == 200
    assert post(client, "k", coma=True).status_code == 200
    assert kept() == 0


def test_old_answers_are_forgotten(client_as: Any) -> None:
    client = client_as("assessor")
    post(client, "old")
    with clock.freeze(clock.now() + timedelta(days=8)):
        assert "Idempotent-Replay" not in post(client, "old").headers
        post(client, "new")
    assert kept() == 2
