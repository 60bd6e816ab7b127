"""Accounts for tests, with real password hashes."""

from __future__ import annotations

import uuid
from typing import Any

from eldercare.accounts.models import User, UserScope
from eldercare.accounts.service import password_hash
from eldercare.core.db import session
from tests.support.cast import DISTRICT_A


def make_user(
    *,
    username: str = "somebody",
    password: str = "a quiet morning 7",
    role: str | None = None,
    division_path: str | None = None,
    institution_id: uuid.UUID | None = None,
    **values: Any,
) -> User:
    """An account; with `role` also the scope that goes with it."""
    values.setdefault("email", None)
    if values["email"]:
        values["email"] = values["email"].lower()
    user = User(
        **{
            "username": username,
            "display_name": f"Account {username}",
            "password": password_hash(password),
            "region_path": DISTRICT_A,
            "fs_uniquifier": uuid.uuid4().hex,
            "created_by": "system:tests",
            **values,
        }
    )
    if role:
        user.scopes.append(
            UserScope(role=role, division_path=division_path, institution_id=institution_id, granted_by="system:tests")
        )
    session().add(user)
    session().flush()
    return user
