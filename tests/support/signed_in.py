"""Actors of the cast for services, and clients signed in as one of them for pages and the API."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from eldercare.accounts.models import User, UserScope
from eldercare.accounts.rules import Role, permissions_of
from eldercare.core.actor import Actor
from eldercare.core.db import commit, session
from tests.support.cast import CAST, Member

# Never checked: the cast signs in through the session, not by password.
NO_PASSWORD = "!"


def actor_of(name: str) -> Actor:
    """The Actor as a sign-in would build it, without a request."""
    member = CAST[name]
    if member.role is None:
        return Actor.public()
    return Actor(
        kind="user",
        name=member.title,
        user_id=member.user_id,
        roles=frozenset({member.role}),
        permissions=permissions_of(Role(member.role)),
        region_paths=member.region_paths,
        institution_ids=frozenset(member.institution_ids),
        elder_ids=frozenset(member.elder_ids),
    )


def sign_in(app: Flask, name: str) -> FlaskClient:
    """A client with the session of the member, whose account is made when it is not there yet."""
    client = app.test_client()
    member = CAST[name]
    if member.role is None:
        return client
    user = account_of(member)
    with client.session_transaction() as kept:
        kept["_user_id"] = user.fs_uniquifier
        kept["_fresh"] = True
        kept["fs_cc"] = "set"
    return client


def account_of(member: Member) -> User:
    found = session().get(User, member.user_id)
    if found is None:
        found = User(
            id=member.user_id,
            username=member.name,
            email=member.email,
            display_name=member.title,
            password=NO_PASSWORD,
            fs_uniquifier=member.user_id.hex,
            region_path="/cn/",
            created_by="system:tests",
            scopes=[_scope(member, **target) for target in _targets(member)],
        )
        session().add(found)
        commit()
    return found


def _targets(member: Member) -> list[dict[str, object]]:
    return [
        *({"division_path": path} for path in member.region_paths),
        *({"institution_id": one} for one in member.institution_ids),
        *({"elder_id": one} for one in member.elder_ids),
    ]


def _scope(member: Member, **target: object) -> UserScope:
    return UserScope(role=member.role, granted_by="system:tests", **target)
