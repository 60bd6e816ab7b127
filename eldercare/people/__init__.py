"""Elders: who they are, the facts about them with their days, and who may see them."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api


def init_app(app: Flask, api: Api) -> None:
    from eldercare.accounts import targets
    from eldercare.accounts.rules import ScopeKind
    from eldercare.people import api as people_api
    from eldercare.people import pages, search_pages
    from eldercare.people.account_scope import ElderTargets

    targets.offer(app, ScopeKind.ELDER, ElderTargets())
    app.register_blueprint(pages.blueprint)
    search_pages.init_app(app)
    api.register_blueprint(people_api.blueprint)
