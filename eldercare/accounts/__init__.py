"""Accounts: who signs in, in which role, and what that role reaches."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api


def init_app(app: Flask, api: Api) -> None:
    """First of all slices in effect: from here on every request has its actor."""
    from eldercare.accounts import api as accounts_api
    from eldercare.accounts import headers, limits, pages, security, web

    config = app.extensions["config"]
    web.init_app(app)
    limits.init_app(app, config)
    security.init_app(app, config)
    headers.init_app(app, config.secure_cookies)
    app.register_blueprint(pages.blueprint)
    api.register_blueprint(accounts_api.blueprint)
