"""Every route says who may call it, and no route tells a stranger anything about what is not theirs.

The walk asks every route in every role for things of a foreign district. The answer must be a refusal, hold none of
the foreign names, and be the same answer as for a thing that does not exist.
"""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from flask import url_for

from eldercare.accounts.rules import all_permissions
from eldercare.core.access import declared
from tests.guards.source import refuse
from tests.guards.world import MARK, PINYIN, foreign_world
from tests.support.cast import CAST

# Arguments that name public or own things, with the reason why no foreign one exists.
NOT_SCOPED = {
    "filename": "static files are for everybody",
    "code": "divisions and policy packs are public knowledge",
    "content_hash": "published packs are public knowledge",
    "name": "mappings of import files belong to the product",
    "job_id": "jobs carry ids only; their page asks for jobs.read",
}
STEPS = {"change": "disable", "step": "review"}
STRANGERS = ["official_a", "operator_1", "assessor", "inspector", "community_worker", "family", "public"]
# These need no permission to be refused differently: who signs in is told about sign-in only.
LIBRARY = {"static"}


def rules_of(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in LIBRARY]


def methods_of(rule):
    return sorted(rule.methods - {"HEAD", "OPTIONS"})


# --- declarations -------------------------------------------------------------------------------------------------


def test_every_route_declares_its_access(app):
    found = [
        f"{method} {rule.rule} ({rule.endpoint})"
        for rule in rules_of(app)
        for method in methods_of(rule)
        if declared(app, rule.endpoint, method) is None
    ]
    refuse(found, "Routes that do not say @access, @signed_in or @public:")


def test_every_permission_that_a_route_asks_for_is_held_by_a_role(app):
    found = [
        f"{method} {rule.rule} asks for {access.permission}"
        for rule in rules_of(app)
        for method in methods_of(rule)
        if (access := declared(app, rule.endpoint, method)) and access.permission not in {None, *all_permissions()}
    ]
    refuse(found, "Permissions that no role has (accounts/rules.py):")


def test_a_changing_route_is_public_only_where_it_stores_nothing(app):
    allowed = {"/api/v1/estimates", "/api/v1/assessments/score", "/estimate", "/sign-in", "/sign-out"}
    found = [
        f"{method} {rule.rule}"
        for rule in rules_of(app)
        for method in methods_of(rule)
        if method not in ("GET", "HEAD")
        and (access := declared(app, rule.endpoint, method))
        and access.is_public
        and rule.rule not in allowed
    ]
    refuse(found, "Public routes that take changes:")


def test_no_get_changes_anything(app):
    """A link must never change a fact: names of GET routes are not verbs of change."""
    verbs = re.compile(r"/(delete|remove|withdraw|approve|discharge|admit|revoke|disable|retry|discard)$")
    found = [
        rule.rule
        for rule in rules_of(app)
        if "GET" in rule.methods and "POST" not in rule.methods and verbs.search(rule.rule) and "<" not in rule.rule
    ]
    refuse(found, "GET routes that sound like changes:")


# --- the walk -----------------------------------------------------------------------------------------------------


def scoped_rules(app):
    """Routes with arguments that point at somebody's things."""
    return [rule for rule in rules_of(app) if set(rule.arguments) - set(NOT_SCOPED)]


def arguments(rule, world):
    """Foreign values for a rule's arguments, and values of nothing; raises KeyError for an argument nobody knows."""
    blueprint = rule.endpoint.split(".")[0].removeprefix("api_")
    foreign, nothing = {}, {}
    for name in rule.arguments:
        if name in STEPS or name in NOT_SCOPED:
            foreign[name] = nothing[name] = STEPS.get(name, "x")
            continue
        value = "00000000-0000-4000-8000-000000000001" if name == "place_id" else None
        value = value or world.get(f"{blueprint}:{name}", world.get(name))
        if value is None:
            raise KeyError(f"{rule.rule}: tests/guards/world.py makes nothing for <{name}>")
        foreign[name] = value
        nothing[name] = 2_000_000_000 if isinstance(value, int) else uuid4()
    return foreign, nothing


def test_the_world_has_something_for_every_argument(app, db_session):
    world = foreign_world()
    found = []
    for rule in scoped_rules(app):
        try:
            arguments(rule, world)
        except KeyError as error:
            found.append(str(error))
    refuse(found, "Give the walk a foreign row for these:")


def address_of(app, rule, values):
    with app.test_request_context():
        return url_for(rule.endpoint, **values)


def ask(client, app, rule, method, values):
    address = address_of(app, rule, values)
    extra = {"json": {}} if address.startswith("/api/") and method != "GET" else {}
    return client.open(address, method=method, **extra)


