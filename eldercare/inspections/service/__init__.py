"""Use cases: keep calendars, inspectors and records; make, solve, publish and cancel plans."""

from eldercare.inspections.service.calendar import ensure_calendar, set_working_day
from eldercare.inspections.service.people import (
    add_conflict,
    add_inspector,
    add_leave,
    change_inspector,
    note_imported,
    record_visit,
    withdraw_conflict,
    withdraw_leave,
)
from eldercare.inspections.service.plans import cancel_plan, create_plan, publish_plan, retry_plan
from eldercare.inspections.service.solving import ring_open_plans, solve_plan

__all__ = [
    "add_conflict",
    "add_inspector",
    "add_leave",
    "cancel_plan",
    "change_inspector",
    "create_plan",
    "ensure_calendar",
    "note_imported",
    "publish_plan",
    "record_visit",
    "retry_plan",
    "ring_open_plans",
    "set_working_day",
    "solve_plan",
    "withdraw_conflict",
    "withdraw_leave",
]
