"""Signing in, the lock that outlives Redis, and the first password."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from eldercare.accounts import signin
from eldercare.accounts.models import SignInAttempts, User
from eldercare.audit.models import AuditRow
from eldercare.core import clock
from eldercare.core.db import commit
from tests.factories.accounts import make_user

PASSWORD = "a quiet morning 7"


@pytest.fixture
def wang(db_session):
    return make_user(username="wang.li", email="Wang.Li@cast.example", password=PASSWORD)


def attempt(client, name, password, **kwargs):
    return client.post("/sign-in", data={"email": name, "password": password}, **kwargs)


def is_signed_in(client):
    return client.get("/account").status_code == 200


@pytest.mark.parametrize("name", ["wang.li", "WANG.LI", " wang.li ", "wang.li@cast.example", "WANG.LI@CAST.EXAMPLE"])
def test_user_name_or_email_in_any_case_signs_in(client, wang, name):
    answer = attempt(client, name, PASSWORD)
    assert answer.status_code == 302
    assert answer.location.endswith("/work")
    assert is_signed_in(client)


def test_composed_and_full_width_characters_of_a_password_are_the_same(client, db_session):
    make_user(username="zhao", password="mot de passe é９")
    attempt(client, "zhao", "mot de passe é9")
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("name", "password"), [("wang.li", "wrong password 1"), ("nobody", PASSWORD), ("", ""), ("wang.li", "")]
)
def test_a_wrong_sign_in_is_refused_in_the_same_words(client, wang, name, password):
    answer = attempt(client, name, password)
    assert answer.status_code == 200
    assert not is_signed_in(client)


def test_unknown_and_known_names_get_the_same_answer(client, wang):
    known = attempt(client, "wang.li", "wrong password 1").text.replace("wang.li", "NAME")
    unknown = attempt(client, "wang.lo", "wrong password 1").text.replace("wang.lo", "NAME")
    assert "User name or password is wrong" in known or "用户名或密码不正确" in known
    assert _main(known) == _main(unknown)


def _main(html):
    main = html.partition("<main")[2].partition("</main>")[0]
    return re.sub(r'name="csrf_token" value="[^"]+"', "", main)  # signed with the second it was made in


def test_a_closed_account_is_refused_like_a_wrong_password(client, db_session):
    make_user(username="gone", password=PASSWORD, active=False)
    answer = attempt(client, "gone", PASSWORD)
    assert "User name or password is wrong" in answer.text or "用户名或密码不正确" in answer.text
    assert not is_signed_in(client)


def test_five_failures_close_the_name_even_for_the_right_password(client, wang, frozen_clock):
    frozen_clock(clock.now())
    for _ in range(5):
        attempt(client, "wang.li", "wrong password 1")
    answer = attempt(client, "wang.li", PASSWORD)
    assert not is_signed_in(client)
    assert clock.now().astimezone(clock.ZONE).strftime("%Y-%m-%d") in answer.text


def test_the_lock_outlives_redis(client, wang, redis_server):
    for _ in range(5):
        attempt(client, "wang.li", "wrong password 1")
    redis_server.flushall()
    attempt(client, "wang.li", PASSWORD)
    assert not is_signed_in(client)


def test_the_lock_ends_by_itself(client, wang, frozen_clock):
    begin = clock.now()
    frozen_clock(begin)
    for _ in range(5):
        attempt(client, "wang.li", "wrong password 1")
    frozen_clock(begin + timedelta(minutes=14, seconds=59))
    attempt(client, "wang.li", PASSWORD)
    assert not is_signed_in(client)
    frozen_clock(begin + timedelta(minutes=15))
    attempt(client, "wang.li", PASSWORD)
    assert is_signed_in(client)


def test_mail_and_user_name_share_one_count(client, wang):
    for name in ("wang.li", "wang.li@cast.example", "wang.li", "wang.li@cast.example", "wang.li"):
        attempt(client, name, "wrong password 1")
    attempt(client, "wang.li@cast.example", PASSWORD)
    assert not is_signed_in(client)


def test_an_unknown_name_is_locked_like_a_known_one(client, db_session):
    for _ in range(5):
        attempt(client, "nobody.here", "wrong password 1")
    answer = attempt(client, "nobody.here", "wrong password 1")
    assert "Too many failed attempts" in answer.text or "失败次数过多" in answer.text


def test_success_forgets_earlier_failures(client, wang, db_session):
    for _ in range(4):
        attempt(client, "wang.li", "wrong password 1")
    attempt(client, "wang.li", PASSWORD)
    assert db_session.query(SignInAttempts).count() == 0


def test_every_attempt_is_in_the_log_without_the_typed_name(client, wang, db_session):
    attempt(client, "my secret typed into the wrong field", "wrong password 1")
    attempt(client, "wang.li", "wrong password 1")
    attempt(client, "wang.li", PASSWORD)
    rows = db_session.query(AuditRow).filter_by(action="accounts.sign_in").order_by(AuditRow.id).all()
    assert [(row.outcome, row.subject_id) for row in rows] == [
        ("refused", None),
        ("refused", str(wang.id)),
        ("done", str(wang.id)),
    ]
    assert "my secret" not in str([(row.before, row.after, row.actor_name) for row in rows])


def test_sign_out_ends_the_session(client, wang):
    attempt(client, "wang.li", PASSWORD)
    assert client.post("/sign-out").status_code == 302
    assert not is_signed_in(client)


def test_sign_out_is_not_done_by_a_link(client, wang):
    attempt(client, "wang.li", PASSWORD)
    assert client.get("/sign-out").status_code == 405
    assert is_signed_in(client)


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example/", "http:evil.example"])
def test_sign_in_never_leads_to_another_site(client, wang, next_page):
    answer = client.post(
        f"/sign-in?next={next_page}", data={"email": "wang.li", "password": PASSWORD, "next": next_page}
    )
    assert "evil.example" not in (answer.location or "")


def test_sign_in_comes_back_to_the_page_that_was_asked_for(client, wang):
    answer = client.get("/account")
    assert answer.status_code == 303
    back = attempt(client, "wang.li", PASSWORD, query_string={"next": "/account"})
    assert back.location.endswith("/account")


# --- passwords ----------------------------------------------------------------------------------------------------


def test_a_password_set_by_somebody_else_opens_only_the_page_that_changes_it(client, db_session):
    user = make_user(username="fresh", password=PASSWORD, must_change_password=True)
    attempt(client, "fresh", PASSWORD)
    assert client.get("/account").location.endswith("/account/password")
    assert client.get("/api/v1/me").status_code == 403
    change(client, PASSWORD, "another evening 42")
    assert client.get("/account").status_code == 200
    assert db_session.get(User, user.id).must_change_password is False


def change(client, old, new, again=None):
    data = {"password": old, "new_password": new, "new_password_confirm": new if again is None else again}
    return client.post("/account/password", data=data)


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        ("wrong password 1", "another evening 42", None),
        (PASSWORD, "short", None),
        (PASSWORD, "another evening 42", "another evening 43"),
        (PASSWORD, "wang.li and more", None),
        (PASSWORD, "aaaaaaaaaaaaaaaa", None),
        (PASSWORD, PASSWORD, None),
    ],
)
def test_a_bad_new_password_changes_nothing(client, wang, old, new, again):
    attempt(client, "wang.li", PASSWORD)
    answer = change(client, old, new, again)
    assert answer.status_code == 200
    assert 'class="error-summary"' in answer.text
    client.post("/sign-out")
    attempt(client, "wang.li", PASSWORD)
    assert is_signed_in(client)


def test_a_changed_password_signs_out_everywhere_else(app, client, wang):
    other = app.test_client()
    attempt(client, "wang.li", PASSWORD)
    attempt(other, "wang.li", PASSWORD)
    change(client, PASSWORD, "another evening 42")
    assert is_signed_in(client)
    assert not is_signed_in(other)


def test_hashes_are_argon2id(wang):
    assert wang.password.startswith("$argon2id$")


# --- pages in both languages --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "expected"), [("zh", "登录"), ("en", "Sign in")])
def test_the_page_speaks_the_readers_language(client, lang, expected):
    assert f"<h1>{expected}</h1>" in client.get(f"/sign-in?lang={lang}").text


def test_no_english_sentence_on_the_chinese_password_page(client, wang):
    attempt(client, "wang.li", PASSWORD)
    text = change(client, "wrong password 1", "another evening 42").text + change(client, PASSWORD, "x", "y").text
    for sentence in ("Invalid password", "Passwords do not match", "Password", "password is"):
        assert sentence not in text


def test_a_sign_in_is_no_change_of_the_account(client, wang, db_session):
    """Two at once would collide, and an administrator's open form would go stale."""
    version = wang.version
    attempt(client, "wang.li", PASSWORD)
    db_session.refresh(wang)
    assert (wang.version, wang.last_sign_in_at is not None) == (version, True)


def test_one_account_signs_in_many_times_at_once(committed_db):
    make_user(username="busy", password=PASSWORD)
    commit()

    def sign_in(_number):
        outcome = signin.check_password(name="busy", password=PASSWORD)
        commit()
        return outcome.user is not None

    assert committed_db.in_threads(sign_in, 6) == [True] * 6
