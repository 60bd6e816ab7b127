"""What falls due for inspection, and the schedule of visits that follows."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api


def init_app(app: Flask, api: Api) -> None:
    """Register pages, API and the handler that keeps what an import tells of past inspections."""
    from eldercare.core.effects import on
    from eldercare.inspections.api import blueprint as api_blueprint
    from eldercare.inspections.pages import blueprint as page_blueprint
    from eldercare.inspections.service import note_imported

    app.register_blueprint(page_blueprint)
    api.register_blueprint(api_blueprint)
    on(app, "institutions.imported", note_imported)