VOLATILE = re.compile(r'name="csrf_token" value="[^"]*"|"request_id": ?"[^"]*"|[0-9a-f]{32}|\d{4}-\d\d-\d\d \d\d:\d\d')


def body(answer, app, rule, values):
    """The text without what differs between any two answers: the address and ids asked for, tokens, the time."""
    text = VOLATILE.sub("", answer.get_data(as_text=True)).replace(address_of(app, rule, values), "ADDRESS")
    for value in values.values():
        if not isinstance(value, int):
            text = text.replace(str(value), "ID")
    return text


@pytest.mark.parametrize("name", STRANGERS)
def test_foreign_things_are_like_things_that_do_not_exist(app, client_as, db_session, name):
    world = foreign_world()
    client = client_as(name)
    found = []
    for rule in scoped_rules(app):
        foreign, nothing = arguments(rule, world)
        for method in methods_of(rule):
            there = ask(client, app, rule, method, foreign)
            absent = ask(client, app, rule, method, nothing)
            where = f"{name}: {method} {rule.rule}"
            if there.status_code < 400 and not _leads_to_sign_in(there):
                found.append(f"{where} answered {there.status_code} for a foreign thing")
            if MARK in there.get_data(as_text=True):
                found.append(f"{where} shows a foreign name")
            if there.status_code != absent.status_code:
                found.append(f"{where} says {there.status_code} for a foreign thing, {absent.status_code} for none")
            elif body(there, app, rule, foreign) != body(absent, app, rule, nothing):
                found.append(f"{where} words its refusal of a foreign thing differently")
    refuse(found, "Foreign things that show:")


def _leads_to_sign_in(answer):
    return answer.status_code == 303 and "/sign-in" in (answer.location or "")


@pytest.mark.parametrize("name", STRANGERS)
def test_no_list_shows_foreign_names(app, client_as, db_session, name):
    """Every page, export and API list without arguments, plain and searched."""
    foreign_world()
    client = client_as(name)
    found = []
    for rule in rules_of(app):
        if rule.arguments or "GET" not in rule.methods:
            continue
        for query in ("", f"?q={PINYIN}", "?division=370203"):
            answer = client.get(rule.rule + query)
            if MARK in answer.get_data(as_text=True):
                found.append(f"{name}: GET {rule.rule}{query} shows a foreign name")
            if answer.status_code >= 500:
                found.append(f"{name}: GET {rule.rule}{query} fails with {answer.status_code}")
    refuse(found, "Lists that show what is not theirs:")


@pytest.mark.parametrize("name", sorted(CAST))
def test_each_role_gets_what_its_permissions_say(app, client_as, db_session, name):
    """Without the permission a route answers 403 (or leads to the sign-in), before it looks at anything."""
    from eldercare.accounts.rules import Role, permissions_of

    member = CAST[name]
    held = permissions_of(Role(member.role)) if member.role else frozenset()
    world = foreign_world()
    client = client_as(name)
    found = []
    for rule in rules_of(app):
        if set(rule.arguments) & set(NOT_SCOPED):
            continue
        for method in methods_of(rule):
            access = declared(app, rule.endpoint, method)
            if access is None or access.is_public or access.permission in {None, *held}:
                continue
            answer = ask(client, app, rule, method, arguments(rule, world)[0])
            expected = 403 if member.role else 401
            if not (answer.status_code == expected or (not member.role and _leads_to_sign_in(answer))):
                found.append(f"{name}: {method} {rule.rule} answered {answer.status_code}, not {expected}")
            if rule.rule.startswith("/api/") and answer.content_type != "application/problem+json":
                found.append(f"{name}: {method} {rule.rule} refuses with {answer.content_type}")
    refuse(found, "Doors that stand open:")


def test_the_system_sees_the_foreign_world(app, db_session):
    """The walk looks for names that are really there."""
    from sqlalchemy import select

    from eldercare.institutions.models import Institution
    from eldercare.people.models import Elder

    foreign_world()
    assert MARK in db_session.scalar(select(Institution.name).where(Institution.name.contains(MARK)))
    assert MARK in db_session.scalar(select(Elder.name).where(Elder.name.contains(MARK)))


def test_who_holds_the_district_sees_its_things(app, client_as, db_session):
    """The other side of the walk: for their own official the same addresses open."""
    world = foreign_world()
    client = client_as("official_b")
    opened = {
        rule.rule: ask(client, app, rule, "GET", arguments(rule, world)[0]).status_code
        for rule in scoped_rules(app)
        if "GET" in rule.methods
        and rule.endpoint in ("people.show", "registry.show", "beds.board", "beds.bed", "assessments.show")
    }
    assert opened
    assert set(opened.values()) == {200}, opened
