"""The public portal: families find a place that fits and has a bed. Published facts only, never a person."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api


def init_app(app: Flask, api: Api) -> None:
    from eldercare.directory import api as directory_api
    from eldercare.directory import pages

    app.register_blueprint(pages.blueprint)
    api.register_blueprint(directory_api.blueprint)
