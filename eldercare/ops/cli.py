"""`eldercare jobs`: queues and failed jobs in the terminal."""

from __future__ import annotations

import click

from eldercare.core.actor import Actor
from eldercare.core.db import commit
from eldercare.core.errors import DomainError


@click.group(invoke_without_command=True)
@click.pass_context
def cli(context: click.Context) -> None:
    """Queues, failed jobs; `jobs retry ID` or `jobs retry --all` tries again."""
    if context.invoked_subcommand is None:
        context.invoke(show)


@cli.command("list")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="How many failed jobs.")
def show(limit: int = 50) -> None:
    """List queues and failed jobs."""
    from eldercare.ops import service

    click.echo(f"{'queue':<10}{'waiting':>9}{'running':>9}{'scheduled':>11}{'failed':>8}")
    for queue in service.queue_states():
        click.echo(f"{queue.name:<10}{queue.waiting:>9}{queue.running:>9}{queue.scheduled:>11}{queue.failed:>8}")
    click.echo(f"workers: {service.worker_count()}")
    failed = service.failed_jobs(Actor.system("command line"), page=1, per_page=limit)
    click.echo(f"failed jobs: {failed.total}")
    for job in failed.items:
        when = job.failed_at.isoformat(timespec="seconds") if job.failed_at else "?"
        click.echo(f"  {job.id}  {when}  {job.name}({', '.join(job.args)})  {job.reason}")


@cli.command()
@click.argument("job_id", required=False)
@click.option("--all", "every", is_flag=True, help="Try every failed job again.")
def retry(job_id: str | None, every: bool) -> None:
    """Put a failed job back into its queue."""
    from eldercare.ops import service

    actor = Actor.system("command line")
    if every == bool(job_id):
        raise click.UsageError("Give the id of one job, or --all.")
    ids = [job_id] if job_id else [job.id for job in service.failed_jobs(actor, page=1, per_page=100_000).items]
    for one in ids:
        try:
            service.retry(actor, job_id=one)
        except DomainError as error:
            raise click.ClickException(f"{one}: {error.message}") from error
        commit()
    click.echo(f"{len(ids)} in their queues again.")
