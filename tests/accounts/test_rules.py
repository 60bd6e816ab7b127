"""Who may hand what to whom, passwords, and the lock, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from eldercare.accounts.rules import (
    PERMISSIONS,
    ROLE_NAMES,
    SCOPE_OF,
    Attempts,
    Grant,
    LockPolicy,
    Role,
    active_role,
    all_permissions,
    covers,
    new_password,
    new_token,
    password_problem,
    roles_held,
    token_hash,
    user_name_problem,
)

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
POLICY = LockPolicy(failures=3, window=timedelta(minutes=10), duration=timedelta(minutes=5))


def test_every_role_has_a_name_a_scope_and_permissions():
    assert set(PERMISSIONS) == set(SCOPE_OF) == set(ROLE_NAMES) == set(Role)
    assert all(PERMISSIONS.values())


def test_an_evaluator_only_reads():
    assert all(permission.endswith(".read") for permission in PERMISSIONS[Role.EVALUATOR])


def test_only_administrators_manage_accounts():
    assert [role for role in Role if "accounts.manage" in PERMISSIONS[role]] == [Role.ADMINISTRATOR]
    assert "accounts.manage" in all_permissions()


@pytest.mark.parametrize(
    ("paths", "path", "expected"),
    [
        (["/cn/37/3702/"], "/cn/37/3702/370202/", True),
        (["/cn/37/3702/"], "/cn/37/3702/", True),
        (["/cn/37/3702/"], "/cn/37/", False),
        (["/cn/37/3702/"], "/cn/37/37020/", False),
        ([], "/cn/", False),
    ],
)
def test_covers(paths, path, expected):
    assert covers(paths, path) is expected


@pytest.mark.parametrize("name", ["li.na", "王丽", "a_b-c", "user2026"])
def test_good_user_names(name):
    problem = user_name_problem(name)
    assert problem is None or len(name) < 3


@pytest.mark.parametrize("name", ["", "ab", "a b", "x@y.cn", "a/b", "x" * 65, "a\u200bb", "<script>"])
def test_bad_user_names(name):
    assert user_name_problem(name).field == "username"


@pytest.mark.parametrize(
    ("password", "ok"),
    [
        ("a quiet morning", True),
        ("春眠不觉晓处处闻啼鸟", True),
        ("123456789", False),
        ("aaaaaaaaaaaa", False),
        ("abababababab", False),
        ("my li.na password", False),
        ("My LI.NA Password", False),
        ("x" * 300, False),
    ],
)
def test_passwords(password, ok):
    assert (password_problem(password, ["li.na", ""], 10) is None) is ok


def test_a_made_password_meets_the_rules_and_never_comes_twice():
    made = {new_password() for _ in range(200)}
    assert len(made) == 200
    assert all(password_problem(one, ["li.na"], 10) is None for one in made)


def fail(times, step=timedelta(seconds=10), begin=NOON):
    state = Attempts()
    for number in range(times):
        state = state.failed(begin + number * step, POLICY)
    return state


def test_the_last_allowed_failure_locks():
    assert fail(2).locked_until is None
    assert fail(3).locked_until == NOON + timedelta(seconds=20) + POLICY.duration


def test_a_lock_ends_on_the_instant():
    state = fail(3)
    assert state.locked(state.locked_until - timedelta(microseconds=1))
    assert not state.locked(state.locked_until)


def test_failures_spread_over_more_than_the_window_do_not_add_up():
    state = fail(2)
    later = state.failed(NOON + timedelta(minutes=11), POLICY)
    assert (later.failures, later.locked_until) == (1, None)


def test_failing_while_locked_does_not_prolong_the_lock():
    state = fail(3)
    assert state.failed(NOON + timedelta(minutes=1), POLICY) == state


def test_after_a_lock_the_count_begins_again():
    state = fail(3)
    assert state.failed(state.locked_until, POLICY).failures == 1


def test_a_token_is_kept_as_its_hash():
    token = new_token()
    assert token.secret.startswith("eld_")
    assert token.hash == token_hash(token.secret)
    assert len(token.secret) >= 44
    assert token.secret.startswith(token.hint)
    assert len(token.hint) < 10


def grants(*roles):
    return [Grant(role, elder_id=uuid4()) for role in roles]


@pytest.mark.parametrize(
    ("held", "chosen", "expected"),
    [
        ([Role.FAMILY, Role.OFFICIAL], None, Role.OFFICIAL),
        ([Role.FAMILY, Role.OFFICIAL], "family", Role.FAMILY),
        ([Role.FAMILY], "administrator", Role.FAMILY),
        ([Role.FAMILY], "nonsense", Role.FAMILY),
        ([], "family", None),
    ],
)
def test_active_role(held, chosen, expected):
    assert active_role(grants(*held), chosen) is expected


def test_roles_held_names_each_once():
    assert roles_held(grants(Role.FAMILY, Role.OFFICIAL, Role.FAMILY)) == [Role.OFFICIAL, Role.FAMILY]
