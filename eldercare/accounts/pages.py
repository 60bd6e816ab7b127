"""Own account, and the accounts that an administrator keeps."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, request
from flask import session as cookie
from werkzeug.wrappers import Response as BaseResponse

from eldercare.accounts import queries, rules, schemas, service, signin, targets
from eldercare.accounts.models import User
from eldercare.accounts.rules import ROLE_NAMES, SCOPE_OF, Role
from eldercare.accounts.web import ROLE, signed_in_user
from eldercare.core.clock import now
from eldercare.core.csvfile import write_csv
from eldercare.core.db import commit
from eldercare.core.errors import Conflict, DomainError, Invalid, SignInRequired
from eldercare.core.i18n import N_, gettext
from eldercare.core.web import Page, access, actor, decode, page_args, render, see_other, signed_in

blueprint = Blueprint("accounts", __name__)


def role_options() -> list[tuple[str, str]]:
    return [(role.value, gettext(ROLE_NAMES[role])) for role in Role]


# --- own account --------------------------------------------------------------------------------------------------


def _own() -> User:
    user = signed_in_user()
    if user is None:
        raise SignInRequired
    return user


@blueprint.get("/account")
@signed_in
def account() -> Response:
    """Name, roles, password, and the tokens of one's own systems."""
    return _account_page()


def _account_page(problems: Any = None, form: Any = None, secret: str | None = None, status: int = 200) -> Response:
    user = _own()
    who = actor()
    return render(
        "accounts/account.html",
        user=user,
        role=next(iter(who.roles), None),
        roles=rules.roles_held(user.grants),
        role_names=ROLE_NAMES,
        grants=user.grants,
        labels=targets.labels(user.grants),
        tokens=queries.tokens_of(user.id) if who.can(rules.TOKEN_PERMISSION) else None,
        now=now(),
        problems=problems,
        form=form,
        secret=secret,
        status=status,
    )


@blueprint.post("/account/role")
@signed_in
def choose_role() -> BaseResponse:
    """Act in another of one's roles from now on."""
    wanted = decode(schemas.RoleChoice())["role"]
    role = service.own_role(actor(), user=_own(), role=wanted)
    cookie[ROLE] = role.value
    flash(gettext("You now act as: %(role)s", role=gettext(ROLE_NAMES[role])), "ok")
    return see_other("accounts.account")


@blueprint.post("/account/tokens")
@access(rules.TOKEN_PERMISSION)
def issue_token() -> Response:
    try:
        data = decode(schemas.NewToken())
        issued = signin.issue_token(actor(), **data)
    except Invalid as error:
        return _account_page(error.problems, request.form, status=422)
    commit()
    return _account_page(secret=issued.secret)


@blueprint.post("/account/tokens/<uuid:token_id>/revoke")
@access(rules.TOKEN_PERMISSION)
def revoke_token(token_id: UUID) -> BaseResponse:
    signin.revoke_token(actor(), token_id=token_id)
    commit()
    flash(gettext("The token is revoked."), "ok")
    return see_other("accounts.account")


# --- accounts kept by an administrator ----------------------------------------------------------------------------


@blueprint.get("/admin/users")
@access("accounts.manage")
def users() -> Response:
    """Accounts of one's divisions; `q` searches names, `role` and `active` narrow."""
    page, per_page = page_args()
    rows, total = queries.page_of_users(_filtered(), page, per_page)
    grants = [grant for user in rows for grant in user.grants]
    return render(
        "accounts/users.html",
        page=Page(rows, total, page, per_page),
        roles=role_options(),
        role_names=ROLE_NAMES,
        labels=targets.labels(grants),
        filters=request.args,
    )


def _filtered() -> Any:
    active = {"yes": True, "no": False}.get(request.args.get("active", ""))
    return queries.find_users(request.args.get("q", "").strip()[:80], request.args.get("role"), active)


@blueprint.get("/admin/users.csv")
@access("accounts.manage")
def export_users() -> Response:
    """The list as shown, all pages, as CSV."""
    header = ["username", "display_name", "email", "active", "roles", "division", "created_at", "last_sign_in_at"]
    rows = [
        [
            user.username,
            user.display_name,
            user.email or "",
            "yes" if user.active else "no",
            " ".join(rules.roles_held(user.grants)),
            user.region_path,
            user.created_at.isoformat(),
            user.last_sign_in_at.isoformat() if user.last_sign_in_at else "",
        ]
        for user in queries.all_users(_filtered())
    ]
    headers = {"Content-Disposition": 'attachment; filename="accounts.csv"'}
    return Response(write_csv(header, rows), mimetype="text/csv", headers=headers)


@blueprint.get("/admin/users/new")
@access("accounts.manage")
def new_user() -> Response:
    return render("accounts/new.html", problems=None, form=None, matches=[])


