"""Who works at an institution or a bureau, and the dated certificates they hold."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api


def init_app(app: Flask, api: Api) -> None:
    """Register the pages and the API of the staff register."""
    from eldercare.staff.api import blueprint as api_blueprint
    from eldercare.staff.pages import blueprint as page_blueprint

    app.register_blueprint(page_blueprint)
    api.register_blueprint(api_blueprint)
