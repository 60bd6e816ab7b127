"""A rotation by another process reaches a running one: the key file is read again when it has changed."""

from __future__ import annotations

from typing import Any

import pytest

from eldercare.core.crypto import Keyring, keyring


def test_a_new_key_on_disk_is_seen_without_a_restart(
    db_session: Any, app: Any, monkeypatch: Any, tmp_path: Any
) -> None:
    before = keyring()
    other = Keyring.load(app.extensions["config"].keys_dir).with_new_key()
    value = other.encrypt("13812345678")
    with pytest.raises(KeyError):
        before.decrypt(value)
    other.save(app.extensions["config"].keys_dir)
    assert keyring().active == other.active
    assert keyring().decrypt(value) == "13812345678"
