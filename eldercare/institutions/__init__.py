"""The register of care institutions and community facilities: who they are, their papers, ratings and reports."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api


def init_app(app: Flask, api: Api) -> None:
    from eldercare.accounts import targets
    from eldercare.accounts.rules import ScopeKind
    from eldercare.institutions import api as institution_api
    from eldercare.institutions import pages
    from eldercare.institutions.account_scope import InstitutionTargets
    from eldercare.institutions.imports import pages as import_pages

    targets.offer(app, ScopeKind.INSTITUTION, InstitutionTargets())
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(import_pages.blueprint)
    api.register_blueprint(institution_api.blueprint)
