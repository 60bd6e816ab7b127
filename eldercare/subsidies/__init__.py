"""Subsidies 补贴: one engine, runs by month with maker and checker, and estimates for families."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api


def init_app(app: Flask, api: Api) -> None:
    from eldercare.subsidies import api as subsidies_api
    from eldercare.subsidies import estimate_pages, models, pages  # noqa: F401

    app.register_blueprint(pages.blueprint)
    app.register_blueprint(estimate_pages.blueprint)
    api.register_blueprint(subsidies_api.blueprint)
