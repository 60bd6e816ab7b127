"""Accounts kept by administrators, within their own scope."""

from __future__ import annotations

import re

import pytest

from eldercare.accounts import service
from eldercare.accounts.models import User, UserScope
from eldercare.accounts.rules import PERMISSIONS, Role
from eldercare.audit.models import AuditRow
from eldercare.core.actor import Actor
from eldercare.core.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from eldercare.regions.models import Region
from tests.factories.accounts import make_user
from tests.factories.institutions import institution
from tests.support.cast import CITY, DISTRICT_A, DISTRICT_B, INSTITUTION_1


@pytest.fixture
def regions(db_session):
    for code, name, path in (
        ("370200", "青岛市", CITY),
        ("370202", "市南区", DISTRICT_A),
        ("370203", "市北区", DISTRICT_B),
    ):
        region = Region(code=code, name=name, level="county", kind="administrative", path=path, pinyin="", initials="",
                        search_key=f"{name}|{code}")  # fmt: skip
        db_session.add(region)
    db_session.flush()


@pytest.fixture
def admin_a(db_session):
    """Administrator of district A only."""
    user = make_user(username="admin.a", role="administrator", division_path=DISTRICT_A)
    return service.load_actor(user)


@pytest.fixture
def as_admin_a(app, admin_a, db_session):
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"] = db_session.get(User, admin_a.user_id).fs_uniquifier
        kept["_fresh"] = True
    return client


def test_a_new_account_opens_after_its_first_password_is_changed(app, regions, as_admin_a, db_session):
    form = {"username": "li.na", "display_name": "Li Na", "division": "370202"}
    answer = as_admin_a.post("/admin/users/new", data=form)
    first = re.search(r"<code>((?:[a-z2-9]{4}-){4}[a-z2-9]{4})</code>", answer.text).group(1)
    client = app.test_client()
    client.post("/sign-in", data={"email": "li.na", "password": first})
    assert client.get("/account").location.endswith("/account/password")
    user = db_session.query(User).filter_by(username="li.na").one()
    assert (user.region_path, user.must_change_password) == (DISTRICT_A, True)
    assert first not in str(db_session.query(AuditRow).filter_by(action="accounts.user.create").one().after)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": "a b"}, "username"),
        ({"username": "ab"}, "username"),
        ({"username": "x@y"}, "username"),
        ({"username": "ADMIN.A"}, "username"),
        ({"username": ""}, "username"),
        ({"display_name": ""}, "display_name"),
        ({"email": "nonsense"}, "email"),
        ({"division": "370203"}, "division"),
        ({"division": "999999"}, "division"),
        ({"password": "x"}, "password"),
    ],
)
def test_a_bad_form_names_the_field_and_makes_nothing(regions, as_admin_a, db_session, changes, field):
    before = db_session.query(User).count()
    form = {"username": "li.na", "display_name": "Li Na", "division": "370202"} | changes
    answer = as_admin_a.post("/admin/users/new", data=form)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert db_session.query(User).count() == before


def test_the_list_shows_only_accounts_of_ones_divisions(as_admin_a, regions):
    make_user(username="near.one")
    make_user(username="far.one", region_path=DISTRICT_B)
    text = as_admin_a.get("/admin/users").text
    assert "near.one" in text
    assert "far.one" not in text
    assert "far.one" not in as_admin_a.get("/admin/users.csv").text
    assert "far.one" not in as_admin_a.get("/admin/users?q=far").text


@pytest.mark.parametrize("path", ["", "/disable", "/enable", "/password", "/unlock", "/scopes"])
def test_an_account_of_another_division_is_like_none(as_admin_a, regions, path, db_session):
    far = make_user(username="far.one", region_path=DISTRICT_B)
    address = f"/admin/users/{far.id}{path}"
    form = {"role": "official", "where": "370202"} if path == "/scopes" else {}
    answer = as_admin_a.post(address, data=form) if path else as_admin_a.get(address)
    assert answer.status_code == 404
    assert "far.one" not in answer.text
    assert db_session.get(User, far.id).active


@pytest.mark.parametrize(
    "name", ["official_a", "operator_1", "assessor", "inspector", "evaluator", "community_worker", "family", "public"]
)
@pytest.mark.parametrize("path", ["/admin/users", "/admin/users/new", "/admin/users.csv"])
def test_only_administrators_keep_accounts(client_as, name, path):
    assert client_as(name).get(path).status_code == (303 if name == "public" else 403)


