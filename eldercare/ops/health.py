"""`/healthz`: the process answers. `/readyz`: it can do its work. `/metrics`: for Prometheus, from this machine."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify, request

from eldercare.core.web import public
from eldercare.ops import metrics, service

blueprint = Blueprint("health", __name__)
LOOPBACK = ("127.0.0.1", "::1")


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """503 while the database or Redis does not answer, or the migrations are not at this code's head."""
    checks = service.readiness()
    ready = all(state == "ok" for state in checks.values())
    return jsonify(status="ok" if ready else "unavailable", checks=checks), 200 if ready else 503


@blueprint.get("/metrics")
@public
def show_metrics() -> Response:
    """Only to a caller on this machine that no proxy passed on; others are told nothing."""
    if request.remote_addr not in LOOPBACK or "X-Forwarded-For" in request.headers:
        abort(404)
    return Response(metrics.exposition(), content_type=metrics.CONTENT_TYPE)
