"""`eldercare users`: accounts from the command line, for the first administrator and for rescue."""

from __future__ import annotations

import click

from eldercare.accounts import queries, service, targets
from eldercare.accounts.models import User
from eldercare.accounts.rules import SCOPE_OF, Role, ScopeKind
from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, commit
from eldercare.core.errors import DomainError

ACTOR = Actor.system("command line")


@click.group("users")
def cli() -> None:
    """Accounts: list, create, grant, password, unlock."""


@cli.command("list")
@click.option("--text", default="", help="Part of a user name, name or e-mail.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="Only who holds this role.")
def list_users(text: str, role: str | None) -> None:
    """Accounts with their roles and what they reach, one a line."""
    with acting_as(ACTOR):
        for user in queries.all_users(queries.find_users(text, role)):
            grants = "; ".join(
                f"{grant.role} {grant.division_path or grant.institution_id or grant.elder_id}" for grant in user.grants
            )
            state = "" if user.active else " (closed)"
            click.echo(f"{user.username}{state}\t{user.display_name}\t{grants or 'no role'}")


@cli.command("create")
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--division", required=True, help="Code or path of the division that keeps the account, e.g. 370202.")
@click.option("--email")
def create(username: str, name: str, division: str, email: str | None) -> None:
    """Create an account and print its first password once; it must be changed at the first sign-in."""
    with acting_as(ACTOR):
        try:
            created = service.create_user(
                ACTOR,
                username=username,
                display_name=name,
                email=email,
                region_path=_division(division),
            )
        except DomainError as error:
            raise click.ClickException(str(error)) from error
        commit()
        click.echo(f"{created.user.username}\nFirst password: {created.password}")


@cli.command("grant")
@click.argument("username")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.option("--division", help="Code or path of the division; for most roles.")
@click.option("--institution", help="Name or identifier of the institution; for operators.")
@click.option("--elder", help="Identifier of the elder; for families.")
def grant(username: str, role: str, division: str | None, institution: str | None, elder: str | None) -> None:
    """Give a role together with what it reaches."""
    kind = SCOPE_OF[Role(role)]
    text = {ScopeKind.DIVISION: division, ScopeKind.INSTITUTION: institution, ScopeKind.ELDER: elder}[kind]
    if not text:
        raise click.UsageError(f"The role {role} needs --{kind.value}.")
    with acting_as(ACTOR):
        user = _user(username)
        target = _one(kind, text)
        reach = {"division_path": target.path} if kind is ScopeKind.DIVISION else _record(kind, target)
        try:
            service.grant_scope(ACTOR, user_id=user.id, role=Role(role), **reach)  # type: ignore[arg-type]
        except DomainError as error:
            raise click.ClickException(str(error)) from error
        commit()
        click.echo(f"{user.username} is {role} for {target.label}")


@cli.command("password")
@click.argument("username")
def password(username: str) -> None:
    """Make a new first password, print it once, and lift a lock."""
    with acting_as(ACTOR):
        made = service.reset_password(ACTOR, user_id=_user(username).id)
        commit()
        click.echo(f"First password: {made}")


@cli.command("unlock")
@click.argument("username")
def unlock(username: str) -> None:
    """Lift a lock before its time."""
    with acting_as(ACTOR):
        service.unlock(ACTOR, user_id=_user(username).id)
        commit()
        click.echo(f"{username} may sign in again.")


def _record(kind: ScopeKind, target: targets.Target) -> dict[str, object]:
    from uuid import UUID

    return {f"{kind.value}_id": UUID(target.key), "place": target.path}


def _user(username: str) -> User:
    found = queries.find_user_by_name(username)
    if found is None:
        raise click.ClickException(f"There is no account {username!r}.")
    return found


def _division(text: str) -> str:
    return _one(ScopeKind.DIVISION, text).path


def _one(kind: ScopeKind, text: str) -> targets.Target:
    found = targets.find(kind, text)
    if not found:
        raise click.ClickException(f"No {kind.value} matches {text!r}. Are the divisions loaded (`eldercare prepare`)?")
    if len(found) > 1:
        listed = "\n".join(f"  {target.key}  {target.label}" for target in found)
        raise click.ClickException(f"Several match {text!r}; name one by its code or path:\n{listed}")
    return found[0]
