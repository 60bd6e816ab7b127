"""Running it: health, metrics, logs, and what became of the jobs."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api


def init_app(app: Flask, api: Api) -> None:
    from eldercare.ops import access_log, apidocs, health, metrics, pages

    access_log.init_app(app)
    metrics.init_app(app)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(apidocs.blueprint)
