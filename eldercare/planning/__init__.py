"""Plan indicators: what the plans promised, against what the recorded facts say. Reads only."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api


def init_app(app: Flask, api: Api) -> None:
    from eldercare.planning import pages

    app.register_blueprint(pages.blueprint)
