"""Who am I: the first call of an operator's own system with its token."""

from __future__ import annotations

from typing import Any

from eldercare.accounts.schemas import Me
from eldercare.core.api import Blueprint
from eldercare.core.web import actor, signed_in

blueprint = Blueprint("api_accounts", __name__, url_prefix="/api/v1", description="The caller's account")


@blueprint.get("/me")
@signed_in
@blueprint.response(200, Me)
def me() -> dict[str, Any]:
    """The caller's role and what it reaches."""
    who = actor()
    return {
        "name": who.name,
        "user_id": who.user_id,
        "role": next(iter(who.roles), None),
        "permissions": sorted(who.permissions),
        "region_paths": list(who.region_paths),
        "institution_ids": sorted(who.institution_ids, key=str),
    }
