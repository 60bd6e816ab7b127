"""The division tree: GB/T 2260 codes down to street and town, zones, and foreign roots of imported registers."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api


def init_app(app: Flask, api: Api) -> None:
    from eldercare.regions import api as region_api
    from eldercare.regions import pages

    app.register_blueprint(pages.blueprint)
    api.register_blueprint(region_api.blueprint)
