"""`eldercare up`."""

from __future__ import annotations

import os
import sys

import click


@click.command("up")
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", default=8000, show_default=True)
@click.option(
    "--demo",
    type=click.Choice(["full", "small", "none"]),
    envvar="DEMO",
    default="full",
    show_default=True,
    help="Demonstration data for a new embedded database. Never loaded with DATABASE_URL or REDIS_URL set.",
)
def cli(port: int, demo: str) -> None:
    """Start everything: servers, migrations, demo, web, workers, scheduler. Ctrl-C stops it."""
    from eldercare.core.config import ConfigError
    from eldercare.embedded.installation import AlreadyRunning, Installation, is_embedded
    from eldercare.embedded.supervisor import StartFailed, Supervisor

    def say(text: str) -> None:
        print(text, flush=True)

    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    supervisor = Supervisor(
        Installation.from_env(say=say), os.environ, embedded=is_embedded(os.environ), port=port, demo=demo, say=say
    )
    try:
        supervisor.run()
    except (AlreadyRunning, StartFailed, ConfigError) as error:
        raise click.ClickException(str(error)) from error
    except RuntimeError as error:
        raise click.ClickException(f"The start failed. {error}") from error
