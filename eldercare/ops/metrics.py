"""Prometheus figures: requests by route and status, their duration, and the state of the queues when asked."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from flask import Flask, Response, current_app, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from redis.exceptions import RedisError

from eldercare.ops import service

CONTENT_TYPE = CONTENT_TYPE_LATEST
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


def init_app(app: Flask) -> None:
    registry = CollectorRegistry()
    requests = Counter("eldercare_requests", "Requests answered", ["method", "route", "status"], registry=registry)
    seconds = Histogram(
        "eldercare_request_seconds", "Duration of requests", ["method", "route"], buckets=BUCKETS, registry=registry
    )
    app.extensions["metrics_registry"] = registry

    @app.before_request
    def begin() -> None:
        g.metrics_started = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        # The rule, not the address: ids in it would make a series each.
        route = request.url_rule.rule if request.url_rule else "(unknown)"
        requests.labels(request.method, route, response.status_code).inc()
        if "metrics_started" in g:
            seconds.labels(request.method, route).observe(time.perf_counter() - g.metrics_started)
        return response


class Queues:
    """Asked at scrape time, so the figures are Redis's own."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        jobs = GaugeMetricFamily("eldercare_jobs", "Jobs by queue and state", labels=["queue", "state"])
        workers = GaugeMetricFamily("eldercare_workers", "Workers that listen")
        try:
            for queue in service.queue_states():
                for state in ("waiting", "running", "failed", "scheduled"):
                    jobs.add_metric([queue.name, state], getattr(queue, state))
            workers.add_metric([], service.worker_count())
        except RedisError:
            return
        yield jobs
        yield workers


def exposition() -> bytes:
    """The text format. With several web processes their figures are summed (PROMETHEUS_MULTIPROC_DIR)."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry = current_app.extensions["metrics_registry"]
    live = CollectorRegistry()
    live.register(Queues())
    return generate_latest(registry) + generate_latest(live)
