"""Audit: who did what, appended in the transaction that did it and sealed against later change."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api


def init_app(app: Flask, api: Api) -> None:
    from eldercare.audit import pages

    app.register_blueprint(pages.blueprint)
