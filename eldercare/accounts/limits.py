"""Limits per address, counted in Redis and, while Redis is away, in the process.

They only slow a flood down. What must not be lost with Redis (the lock-out of a sign-in name) is in the database.
"""

from __future__ import annotations

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from eldercare.core.config import Config

# Two seconds for the window and a tenth above, so that an even 50 a second is never cut by jitter.
PUBLIC_POST = "110 per 2 seconds"
SIGN_IN = "30 per minute"
# An office behind one address works in many windows at once.
EVERYTHING = "30000 per minute"
PUBLIC_POSTS = {"/api/v1/estimates", "/api/v1/assessments/score"}
UNLIMITED = {"/healthz", "/readyz", "/metrics"}


def limit_of_request() -> str:
    if request.method == "POST":
        if request.path in PUBLIC_POSTS:
            return PUBLIC_POST
        if request.endpoint == "security.login":
            return SIGN_IN
    return EVERYTHING


def init_app(app: Flask, config: Config) -> None:
    limiter = Limiter(
        get_remote_address,
        default_limits=[limit_of_request],
        storage_uri=config.redis_url,
        storage_options={"socket_connect_timeout": 1, "socket_timeout": 1},
        strategy="fixed-window",
        in_memory_fallback_enabled=True,
        swallow_errors=True,
        headers_enabled=True,
        key_prefix="eldercare",
    )
    limiter.init_app(app)
    limiter.request_filter(_is_free)


def _is_free() -> bool:
    return request.endpoint == "static" or request.path in UNLIMITED
