"""Pages of the inspections: what is due, plans, inspectors, working days, the inspector's own visits."""

from eldercare.inspections.pages.base import blueprint

from . import calendar, due, people, plans, visits  # noqa: F401  each module adds its routes

__all__ = ["blueprint"]