def test_a_role_is_given_and_withdrawn_from_the_page(as_admin_a, regions, db_session):
    user = make_user(username="near.one")
    address = f"/admin/users/{user.id}"
    assert as_admin_a.post(f"{address}/scopes", data={"role": "official", "where": "市南区"}).status_code == 303
    scope = db_session.query(UserScope).filter_by(user_id=user.id).one()
    assert (scope.role, scope.division_path) == ("official", DISTRICT_A)
    assert service.load_actor(user).region_paths == (DISTRICT_A,)
    assert as_admin_a.post(f"{address}/scopes/{scope.id}/revoke").status_code == 303
    assert service.load_actor(user).permissions == frozenset()
    assert db_session.get(UserScope, scope.id).revoked_at is not None


def test_a_role_outside_ones_own_scope_is_refused(as_admin_a, regions, db_session):
    user = make_user(username="near.one")
    answer = as_admin_a.post(f"/admin/users/{user.id}/scopes", data={"role": "official", "where": "市北区"})
    assert answer.status_code == 422
    assert "市北区" not in answer.text.replace('value="市北区"', "")
    assert db_session.query(UserScope).filter_by(user_id=user.id).count() == 0


def test_a_city_cannot_be_given_by_an_administrator_of_one_district(admin_a, db_session):
    user = make_user(username="near.one")
    with pytest.raises(Invalid):
        service.grant_scope(admin_a, user_id=user.id, role=Role.OFFICIAL, division_path=CITY)


def test_the_same_role_twice_is_refused(admin_a, db_session):
    user = make_user(username="near.one")
    service.grant_scope(admin_a, user_id=user.id, role=Role.OFFICIAL, division_path=DISTRICT_A)
    with pytest.raises(Conflict):
        service.grant_scope(admin_a, user_id=user.id, role=Role.OFFICIAL, division_path=DISTRICT_A)


@pytest.mark.parametrize(
    ("role", "reach"),
    [
        (Role.OPERATOR, {"division_path": DISTRICT_A}),
        (Role.OFFICIAL, {"institution_id": INSTITUTION_1, "place": DISTRICT_A}),
        (Role.FAMILY, {}),
        (Role.OFFICIAL, {"division_path": DISTRICT_A, "institution_id": INSTITUTION_1}),
    ],
)
def test_each_role_reaches_its_own_kind_of_thing(admin_a, db_session, role, reach):
    user = make_user(username="near.one")
    with pytest.raises(Invalid):
        service.grant_scope(admin_a, user_id=user.id, role=role, **reach)


def test_an_operator_of_an_institution_in_ones_division(admin_a, db_session):
    user = make_user(username="near.one")
    service.grant_scope(
        admin_a, user_id=user.id, role=Role.OPERATOR, institution_id=INSTITUTION_1, place=DISTRICT_A + "370202001/"
    )
    actor = service.load_actor(user)
    assert actor.institution_ids == {INSTITUTION_1}
    assert actor.region_paths == ()


@pytest.mark.parametrize("call", ["set_active", "reset_password", "unlock", "grant_scope"])
def test_nobody_changes_the_own_account(admin_a, db_session, call):
    extra = {"set_active": {"active": False}, "grant_scope": {"role": Role.OFFICIAL, "division_path": DISTRICT_A}}
    with pytest.raises(Conflict):
        getattr(service, call)(admin_a, user_id=admin_a.user_id, **extra.get(call, {}))


def test_an_account_that_reaches_further_than_oneself_is_not_taken_over(admin_a, db_session):
    user = make_user(username="of.the.city", role="official", division_path=CITY)
    for call in (service.reset_password, service.unlock):
        with pytest.raises(Forbidden):
            call(admin_a, user_id=user.id)


@pytest.mark.parametrize("call", ["set_active", "reset_password", "unlock"])
def test_services_ask_for_the_permission(actor_as, db_session, call):
    user = make_user(username="near.one")
    extra = {"active": False} if call == "set_active" else {}
    with pytest.raises(Forbidden):
        getattr(service, call)(actor_as("official_a"), user_id=user.id, **extra)


def test_a_stale_page_disables_nobody(admin_a, db_session):
    user = make_user(username="near.one")
    with pytest.raises(StaleVersion):
        service.set_active(admin_a, user_id=user.id, active=False, version=user.version + 1)
    assert user.active


def test_disabling_signs_out_at_once(app, as_admin_a, client, db_session, regions):
    user = make_user(username="near.one", password="a quiet morning 7")
    client.post("/sign-in", data={"email": "near.one", "password": "a quiet morning 7"})
    assert client.get("/account").status_code == 200
    as_admin_a.post(f"/admin/users/{user.id}/disable", data={"version": user.version})
    assert client.get("/account").status_code == 303
    as_admin_a.post(f"/admin/users/{user.id}/enable")
    assert client.get("/account").status_code == 303  # enabling does not revive the old session


