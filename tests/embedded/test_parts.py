"""The supervisor's small parts: pauses, kept ports and secrets, reachable folders, one holder at a time."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from eldercare.embedded.account import Account, can_traverse
from eldercare.embedded.children import HEALTHY_SECONDS, LONGEST_PAUSE, Backoff
from eldercare.embedded.installation import AlreadyRunning, Installation, external_environ, is_embedded
from eldercare.embedded.keys import ensure_keys
from eldercare.embedded.ports import claim_port
from eldercare.embedded.process import is_running, start_time
from eldercare.embedded.secretfile import kept_secret
from eldercare.embedded.setup import environments

STRANGER = Account("stranger", 54321, 54321)


def test_pauses_double_up_to_a_limit() -> None:
    backoff = Backoff()
    pauses = [backoff.next_pause(lived_seconds=0) for _ in range(9)]
    assert pauses[:3] == [0.5, 1.0, 2.0]
    assert pauses[-1] == LONGEST_PAUSE


def test_a_healthy_life_makes_the_next_pause_short() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.next_pause(lived_seconds=0)
    assert backoff.next_pause(lived_seconds=HEALTHY_SECONDS) == 0.5


def test_a_folder_keeps_its_port_until_somebody_else_has_it(tmp_path: Path) -> None:
    port = claim_port(tmp_path / "port")
    assert claim_port(tmp_path / "port") == port
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert claim_port(tmp_path / "port") != port


def test_a_secret_is_made_once_and_private(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "secret"
    assert kept_secret(file) == kept_secret(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_keys_are_never_made_anew_over_existing_ones(tmp_path: Path) -> None:
    first = ensure_keys(tmp_path / "keys")
    before = {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()}
    assert ensure_keys(tmp_path / "keys") == first
    assert {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()} == before
    assert len(before) == 3


def test_a_closed_folder_cannot_be_traversed_by_others(tmp_path: Path) -> None:
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    (closed / "data").mkdir()
    assert not can_traverse(closed / "data", STRANGER)
    assert can_traverse(Path("/usr/bin"), STRANGER)


def test_a_pid_given_to_another_process_is_not_taken_for_the_old_one() -> None:
    mine = os.getpid()
    assert is_running(mine, start_time(mine))
    assert not is_running(mine, "1")
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    assert not is_running(done.pid)


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "DATABASE_URL_FILE", "REDIS_URL_FILE"])
def test_either_address_alone_means_nothing_embedded(name: str) -> None:
    assert is_embedded({"HOME": "/root", name: ""})
    assert not is_embedded({name: "somewhere"})


def test_one_holder_at_a_time_and_the_second_hears_who(tmp_path: Path) -> None:
    first, second = Installation(tmp_path), Installation(tmp_path)
    first.hold("eldercare up", "http://127.0.0.1:8000")
    with pytest.raises(AlreadyRunning, match=r"already runs at http://127.0.0.1:8000 \(process \d+, eldercare up\)"):
        second.hold("eldercare up", "http://127.0.0.1:8001")
    assert second.holder()["pid"] == os.getpid()
    first.release()
    assert second.holder() == {}
    second.hold("eldercare backup")
    second.release()


def test_web_and_workers_never_learn_the_owners_address(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "a", "REDIS_URL": "b", "DATABASE_OWNER_URL": "owner", "DATA_DIR": str(tmp_path)}
    owner, plain = environments(Installation(tmp_path), given, embedded=False)
    assert owner["DATABASE_OWNER_URL"] == "owner"
    assert "DATABASE_OWNER_URL" not in plain


def test_a_given_secret_key_is_left_alone(tmp_path: Path) -> None:
    assert external_environ({"DATA_DIR": str(tmp_path), "SECRET_KEY": "given"})["SECRET_KEY"] == "given"
    assert len(external_environ({"DATA_DIR": str(tmp_path)})["SECRET_KEY"]) >= 32
