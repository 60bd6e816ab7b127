"""Effects that run upward: a lower slice tells, higher slices listen, all in one transaction.

Handlers are registered in `create_app` and live on the application, not in this module.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app

Handler = Callable[..., None]


def on(app: Flask, event: str, handler: Handler) -> None:
    app.extensions.setdefault("effects", {}).setdefault(event, []).append(handler)


def emit(event: str, **facts: Any) -> None:
    """Call the handlers of `event` in the order of their registration; an exception undoes the whole change."""
    for handler in current_app.extensions.get("effects", {}).get(event, []):
        handler(**facts)
