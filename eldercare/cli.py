"""`eldercare`: the commands. Each slice brings its own group in `eldercare/<slice>/cli.py` as `cli`.

A command works on DATABASE_URL and REDIS_URL when they are set, else on the embedded servers: the running ones, or
ones started for the command's duration.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import click

# Command -> module with its click group or command named `cli`. Modules load only when asked for.
COMMANDS = {
    "up": "eldercare.embedded.cli",
    "db": "eldercare.embedded.db_cli",
    "jobs": "eldercare.ops.cli",
    "backup": "eldercare.backup.cli:backup",
    "restore": "eldercare.backup.cli:restore",
    "prepare": "eldercare.groundwork",
    "demo": "eldercare.demo.cli",
    "import": "eldercare.institutions.cli",
    "regions": "eldercare.regions.cli",
    "subsidies": "eldercare.subsidies.cli",
    "inspections": "eldercare.inspections.cli",
    "policy": "eldercare.packstore.cli",
    "audit": "eldercare.audit.cli:group",
    "users": "eldercare.accounts.cli",
    "keys": "eldercare.people.cli",
}
# These arrange their own servers.
WITHOUT_APP = {"up", "db", "restore"}


class Commands(click.Group):
    """Loads a command's module when it is called, so that `--help` and `up` start quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(name for name, target in COMMANDS.items() if _exists(target.partition(":")[0]))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        target = COMMANDS.get(cmd_name)
        if target is None or not _exists(target.partition(":")[0]):
            return None
        module, _, name = target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name or "cli")
        return command if cmd_name in WITHOUT_APP else _in_app(cmd_name, command)


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _in_app(name: str, command: click.Command) -> click.Command:
    """Run the command inside the application, acting as the system; `--help` needs neither."""
    if hasattr(command, "in_app"):
        return command
    command.in_app = True  # type: ignore[attr-defined]
    original: Callable[..., Any] = command.invoke

    def invoke(context: click.Context) -> Any:
        if {"-h", "--help"} & set(sys.argv):
            return original(context)
        with ExitStack() as stack:
            stack.enter_context(application(name))
            return original(context)

    command.invoke = invoke  # type: ignore[method-assign,assignment]
    return command


class application:  # noqa: N801 - used as a function
    """Context manager: an app context on this installation's database, with the system as actor."""

    def __init__(self, command: str) -> None:
        self.command = command
        self._stack = ExitStack()

    def __enter__(self) -> Any:
        try:
            return self._enter()
        except BaseException:
            self._stack.close()
            raise

    def _enter(self) -> Any:
        from eldercare.app import create_app
        from eldercare.core import i18n
        from eldercare.core.actor import Actor
        from eldercare.core.config import Config, ConfigError
        from eldercare.core.db import set_actor
        from eldercare.embedded.installation import Installation, external_environ, is_embedded
        from eldercare.ops.logs import configure_logging

        if is_embedded(os.environ):
            installation = Installation.from_env(say=lambda text: click.echo(text, err=True))
            environ = self._stack.enter_context(installation.for_command(f"eldercare {self.command}"))
        else:
            environ = external_environ(os.environ)
        try:
            config = Config.from_env(environ)
        except ConfigError as error:
            raise click.ClickException(str(error)) from error
        configure_logging(environ.get("LOG_LEVEL", "WARNING"))
        app = create_app(config)
        self._stack.enter_context(app.app_context())
        set_actor(Actor.system(f"command line: {self.command}"))
        # The commands are English; with a Chinese locale what the rules say comes in Chinese.
        i18n.speak(os.environ.get("LC_ALL") or os.environ.get("LANG") or "en")
        return app

    def __exit__(self, *exc: object) -> None:
        self._stack.close()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """eldercare: care beds, subsidies and inspections of a city."""


if __name__ == "__main__":
    main()
