"""Messages to people: what waits for them, what happened to what is theirs."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api


def init_app(app: Flask, api: Api) -> None:
    from eldercare.notices import pages

    app.register_blueprint(pages.blueprint)
