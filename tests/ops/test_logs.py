"""Logs hold no person's data: neither the variables of a traceback nor the parameters of a statement."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from typing import Any

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from eldercare.core.db import session
from eldercare.ops.logs import configure_logging

NUMBER = "370202194005011234"


@pytest.mark.parametrize("readable", [True, False])
def test_a_traceback_shows_no_variables(readable: bool, monkeypatch: Any) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    before = logging.getLogger().handlers[:]
    configure_logging("INFO", readable=readable)
    try:
        id_number = "".join(("370202", "19400501", "1234"))
        try:
            len(id_number) / 0  # type: ignore[operator]
        except ZeroDivisionError as error:
            structlog.get_logger("test").error("request.failed", exc_info=error)
    finally:
        logging.getLogger().handlers[:] = before
        structlog.reset_defaults()
    assert "ZeroDivisionError" in written.getvalue()
    assert NUMBER not in written.getvalue()


def test_an_error_of_the_database_does_not_repeat_the_values(db_session: Any) -> None:
    with pytest.raises(DBAPIError) as failed, session().begin_nested():
        session().execute(text("SELECT CAST(1 AS int) / :zero, :number"), {"zero": 0, "number": NUMBER})
    assert NUMBER not in str(failed.value)


def test_the_web_server_writes_one_json_object_a_line(app: Any) -> None:
    config = app.extensions["config"]
    told = subprocess.run(
        [sys.executable, "-c", "import wsgi, structlog; structlog.get_logger('x').info('hello', number=7)"],
        capture_output=True, text=True, check=True,
        env={"DATABASE_URL": config.database_url, "REDIS_URL": config.redis_url, "SECRET_KEY": config.secret_key,
             "KEYS_DIR": str(config.keys_dir)},
    )  # fmt: skip
    line = json.loads(told.stderr.splitlines()[-1])
    assert (line["event"], line["number"], line["level"]) == ("hello", 7, "info")
