"""Beds: rooms, beds, who fills them when, reported counts, and the figures that follow from them."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api

from eldercare.core import effects


def init_app(app: Flask, api: Api) -> None:
    """Register pages, API and the handlers of what lower slices tell."""
    from eldercare.beds import api as bed_api
    from eldercare.beds import pages, service

    app.register_blueprint(pages.blueprint)
    api.register_blueprint(bed_api.blueprint)
    effects.on(app, "institutions.imported", service.store_imported)
    effects.on(app, "elder.died", service.end_stays_of_the_dead)
