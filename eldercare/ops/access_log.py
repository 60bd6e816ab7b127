"""One log line a request: who, what, how long. Never the query string, which may hold a person's name."""

from __future__ import annotations

import time

import structlog
from flask import Flask, Response, g, request

from eldercare.core.db import current_actor

log = structlog.get_logger(__name__)
QUIET = ("/healthz", "/readyz", "/metrics", "/static/")


def init_app(app: Flask) -> None:
    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        if not request.path.startswith(QUIET):
            actor = current_actor()
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                ms=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
                actor=actor.label if actor else None,
            )
        return response
