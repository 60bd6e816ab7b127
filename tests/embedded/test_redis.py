"""The private Redis: password, append-only file, kill -9."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from eldercare.embedded.redis import EmbeddedRedis

pytestmark = pytest.mark.db


@pytest.fixture
def server(reachable_folder: Path) -> Iterator[EmbeddedRedis]:
    server = EmbeddedRedis(reachable_folder / "redis")
    server.start()
    yield server
    server.stop()


def test_it_asks_for_the_password(server: EmbeddedRedis) -> None:
    with (
        pytest.raises(redis.exceptions.AuthenticationError),
        redis.Redis(port=server.port, retry=Retry(NoBackoff(), 0)) as stranger,
    ):
        stranger.ping()


def test_what_was_written_a_second_ago_survives_kill_9(server: EmbeddedRedis) -> None:
    with redis.Redis.from_url(server.url) as client:
        client.set("kept", "yes")
        client.execute_command("CONFIG", "SET", "appendfsync", "always")
        client.set("last", "too")
    pid, port = server.pid, server.port
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    server.start()
    with redis.Redis.from_url(server.url) as client:
        assert (client.get("kept"), client.get("last")) == (b"yes", b"too")
    assert server.port == port


def test_one_left_running_is_taken_over(server: EmbeddedRedis) -> None:
    second = EmbeddedRedis(server.folder)
    assert second.left_over() == server.pid
    second.start()
    try:
        assert second.left_over() == second.pid
    finally:
        second.stop()
