"""The frame around every page (navigation, preferences) and the first page after sign-in. Reads only."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api


def init_app(app: Flask, api: Api) -> None:
    from eldercare.core import look
    from eldercare.work import pages, shell

    look.init_app(app)
    shell.init_app(app)
    app.register_blueprint(pages.blueprint)
