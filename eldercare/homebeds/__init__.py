"""Home care beds 家庭养老床位: contracts, and later visits and services."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Flask
from flask_smorest import Api

from eldercare.core.actor import Actor


def init_app(app: Flask, api: Api) -> None:
    from eldercare.core import effects
    from eldercare.homebeds import pages, service

    def on_death(*, actor: Actor, elder_id: UUID, died_on: date | None) -> None:
        service.end_of_life(actor, elder_id, died_on)

    app.register_blueprint(pages.blueprint)
    effects.on(app, "elder.died", on_death)
