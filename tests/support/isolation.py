"""Every test in one transaction that is rolled back, whatever the product commits inside it."""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask.globals import _cv_app
from flask.testing import FlaskClient
from sqlalchemy import create_engine
from werkzeug.test import TestResponse

from eldercare.core.actor import Actor
from eldercare.core.db import db, set_actor

_cv_request: contextvars.ContextVar[Any] | None
try:
    from flask.globals import _cv_request
except ImportError:  # Flask 3.2 has one context variable
    _cv_request = None


@contextmanager
def rolled_back(app: Flask) -> Iterator[None]:
    """Put one connection with an open transaction in the place of the engine.

    Flask-SQLAlchemy asks `db.engines` for each statement; a session bound to a connection it would not honour.
    With savepoints, commits and rollbacks of the product stay inside the transaction.
    """
    engines = _engines(app)
    engine = engines[None]
    connection = engine.connect()
    transaction = connection.begin()
    engines[None] = connection
    _join_mode("create_savepoint")
    try:
        with in_app(app):
            yield
    finally:
        engines[None] = engine
        _join_mode("conditional_savepoint")
        transaction.rollback()
        connection.close()


@contextmanager
def pointed_at(app: Flask, url: str) -> Iterator[None]:
    """Let the app work on another database, with real commits."""
    engines = _engines(app)
    before = engines[None]
    engines[None] = create_engine(url, pool_size=60, max_overflow=10)
    try:
        with in_app(app):
            yield
    finally:
        engines[None].dispose()
        engines[None] = before


@contextmanager
def in_app(app: Flask) -> Iterator[None]:
    with app.app_context():
        set_actor(Actor.system("tests"))
        try:
            yield
        finally:
            db.session.remove()


def _engines(app: Flask) -> Any:
    with app.app_context():
        return db.engines


def _join_mode(mode: str) -> None:
    db.session.session_factory.configure(join_transaction_mode=mode)


class Client(FlaskClient):
    """A client whose requests run outside the test's own app context.

    Inside it Flask would reuse that context: `g`, the signed-in user and the session of the test would leak in.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if _cv_app.get(None) is not None:
            db.session.flush()
        response: TestResponse = contextvars.copy_context().run(self._open_outside, *args, **kwargs)
        if _cv_app.get(None) is not None:
            db.session.expire_all()
        return response

    def _open_outside(self, *args: Any, **kwargs: Any) -> TestResponse:
        _cv_app.set(None)  # type: ignore[arg-type]
        if _cv_request is not None:
            _cv_request.set(None)
        return super().open(*args, **kwargs)
