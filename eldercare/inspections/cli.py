"""`eldercare inspections`: plan a division's visits in the terminal."""

from __future__ import annotations

import time
from datetime import date, datetime
from typing import Any
from uuid import UUID

import click
from redis.exceptions import RedisError
from rq import Worker

from eldercare.core import jobs
from eldercare.core.actor import Actor
from eldercare.core.db import commit, current_actor, rollback, session
from eldercare.core.errors import DomainError

DAY = click.DateTime(formats=["%Y-%m-%d"])
_WAIT_SECONDS = 600


@click.group()
def cli() -> None:
    """Inspection plans."""


@cli.command("plan")
@click.option("--division", required=True, help="Code of the division (370200, us, ...).")
@click.option("--as-of", "as_of", required=True, type=DAY, help="The day whose facts count.")
@click.option("--from", "first", required=True, type=DAY, help="First day of the period.")
@click.option("--to", "last", required=True, type=DAY, help="Last day of the period.")
@click.option(
    "--seconds", default=60, show_default=True, type=click.IntRange(0, 600), help="Solver time; 0: greedy only."
)
@click.option("--wait/--no-wait", default=True, help="Wait for the worker and print the result (default), or return.")
@click.option("--inline", is_flag=True, help="Solve in this process, without a worker.")
def plan_command(
    division: str, as_of: datetime, first: datetime, last: datetime, seconds: int, wait: bool, inline: bool
) -> None:
    """Make a plan: what falls due becomes dated visits by qualified teams."""
    from eldercare.inspections import service

    actor = current_actor() or Actor.system("command line: inspections")
    try:
        made = service.create_plan(
            actor, division=division, as_of=as_of.date(), first_day=first.date(), last_day=last.date(), seconds=seconds
        )
        plan_id = made.id
        click.echo(f"plan {plan_id}: {made.task_count} visits due, {made.inspector_count} inspectors")
        if inline:
            service.solve_plan(actor, plan_id=plan_id)
        commit()
    except DomainError as error:
        rollback()
        raise click.ClickException(_sentence(error)) from error
    if not wait and not inline:
        click.echo(f"a worker solves it; look with: eldercare inspections show {plan_id}")
        return
    if not inline:
        _wait(plan_id)
    _report(plan_id)


@cli.command("show")
@click.argument("plan_id", type=click.UUID)
def show_command(plan_id: UUID) -> None:
    """Say how a plan ended: figures, days, and why tasks stayed unplaced."""
    _report(plan_id)


def _sentence(error: DomainError) -> str:
    problems = getattr(error, "problems", [])
    return "; ".join([problem.message for problem in problems] or [error.message])


def _workers() -> int:
    try:
        return int(Worker.count(connection=jobs.redis()))
    except RedisError:
        return 0


def _wait(plan_id: UUID) -> None:
    from eldercare.inspections.queries.plans import get_plan
    from eldercare.inspections.rules import PlanState

    if not _workers():
        raise click.ClickException(
            f"no worker is alive: the plan {plan_id} waits and is solved when one starts. "
            "Start one (make run, or python -m workers.run), or solve here with --inline."
        )
    deadline = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < deadline:
        session().expire_all()
        if get_plan(plan_id).state != PlanState.QUEUED:
            rollback()
            return
        rollback()  # the next look sees what the worker committed
        time.sleep(0.5)
    raise click.ClickException("The plan is still waiting. Is a worker running? Look at: eldercare jobs")


def _report(plan_id: UUID) -> None:
    from eldercare.inspections.queries.plans import get_plan, unplaced_of, visits_of
    from eldercare.inspections.rules import PlanState
    from eldercare.inspections.texts import unplaced_text

    try:
        plan = get_plan(plan_id)
    except DomainError as error:
        raise click.ClickException(_sentence(error)) from error
    click.echo(f"state: {plan.state}")
    if plan.state == PlanState.FAILED:
        raise click.ClickException(plan.error)
    if plan.solver is None:
        return
    click.echo(f"solver: {plan.solver}; " + "; ".join(map(_stage, plan.stages)))
    click.echo(
        f"objective: {plan.objective} = " + " + ".join(f"{name} {cost}" for name, cost in plan.terms.items() if cost)
    )
    click.echo(f"result: {plan.visit_count} visits, {plan.unplaced_count} unplaced, hash {plan.result_hash}")
    click.echo("checker: " + ("every rule kept" if not plan.breaches else f"{len(plan.breaches)} rules broken"))
    _days([row.visit.on_date for row in visits_of(plan_id)])
    for row in unplaced_of(plan_id):
        reason = unplaced_text(row.task.unplaced_code or "", row.task.unplaced_facts)
        click.echo(f"  unplaced: {row.institution.name}: {reason}")


def _stage(stage: dict[str, Any]) -> str:
    gap = "no bound" if stage["gap"] is None else f"gap {stage['gap']:.2%}"
    return f"{stage['name']} {stage['status']} value {stage['value']} bound {stage['bound']} {gap}"


def _days(days: list[date]) -> None:
    if days:
        click.echo(
            f"days: {len(set(days))} from {min(days)} to {max(days)}, at most {max(map(days.count, days))} visits a day"
        )
