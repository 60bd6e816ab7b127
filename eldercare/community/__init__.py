"""Services near home: today the regular visits 探访 to elders at risk."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api


def init_app(app: Flask, api: Api) -> None:
    from eldercare.community import pages

    app.register_blueprint(pages.blueprint)
