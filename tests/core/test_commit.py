"""Jobs leave after the commit and only then; effects run in the same transaction."""

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from eldercare.core import effects, jobs
from eldercare.core.db import commit, rollback, session
from eldercare.core.jobs import JobName


def waiting(app) -> list[list[str]]:
    queue = Queue("fast", connection=app.extensions["redis"], serializer=JSONSerializer)
    return [list(job.args) for job in queue.get_jobs()]


def test_a_job_leaves_with_the_commit(app, db_session) -> None:
    jobs.after_commit(JobName.SEAL_AUDIT, "one")
    assert waiting(app) == []
    commit()
    assert waiting(app) == [["one"]]
    commit()
    assert waiting(app) == [["one"]]


def test_a_rollback_forgets_it(app, db_session) -> None:
    jobs.after_commit(JobName.SEAL_AUDIT, "one")
    rollback()
    commit()
    assert waiting(app) == []


def test_a_released_savepoint_sends_nothing(app, db_session) -> None:
    with session().begin_nested():
        jobs.after_commit(JobName.SEAL_AUDIT, "one")
    assert waiting(app) == []


def test_a_redis_that_is_away_loses_only_the_bell(app, db_session, monkeypatch) -> None:
    away = Redis(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0))
    monkeypatch.setitem(app.extensions, "redis", away)
    jobs.after_commit(JobName.SEAL_AUDIT, "one")
    commit()  # does not raise: the row is the truth


def test_effects_are_heard_in_order_and_an_error_stops_them(app, db_session) -> None:
    heard: list[str] = []
    effects.on(app, "test.event", lambda **facts: heard.append(f"first {facts['number']}"))
    effects.on(app, "test.event", lambda **facts: 1 / 0)
    effects.on(app, "test.event", lambda **facts: heard.append("never"))
    with pytest.raises(ZeroDivisionError):
        effects.emit("test.event", number=7)
    assert heard == ["first 7"]
    effects.emit("test.unheard")
    app.extensions["effects"].pop("test.event")
