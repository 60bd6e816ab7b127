"""Settings: what is refused at the start, and the address of a caller behind proxies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import request

from eldercare.core.config import Config, ConfigError

NEEDED = {"DATABASE_URL": "postgresql://a@b/c", "REDIS_URL": "redis://b", "SECRET_KEY": "x" * 40}


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_a_missing_setting_is_named(name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        Config.from_env({**NEEDED, name: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "11"),
        ("TRUSTED_PROXIES", "one"),
        ("POOL_SIZE", "0"),
        ("MAX_UPLOAD_BYTES", "20 MB"),
        ("SECURE_COOKIES", "perhaps"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        Config.from_env({**NEEDED, name: value})


def test_the_owner_is_the_one_role_unless_said() -> None:
    config = Config.from_env(NEEDED)
    assert config.database_url == config.database_owner_url == "postgresql+psycopg://a@b/c"
    assert config.trusted_proxies == 0


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [(0, "127.0.0.1"), (1, "198.51.100.2"), (2, "203.0.113.9")],
    ids=["none trusted", "one", "two"],
)
def test_the_address_of_the_caller_comes_from_trusted_proxies_only(app: Any, proxies: int, seen: str) -> None:
    """The caller may write anything into the header; each proxy appends whom it saw."""
    from eldercare.app import create_app

    behind = create_app(replace(app.extensions["config"], trusted_proxies=proxies))
    with behind.test_client() as client:
        client.get("/healthz", headers={"X-Forwarded-For": "192.0.2.66, 203.0.113.9, 198.51.100.2"})
        assert request.remote_addr == seen
