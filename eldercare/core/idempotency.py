"""Idempotency keys: a POST with the same key by the same actor is answered once.

Same body: the first answer. Other body: 422. The first still running: 409. The row is written in the transaction
that does the work, so the answer and the work stand or fall together. Answers are kept for a week, and none for the
public, whose questions are answered without storing anything.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from flask import Flask, Response, g, make_response, request
from sqlalchemy import delete, func, insert, select

from eldercare.core import clock
from eldercare.core.db import current_actor, db, rollback, session
from eldercare.core.errors import Conflict, Invalid
from eldercare.core.i18n import N_
from eldercare.core.models import IdempotencyKey

HEADER = "Idempotency-Key"
MOST_CHARACTERS = 200
KEPT = timedelta(days=7)


def guard_api(app: Flask) -> None:
    """Put off the commit of API requests until the answer is built, and replay answered POSTs."""

    @app.before_request
    def begin() -> Response | None:
        session().info.pop("commit_deferred", None)
        if not request.path.startswith("/api/") or request.method in ("GET", "HEAD", "OPTIONS"):
            return None
        session().info["commit_deferred"] = True
        key = request.headers.get(HEADER)
        actor = current_actor()
        if key is None or request.method != "POST" or actor is None or actor.kind == "public":
            return None
        if not 1 <= len(key) <= MOST_CHARACTERS or not key.isprintable():
            raise Invalid.one(HEADER, N_("The key must have 1 to %(most)s printable characters."), most=MOST_CHARACTERS)
        return _replay(key)

    @app.after_request
    def finish(response: Response) -> Response:
        this = session()
        if not this.info.pop("commit_deferred", False):
            return response
        if response.status_code >= 400:
            rollback()
            return response
        if key := g.pop("idempotency_key", None):
            _remember(key, response)
        from eldercare.core.db import commit

        commit()
        return response

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        if db.session.registry.has():
            session().info.pop("commit_deferred", None)


def _replay(key: str) -> Response | None:
    actor = _actor_label()
    request_hash = hashlib.sha256(
        request.method.encode() + b"\0" + request.full_path.encode() + b"\0" + request.get_data()
    ).hexdigest()
    number = int.from_bytes(hashlib.sha256(f"{actor}\0{key}".encode()).digest()[:8], "big", signed=True)
    if not session().scalar(select(func.pg_try_advisory_xact_lock(number))):
        raise Conflict(N_("A request with this idempotency key is still running. Ask again in a moment."))
    found = session().get(IdempotencyKey, (actor, key))
    if found is None or found.created_at < clock.now() - KEPT:
        g.idempotency_key = (key, request_hash)
        return None
    if found.request_hash != request_hash:
        raise Invalid.one(HEADER, N_("This key was used for another request. Use a new key for a new request."))
    response = make_response(found.body, found.status)
    response.content_type = found.media_type
    response.headers["Idempotent-Replay"] = "true"
    return response


def _remember(key: tuple[str, str], response: Response) -> None:
    """Keep the answer; drop the actor's old ones, which may tell of persons."""
    old = (IdempotencyKey.actor == _actor_label()) & (IdempotencyKey.created_at < clock.now() - KEPT)
    session().execute(delete(IdempotencyKey).where(old).execution_options(synchronize_session=False))
    session().execute(
        insert(IdempotencyKey).values(
            actor=_actor_label(),
            key=key[0],
            request_hash=key[1],
            status=response.status_code,
            body=response.get_data(as_text=True),
            media_type=response.content_type,
            created_at=clock.now(),
        )
    )


def _actor_label() -> str:
    actor = current_actor()
    return actor.label if actor is not None else "public"
