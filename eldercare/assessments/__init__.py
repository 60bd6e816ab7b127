"""Ability assessment: scored from a standard that is data, stored with its answers and its reasons."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api


def init_app(app: Flask, api: Api) -> None:
    from eldercare.assessments import api as assessments_api
    from eldercare.assessments import pages

    app.register_blueprint(pages.blueprint)
    api.register_blueprint(assessments_api.blueprint)
