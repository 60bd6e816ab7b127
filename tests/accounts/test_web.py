"""CSRF, security headers, tokens, and how refusals look to pages and to the API."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import event

from eldercare.accounts.models import ApiToken
from eldercare.audit.models import AuditRow
from eldercare.core import clock
from eldercare.core.db import db, session
from tests.factories.accounts import make_user
from tests.support.cast import DISTRICT_A

PASSWORD = "a quiet morning 7"


@pytest.fixture
def csrf_on(app):
    app.config["WTF_CSRF_ENABLED"] = True
    yield
    app.config["WTF_CSRF_ENABLED"] = False


def token_of(html):
    return re.search(r'name="csrf_token" value="([^"]+)"', html).group(1)


# --- CSRF ---------------------------------------------------------------------------------------------------------


def test_sign_in_without_the_forms_token_is_refused(client, csrf_on, db_session):
    make_user(username="wang.li", password=PASSWORD)
    answer = client.post("/sign-in", data={"email": "wang.li", "password": PASSWORD})
    assert answer.status_code == 403
    assert client.get("/account").status_code == 303


def test_sign_in_with_the_forms_token_works(client, csrf_on, db_session):
    make_user(username="wang.li", password=PASSWORD)
    token = token_of(client.get("/sign-in").text)
    client.post("/sign-in", data={"email": "wang.li", "password": PASSWORD, "csrf_token": token})
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize("path", ["/admin/users/new", "/account/role", "/account/tokens", "/sign-out"])
def test_a_signed_in_form_without_its_token_is_refused(client_as, csrf_on, path):
    assert client_as("administrator").post(path).status_code == 403


def test_a_token_of_another_session_is_refused(client_as, csrf_on):
    mine, other = client_as("administrator"), client_as("official_a")
    stolen = token_of(other.get("/account").text)
    answer = mine.post("/account/tokens", data={"name": "x", "days": "1", "csrf_token": stolen})
    assert answer.status_code == 403


def test_the_api_by_session_needs_the_token_header(client_as, csrf_on, app):
    client = client_as("official_a")
    token = token_of(client.get("/account").text)
    path = "/api/v1/no-such-thing"
    assert client.post(path).status_code == 404  # nothing there to protect
    posts = _signed_in_api_posts(app)
    if not posts:
        pytest.skip("no API route takes a POST from a signed-in person")
    refused = client.post(posts[0], json={})
    assert refused.status_code == 403
    assert refused.content_type == "application/problem+json"
    assert client.post(posts[0], json={}, headers={"X-CSRFToken": token}).status_code != 400


def _signed_in_api_posts(app):
    from eldercare.core.access import declared

    return [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and "POST" in rule.methods and not rule.arguments
        and (found := declared(app, rule.endpoint, "POST")) and not found.is_public
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["/api/v1/estimates", "/api/v1/assessments/score"])
def test_public_calls_need_no_token_of_any_kind(client, csrf_on, app, path):
    if not any(rule.rule == path for rule in app.url_map.iter_rules()):
        pytest.skip("the route is not there yet")
    assert client.post(path, json={}).status_code == 422


# --- headers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/sign-in", "/no-such-page", "/api/v1/me", "/static/js/app.js"])
def test_every_answer_carries_the_security_headers(client, path):
    headers = client.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_personal_pages_are_stored_nowhere(client_as):
    assert client_as("official_a").get("/account").headers["Cache-Control"] == "no-store"


def test_static_files_may_be_stored(client_as):
    assert "no-store" not in client_as("official_a").get("/static/js/app.js").headers.get("Cache-Control", "")


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client, db_session):
    make_user(username="wang.li", password=PASSWORD)
    cookie = client.post("/sign-in", data={"email": "wang.li", "password": PASSWORD}).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


# --- 401 and 403 --------------------------------------------------------------------------------------------------


def test_the_api_answers_a_stranger_with_401_json(client):
    answer = client.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_page_leads_a_stranger_to_the_sign_in(client):
    answer = client.get("/admin/users?q=x")
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?next=")


def test_a_page_refuses_a_role_without_the_permission_and_the_log_keeps_it(client_as, db_session):
    client = client_as("operator_1")
    assert client.get("/admin/users").status_code == 403
    row = db_session.query(AuditRow).filter_by(outcome="refused").one()
    assert (row.action, row.after["path"]) == ("accounts.users.get", "/admin/users")


# --- tokens -------------------------------------------------------------------------------------------------------


@pytest.fixture
def operator(client_as):
    return client_as("operator_1")


def make_token(client, name="our own system", days=30):
    html = client.post("/account/tokens", data={"name": name, "days": days}).text
    return re.search(r"<code>(eld_[^<…]{20,})</code>", html).group(1)


def ask(app, secret, scheme="Bearer"):
    return app.test_client().get("/api/v1/me", headers={"Authorization": f"{scheme} {secret}"})


def test_a_token_speaks_for_its_person_in_its_role(app, operator):
    answer = ask(app, make_token(operator))
    assert answer.status_code == 200
    assert answer.json["role"] == "operator"
    assert "beds.change" in answer.json["permissions"]


def test_only_the_hash_of_a_token_is_stored(operator, db_session):
    secret = make_token(operator)
    row = db_session.query(ApiToken).one()
    assert secret not in str(vars(row))
    assert len(row.token_hash) == 64


def test_the_secret_is_shown_once(operator):
    secret = make_token(operator)
    assert secret not in operator.get("/account").text


def test_the_use_of_a_token_that_only_reads_is_written_down_once(app, operator):
    secret, commits = make_token(operator), []
    note = commits.append
    event.listen(db.session, "after_commit", note)
    try:
        ask(app, secret)
        assert (len(commits), session().query(ApiToken).one().last_used_at is not None) == (1, True)
        ask(app, secret)
        assert len(commits) == 1
    finally:
        event.remove(db.session, "after_commit", note)


def test_an_expired_token_is_refused(app, operator, frozen_clock):
    secret = make_token(operator, days=30)
    frozen_clock(clock.now() + timedelta(days=31))
    assert ask(app, secret).status_code == 401


def test_a_revoked_token_is_refused(app, operator, db_session):
    secret = make_token(operator)
    operator.post(f"/account/tokens/{db_session.query(ApiToken).one().id}/revoke")
    assert ask(app, secret).status_code == 401


def test_a_closed_accounts_token_is_refused(app, operator, db_session):
    secret = make_token(operator)
    db_session.query(ApiToken).one().user.active = False
    assert ask(app, secret).status_code == 401


def test_a_withdrawn_role_ends_its_tokens(app, operator, db_session):
    secret = make_token(operator)
    scope = db_session.query(ApiToken).one().user.scopes[0]
    scope.revoked_at, scope.revoked_by = clock.now(), "system:tests"
    assert ask(app, secret).status_code == 401


@pytest.mark.parametrize("header", ["Bearer eld_wrong", "Bearer", "Basic dTpw", "eld_wrong"])
def test_a_token_that_does_not_hold_is_told_so_even_on_public_calls(app, db_session, header):
    answer = app.test_client().get("/api/v1/regions", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"


def test_a_token_needs_no_csrf_and_opens_no_page(app, operator, csrf_on):
    page = operator.get("/account").text
    data = {"name": "x", "days": "30", "csrf_token": token_of(page)}
    secret = re.search(r"<code>(eld_[^<…]{20,})</code>", operator.post("/account/tokens", data=data).text).group(1)
    headers = {"Authorization": f"Bearer {secret}"}
    assert app.test_client().get("/account", headers=headers).status_code == 303
    assert app.test_client().get("/api/v1/me", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("name", "days"), [("", "30"), ("x", "0"), ("x", "367"), ("x", "1.5"), ("x", ""), ("x" * 81, "30")]
)
def test_a_bad_token_form_makes_none(operator, db_session, name, days):
    answer = operator.post("/account/tokens", data={"name": name, "days": days})
    assert answer.status_code == 422
    assert db_session.query(ApiToken).count() == 0


def test_nobody_revokes_anothers_token(app, operator, client_as, db_session):
    secret = make_token(operator)
    token_id = db_session.query(ApiToken).one().id
    assert client_as("operator_2").post(f"/account/tokens/{token_id}/revoke").status_code == 404
    assert ask(app, secret).status_code == 200


def test_a_family_makes_no_tokens(client_as):
    assert client_as("family").post("/account/tokens", data={"name": "x", "days": "30"}).status_code == 403


# --- roles --------------------------------------------------------------------------------------------------------


def test_one_role_at_a_time_and_the_reach_of_one_is_not_lent_to_another(app, client, db_session):
    user = make_user(username="both", password=PASSWORD, role="official", division_path=DISTRICT_A)
    from eldercare.accounts.models import UserScope

    user.scopes.append(UserScope(role="inspector", division_path="/cn/37/3706/", granted_by="system:tests"))
    client.post("/sign-in", data={"email": "both", "password": PASSWORD})
    first = client.get("/api/v1/me").json
    assert (first["role"], first["region_paths"]) == ("official", [DISTRICT_A])
    assert client.post("/account/role", data={"role": "inspector"}).status_code == 303
    second = client.get("/api/v1/me").json
    assert (second["role"], second["region_paths"]) == ("inspector", ["/cn/37/3706/"])
    assert "subsidies.approve" not in second["permissions"]


def test_a_role_that_is_not_held_cannot_be_chosen(client_as):
    client = client_as("operator_1")
    assert client.post("/account/role", data={"role": "administrator"}).status_code == 403
    assert client.get("/api/v1/me").json["role"] == "operator"