@blueprint.post("/admin/users/new")
@access("accounts.manage")
def create_user() -> Response:
    matches: list[targets.Target] = []
    try:
        data = decode(schemas.NewUser())
        matches = list(targets.find(rules.ScopeKind.DIVISION, data.pop("division")))
        place = _only(matches, "division")
        created = service.create_user(actor(), region_path=place.path, **data)
    except Invalid as error:
        return render("accounts/new.html", problems=error.problems, form=request.form, matches=matches[:12], status=422)
    commit()
    return _user_page(created.user, password=created.password)


def _only(matches: list[targets.Target], field: str) -> targets.Target:
    """The one match in the administrator's scope. Raises Invalid for none and for several."""
    who = actor()
    matches[:] = [one for one in matches if who.is_system or rules.covers(who.region_paths, one.path)]
    if not matches:
        raise Invalid.one(field, N_("There is no such place in your scope."))
    if len(matches) > 1:
        raise Invalid.one(field, N_("Several places match. Choose one of them or type its code."))
    return matches[0]


@blueprint.get("/admin/users/<uuid:user_id>")
@access("accounts.manage")
def user(user_id: UUID) -> Response:
    return _user_page(queries.get_user(user_id))


def _user_page(
    found: User,
    *,
    password: str | None = None,
    problems: Any = None,
    form: Any = None,
    matches: Any = (),
    status: int = 200,
) -> Response:
    with_past = [scope.as_grant() for scope in found.scopes]
    return render(
        "accounts/user.html",
        user=found,
        roles=role_options(),
        role_names=ROLE_NAMES,
        scope_of={role.value: kind.value for role, kind in SCOPE_OF.items()},
        labels=targets.labels(with_past),
        place=targets.labels([rules.Grant(Role.OFFICIAL, found.region_path)])[found.region_path],
        locked_until=signin.locked_until(found),
        is_own=found.id == actor().user_id,
        password=password,
        problems=problems,
        form=form,
        matches=matches,
        status=status,
    )


@blueprint.post("/admin/users/<uuid:user_id>/scopes")
@access("accounts.manage")
def grant_scope(user_id: UUID) -> Response | BaseResponse:
    """Give a role somewhere. Several matches: the page comes back with the choice."""
    found = queries.get_user(user_id)
    matches: list[targets.Target] = []
    try:
        data = decode(schemas.NewScope())
        role = Role(data["role"])
        kind = SCOPE_OF[role]
        matches = list(targets.find(kind, data["target"] or data["where"] or ""))
        place = _only(matches, "where")
        service.grant_scope(actor(), user_id=user_id, role=role, **_reach(kind, place))
    except (Invalid, Conflict) as error:
        problems = error.problems if isinstance(error, Invalid) else Invalid.one("where", error.msgid).problems
        return _user_page(found, problems=problems, form=request.form, matches=matches[:12], status=_status(error))
    commit()
    flash(gettext("The role is given."), "ok")
    return see_other("accounts.user", user_id=user_id)


def _status(error: DomainError) -> int:
    return 422 if isinstance(error, Invalid) else 409


def _reach(kind: rules.ScopeKind, place: targets.Target) -> dict[str, Any]:
    if kind is rules.ScopeKind.DIVISION:
        return {"division_path": place.path}
    return {f"{kind.value}_id": UUID(place.key), "place": place.path}


@blueprint.post("/admin/users/<uuid:user_id>/scopes/<uuid:scope_id>/revoke")
@access("accounts.manage")
def revoke_scope(user_id: UUID, scope_id: UUID) -> BaseResponse:
    service.revoke_scope(actor(), user_id=user_id, scope_id=scope_id)
    commit()
    flash(gettext("The role is withdrawn."), "ok")
    return see_other("accounts.user", user_id=user_id)


@blueprint.post("/admin/users/<uuid:user_id>/<any(disable, enable):change>")
@access("accounts.manage")
def set_active(user_id: UUID, change: str) -> BaseResponse:
    data = decode(schemas.VersionOnly())
    service.set_active(actor(), user_id=user_id, active=change == "enable", version=data["version"])
    commit()
    flash(gettext("The account is open.") if change == "enable" else gettext("The account is closed."), "ok")
    return see_other("accounts.user", user_id=user_id)


@blueprint.post("/admin/users/<uuid:user_id>/password")
@access("accounts.manage")
def reset_password(user_id: UUID) -> Response:
    password = service.reset_password(actor(), user_id=user_id)
    commit()
    return _user_page(queries.get_user(user_id), password=password)


@blueprint.post("/admin/users/<uuid:user_id>/unlock")
@access("accounts.manage")
def unlock(user_id: UUID) -> BaseResponse:
    service.unlock(actor(), user_id=user_id)
    commit()
    flash(gettext("The lock is lifted."), "ok")
    return see_other("accounts.user", user_id=user_id)
