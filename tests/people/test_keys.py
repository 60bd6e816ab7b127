"""Key rotation re-encrypts in batches, can be stopped and taken up again, and loses nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from eldercare.core.actor import Actor
from eldercare.core.crypto import keyring
from eldercare.core.db import session
from eldercare.core.errors import Forbidden
from eldercare.people import queries, service
from eldercare.people.cli import cli
from eldercare.people.models import Elder
from tests.factories.people import make_elder, resident_id

SYSTEM = Actor.system("tests")


def test_rotation(db_session: Any, app: Any, monkeypatch: Any) -> None:
    numbers = [resident_id(date(1940, 1, 1), serial=n) for n in range(5)]
    for number in numbers:
        make_elder(id_number=number, phone="13800000001")
    make_elder()  # without numbers
    old = keyring()
    monkeypatch.setitem(app.extensions, "keyring", old.with_new_key())
    first, changed = service.reencrypt_batch(SYSTEM, limit=2)
    assert changed == 2
    # Stopped here; a later start begins anew and finds the other three.
    last, done = None, 0
    while True:
        last, changed = service.reencrypt_batch(SYSTEM, after=last, limit=2)
        if last is None:
            break
        done += changed
    assert done == 3
    assert first is not None
    session().expire_all()
    for number in numbers:
        elder = queries.find_by_id_number(number)
        assert elder is not None
        assert elder.id_number is not None
        assert elder.phone is not None
        assert keyring().key_id(elder.id_number) == keyring().key_id(elder.phone) == keyring().active != old.active
        assert keyring().decrypt(elder.id_number) == number
    assert len(session().scalars(select(Elder)).all()) == 6


def test_only_the_system_rotates(db_session: Any, actor_as: Any) -> None:
    with pytest.raises(Forbidden):
        service.reencrypt_batch(actor_as("official_city"))


def test_the_command_finishes_what_was_begun_then_makes_a_new_key(committed_db: Any) -> None:
    number = resident_id(date(1940, 1, 1), serial=301)
    make_elder(id_number=number, phone="13800000001")
    session().commit()
    before = keyring().active
    out = run_keys("rotate")
    assert "1 persons re-encrypted" in out
    session().expire_all()
    elder = queries.find_by_id_number(number)
    assert elder is not None
    assert elder.id_number is not None
    assert keyring().active != before
    assert keyring().key_id(elder.id_number) == keyring().active
    assert keyring().decrypt(elder.id_number) == number
    # Half done: the key is new, the values are old.
    folder = committed_db.config.keys_dir
    keyring().with_new_key().save(folder)
    newest = keyring().active
    assert "was not finished: 2 values" in run_keys("rotate")
    assert keyring().active == newest
    assert f"{newest} (active)\t2 values" in run_keys("status")


def run_keys(command: str) -> str:
    done = CliRunner().invoke(cli, [command], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output
