"""Published policy packs as rows keyed by the hash of their bytes, and the pages that show them."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api


def init_app(app: Flask, api: Api) -> None:
    from eldercare.packstore import models, pages  # noqa: F401 - the models must be known before the first query

    app.register_blueprint(pages.blueprint)
