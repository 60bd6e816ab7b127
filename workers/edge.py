"""The one way a job runs: app context -> Actor(system) -> one service function -> commit -> log."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

import structlog
from flask import Flask, current_app, has_app_context
from redis.exceptions import ConnectionError as RedisConnectionError
from rq import get_current_job
from sqlalchemy.exc import DBAPIError, OperationalError

from eldercare.core.actor import Actor
from eldercare.core.db import commit, db, rollback, set_actor

log = structlog.get_logger(__name__)

# A server that restarts, a deadlock, a dropped connection: worth the same job again. Nothing else is.
PAUSES_SECONDS = (1.0, 3.0, 10.0)
_app: Flask | None = None


def worker_app() -> Flask:
    """The application of this process, made once; inside an app context (tests) that context's."""
    global _app
    if has_app_context():
        return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]
    if _app is None:
        from eldercare.app import create_app
        from eldercare.core.config import Config

        _app = create_app(Config.from_env())
    return _app


def job(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function `(actor, *ids)` a job. It is tried again only after a transient error."""
    name = f"{function.__module__}.{function.__name__}"

    @functools.wraps(function)
    def run(*args: str) -> Any:
        app = worker_app()
        for pause in (*PAUSES_SECONDS, None):
            try:
                return _once(app, name, function, args)
            except Exception as error:
                if pause is None or not is_transient(error):
                    raise
                log.warning("job.again", job=name, args=args, error=type(error).__name__, after_seconds=pause)
                time.sleep(pause)
        raise AssertionError("unreachable")

    return run


def is_transient(error: BaseException) -> bool:
    if isinstance(error, DBAPIError):
        return isinstance(error, OperationalError) or error.connection_invalidated
    return isinstance(error, RedisConnectionError)


def _once(app: Flask, name: str, function: Callable[..., Any], args: tuple[str, ...]) -> Any:
    current = get_current_job()
    job_id = current.id if current else None
    started = time.perf_counter()
    with app.app_context(), structlog.contextvars.bound_contextvars(job_id=job_id, job=name):
        actor = Actor.system(name, request_id=job_id)
        set_actor(actor)
        try:
            result = function(actor, *args)
            commit()
        except BaseException:
            rollback()
            raise
        finally:
            db.session.remove()
        log.info("job.done", args=args, ms=round((time.perf_counter() - started) * 1000))
    # RQ stores the answer as JSON; the rows hold what matters.
    return result if isinstance(result, (str, int, bool, type(None))) else None
