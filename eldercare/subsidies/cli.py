"""`eldercare subsidies ...`: make, watch, check, decide and export runs from a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import click
from redis.exceptions import RedisError
from rq import Worker

from eldercare.accounts.queries import find_user_by_name
from eldercare.accounts.service import load_actor
from eldercare.core import jobs
from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, commit, current_actor, rollback, session
from eldercare.core.errors import DomainError
from eldercare.core.money import yuan
from eldercare.subsidies import export, queries, rules
from eldercare.subsidies.engine.segments import Month
from eldercare.subsidies.models import SubsidyRun
from eldercare.subsidies.service import chunks, runs

POLL_SECONDS = 0.5
T = TypeVar("T")


@click.group()
def cli() -> None:
    """Subsidy runs by month."""


@cli.command()
@click.option("--jurisdiction", required=True, help="Code of the policy pack, for example yantai.")
@click.option("--month", required=True, help="YYYY-MM, for example 2023-01.")
@click.option("--wait/--no-wait", default=True, help="Wait and show the progress (default), or return at once.")
@click.option("--inline", is_flag=True, help="Compute in this process instead of the workers.")
@click.option("--by", "user", help="Sign-in name or e-mail of the maker; without it the command line is the maker.")
def run(jurisdiction: str, month: str, wait: bool, inline: bool, user: str | None) -> None:
    """Make a run of a month and compute it. A run of that month that is open already is taken up again."""
    actor = _actor(user)
    found = _open_run(actor, jurisdiction, month)
    commit()
    click.echo(f"run {found.id} ({found.jurisdiction} {found.month:%Y-%m})")
    if inline:
        _compute_here(actor, found.id)
    elif wait:
        _watch(found.id)
    _summary(queries.get_run(found.id))


def _open_run(actor: Actor, jurisdiction: str, month: str) -> SubsidyRun:
    try:
        when = Month.parse(month)
    except ValueError:
        raise click.BadParameter(f"{month!r} is not a month; write it as YYYY-MM", param_hint="--month") from None
    try:
        with acting_as(actor):
            return runs.create(actor, jurisdiction=jurisdiction, month=when)
    except rules.RunExists as error:
        rollback()
        existing = queries.get_run(error.run_id)
        if existing.state in rules.WORKING:
            return existing
        raise click.ClickException(
            f"there is a run for {month} already: {existing.id} ({existing.state}). Cancel it first to compute again."
        ) from None
    except DomainError as error:
        rollback()
        raise click.ClickException(_told(error)) from None


def _told(error: DomainError) -> str:
    return str(error)


def _compute_here(actor: Actor, run_id: UUID) -> None:
    """All steps in this process, a transaction each; what workers do at the same time is left to them."""
    runs.freeze(actor, run_id=run_id)
    commit()
    numbers, progress = [chunk.number for chunk in queries.chunks(run_id)], Progress()
    for number in numbers:
        chunks.compute_chunk(actor, run_id=run_id, number=number)
        commit()
        progress(f"part {number + 1} of {len(numbers)}")
    chunks.finish(actor, run_id=run_id)
    commit()
    progress.end()


class Progress:
    """One line that is written over in a terminal; in a pipe or a file a line for each change."""

    def __init__(self) -> None:
        self.terminal = sys.stdout.isatty()
        self.shown = ""

    def __call__(self, text: str) -> None:
        if text != self.shown:
            click.echo(f"\r{text.ljust(len(self.shown))}" if self.terminal else text, nl=not self.terminal)
            self.shown = text

    def end(self) -> None:
        if self.terminal and self.shown:
            click.echo()


def _watch(run_id: UUID) -> None:
    """Show the progress until the run is computed. Ctrl-C leaves the workers at it."""
    if not _workers():
        raise click.ClickException(
            f"no worker is alive: the run {run_id} waits and is computed when one starts. "
            "Start one (make run, or python -m workers.run), or compute here with --inline."
        )
    progress = Progress()
    while True:
        rollback()  # what others have committed meanwhile
        found = queries.get_run(run_id)
        counts = queries.chunk_counts(run_id)
        total = sum(counts.values())
        progress(f"{found.state}: {counts['done']} of {total} parts")
        if found.state not in rules.WORKING:
            break
        if counts["failed"] and not counts["open"]:
            progress.end()
            raise click.ClickException(f"{counts['failed']} parts failed: eldercare subsidies show {run_id}")
        time.sleep(POLL_SECONDS)
    progress.end()


def _workers() -> int:
    try:
        return int(Worker.count(connection=jobs.redis()))
    except RedisError:
        return 0


@cli.command("list")
@click.option("--jurisdiction")
@click.option("--state", type=click.Choice([str(state) for state in rules.RunState]))
@click.option("--page", default=1, show_default=True, type=click.IntRange(1))
def list_runs(jurisdiction: str | None, state: str | None, page: int) -> None:
    """Runs, the newest month first."""
    found = queries.runs(page, 50, jurisdiction=jurisdiction, state=state)
    for one in found.items:
        click.echo(
            f"{one.id}  {one.jurisdiction:<12} {one.month:%Y-%m}  {one.state:<10} {one.lines:>8} lines "
            f"{yuan(one.total_fen):>18} yuan"
        )
    click.echo(f"{found.total} runs" + (f", page {found.page} of {found.pages}" if found.pages > 1 else ""))


@cli.command()
@click.argument("run_id", type=click.UUID)
def show(run_id: UUID) -> None:
    """State, totals, hashes, history and failed parts of a run."""
    found = _get(run_id)
    _summary(found)
    for name in ("pack_hash", "base_hash", "engine_version", "facts_hash", "lines_hash"):
        click.echo(f"{name:<15} {getattr(found, name) or '-'}")
    for row in queries.totals(run_id):
        click.echo(f"  {row['division']}  {row['scheme']:<24} {row['lines']:>8} {yuan(row['fen']):>18}")
    for scheme, reason, count in queries.skip_counts(run_id):
        click.echo(f"  not paid: {count} x {scheme}: {reason}")
    for chunk in queries.chunks(run_id):
        if chunk.state == "failed":
            click.echo(f"  part {chunk.number + 1} failed: {chunk.error}")
    for event in queries.events(run_id):
        click.echo(f"  {event.at:%Y-%m-%d %H:%M:%S}Z  {event.to_state:<10} {event.by_name} {event.note or ''}")


@cli.command()
@click.argument("run_id", type=click.UUID)
@click.option("--by", "user", required=True, help="Sign-in name or e-mail of the reviewer; never the maker.")
def review(run_id: UUID, user: str) -> None:
    """Mark a computed run as reviewed."""
    _decide(user, lambda actor: runs.review(actor, run_id=run_id))


@cli.command()
@click.argument("run_id", type=click.UUID)
@click.option("--by", "user", required=True, help="Sign-in name or e-mail of the approver; never the maker.")
def approve(run_id: UUID, user: str) -> None:
    """Approve a reviewed run."""
    _decide(user, lambda actor: runs.approve(actor, run_id=run_id))


@cli.command()
@click.argument("run_id", type=click.UUID)
@click.option("--by", "user", required=True, help="Sign-in name or e-mail of who cancels.")
@click.option("--reason", required=True)
def cancel(run_id: UUID, user: str, reason: str) -> None:
    """Cancel a run before its approval; its evidence stays."""
    _decide(user, lambda actor: runs.cancel(actor, run_id=run_id, reason=reason[:500]))


@cli.command()
@click.argument("run_id", type=click.UUID)
def retry(run_id: UUID) -> None:
    """Ring the failed parts of a run again."""
    count = _refusing(lambda: chunks.retry_failed(_actor(None), run_id=run_id))
    commit()
    click.echo(f"{count} parts are open again")


@cli.command()
@click.argument("run_id", type=click.UUID)
def verify(run_id: UUID) -> None:
    """Compute a run again from its kept facts and packs, and compare every byte."""
    problems = _refusing(lambda: chunks.verify(_actor(None), run_id=run_id))
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        sys.exit(1)
    click.echo("the same bytes")


@cli.command("export")
@click.argument("run_id", type=click.UUID)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def export_lines(run_id: UUID, file: Path | None) -> None:
    """Write the lines of a run as CSV into FILE, or to the standard output."""
    found = _get(run_id)
    export.record(_actor(None), found)
    if file is None:
        for block in export.lines_csv(found):
            click.echo(block, nl=False)
    else:
        with file.open("w", encoding="utf-8", newline="") as out:
            out.writelines(export.lines_csv(found))
        click.echo(f"{found.lines} lines written to {file}")
    commit()


def _decide(user: str, step: Callable[[Actor], SubsidyRun]) -> None:
    actor = _actor(user)
    with acting_as(actor):
        found = _refusing(lambda: step(actor))
        commit()
        _summary(found)


def _refusing(work: Callable[[], T]) -> T:
    """Run `work`; a refusal becomes the command's error."""
    try:
        return work()
    except DomainError as error:
        rollback()
        raise click.ClickException(_told(error)) from None


def _get(run_id: UUID) -> SubsidyRun:
    return _refusing(lambda: queries.get_run(run_id))


def _actor(user: str | None) -> Actor:
    if user is None:
        current = current_actor()
        return current if current is not None else Actor.system("command line")
    found = find_user_by_name(user)
    if found is None or not found.active:
        raise click.ClickException(f"there is no active account {user!r}")
    return load_actor(found, role="official")


def _summary(found: SubsidyRun) -> None:
    session().refresh(found)
    click.echo(
        f"{found.id}  {found.jurisdiction} {found.month:%Y-%m}  {found.state}: {found.persons} persons, "
        f"{found.lines} lines, {yuan(found.total_fen)} yuan, {found.skipped} not paid"
    )