def test_an_administrator_lifts_a_lock(app, as_admin_a, client, db_session, regions):
    user = make_user(username="near.one", password="a quiet morning 7")
    for _ in range(5):
        client.post("/sign-in", data={"email": "near.one", "password": "wrong password 1"})
    address = f"/admin/users/{user.id}"
    assert f"{address}/unlock" in as_admin_a.get(address).text
    as_admin_a.post(f"{address}/unlock")
    client.post("/sign-in", data={"email": "near.one", "password": "a quiet morning 7"})
    assert client.get("/account").status_code == 200


def test_every_change_is_in_the_log(admin_a, db_session):
    created = service.create_user(admin_a, username="new.one", display_name="New One", region_path=DISTRICT_A)
    scope = service.grant_scope(admin_a, user_id=created.user.id, role=Role.OFFICIAL, division_path=DISTRICT_A)
    service.revoke_scope(admin_a, user_id=created.user.id, scope_id=scope.id)
    service.reset_password(admin_a, user_id=created.user.id)
    service.set_active(admin_a, user_id=created.user.id, active=False)
    db_session.flush()
    rows = db_session.query(AuditRow).filter_by(subject_id=str(created.user.id)).order_by(AuditRow.id)
    assert [row.action for row in rows] == [
        "accounts.user.create",
        "accounts.scope.grant",
        "accounts.scope.revoke",
        "accounts.user.reset_password",
        "accounts.user.disable",
    ]


def test_an_unknown_scope_is_not_found(admin_a, db_session):
    user, other = make_user(username="near.one"), make_user(username="near.two")
    scope = service.grant_scope(admin_a, user_id=other.id, role=Role.OFFICIAL, division_path=DISTRICT_A)
    with pytest.raises(NotFound):
        service.revoke_scope(admin_a, user_id=user.id, scope_id=scope.id)


def test_who_hands_out_keys_sees_no_elder():
    assert not {p for p in PERMISSIONS[Role.ADMINISTRATOR] if p.startswith(("people.", "assessments."))}


def test_the_system_may_create_the_first_administrator(db_session):
    made = service.create_user(
        Actor.system("command line"),
        username="first",
        display_name="First",
        region_path="/cn/",
        email="First@Cast.example",
    )
    assert made.user.email == "first@cast.example"
    assert made.password


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_of_an_administrator_show_in_both_languages(as_admin_a, regions, lang):
    user = make_user(username="near.one", role="official", division_path=DISTRICT_A)
    for path in ("/admin/users", "/admin/users/new", f"/admin/users/{user.id}", "/account"):
        assert as_admin_a.get(f"{path}?lang={lang}").status_code == 200


def test_an_operator_is_given_an_institution_by_its_name(as_admin_a, regions, db_session):
    from tests.factories import beds

    home = beds.institution(name="康宁养老院")
    user = make_user(username="near.one")
    address = f"/admin/users/{user.id}"
    answer = as_admin_a.post(f"{address}/scopes", data={"role": "operator", "where": "康宁"})
    assert answer.status_code == 303
    assert service.load_actor(user).institution_ids == {home.id}
    assert "康宁养老院" in as_admin_a.get(address).text


def test_a_family_is_given_an_elder_by_identifier_with_the_name_masked(as_admin_a, regions, db_session):
    from tests.factories.people import make_elder

    elder = make_elder(name="赵玉兰", region_path=DISTRICT_A)
    user = make_user(username="near.one")
    address = f"/admin/users/{user.id}"
    assert as_admin_a.post(f"{address}/scopes", data={"role": "family", "where": str(elder.id)}).status_code == 303
    text = as_admin_a.get(address).text
    assert "赵**" in text
    assert "赵玉兰" not in text


def test_a_foreign_institution_cannot_be_given(as_admin_a, regions, db_session):
    from tests.factories import beds
    from tests.support.cast import INSTITUTION_2

    beds.institution(INSTITUTION_2, DISTRICT_B, "乙区养老院")
    user = make_user(username="near.one")
    answer = as_admin_a.post(f"/admin/users/{user.id}/scopes", data={"role": "operator", "where": str(INSTITUTION_2)})
    assert answer.status_code == 422
    assert "乙区养老院" not in answer.text


def test_an_account_that_reaches_an_institution_elsewhere_is_not_for_this_administrator(
    regions, as_admin_a, db_session
):
    """A new password for it would lend its reach: refused like one that reaches a foreign division."""
    near, far = (institution(db_session.query(Region).filter_by(path=path).one()) for path in (DISTRICT_A, DISTRICT_B))
    own = make_user(username="op.near", region_path=DISTRICT_A, role="operator", institution_id=near.id)
    foreign = make_user(username="op.far", region_path=DISTRICT_A, role="operator", institution_id=far.id)
    assert as_admin_a.post(f"/admin/users/{own.id}/password").status_code == 200
    before = foreign.password
    assert as_admin_a.post(f"/admin/users/{foreign.id}/password").status_code == 403
    db_session.refresh(foreign)
    assert foreign.password == before
