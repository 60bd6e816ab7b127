"""Beds: rooms, beds, who fills them when, reported counts, and the figures that follow from them."""

from __future__ import annotations

from typing import Any

from flask import Flask

from eldercare.core import effects


def init_app(app: Flask, api: Any) -> None:
    """Register pages, API and the handlers of what lower slices tell."""
    from eldercare.beds import service

    effects.on(app, "institutions.imported", service.store_imported)
    effects.on(app, "elder.died", service.end_stays_of_the_dead)
