"""The one validator of plans, inspectors, leaves, conflicts and working days, for JSON and forms."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from eldercare.core.schemas import Line, Strict
from eldercare.inspections.calendars import CALENDARS
from eldercare.inspections.rules import ENTERED_GROUNDS, PlanState

_CODE = validate.Length(min=2, max=40)


class PlanIn(Strict):
    """`seconds` bounds the solver; 0 takes the greedy schedule."""

    division = Line(required=True, validate=_CODE)
    as_of = fields.Date(required=True)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    seconds = fields.Integer(strict=True, load_default=60, validate=validate.Range(0, 600))


class Decision(Strict):
    version = fields.Integer(strict=True, load_default=None, allow_none=True)


class PlanQuery(Strict):
    state = fields.String(load_default=None, validate=validate.OneOf([str(state) for state in PlanState]))
    page = fields.Integer(load_default=1, validate=validate.Range(1, 1_000_000))
    per_page = fields.Integer(load_default=20, validate=validate.Range(1, 200))


class StageOut(Schema):
    name = fields.String()
    status = fields.String()
    value = fields.Integer()
    bound = fields.Integer(allow_none=True)
    gap = fields.Float(allow_none=True)


class PlanOut(Schema):
    id = fields.UUID()
    version = fields.Integer()
    division = fields.String()
    state = fields.String()
    as_of = fields.Date()
    first_day = fields.Date()
    last_day = fields.Date()
    task_count = fields.Integer()
    visit_count = fields.Integer()
    unplaced_count = fields.Integer()
    already_planned = fields.Integer()
    inspector_count = fields.Integer()
    provisional_days = fields.Integer()
    pack = fields.String()
    pack_hash = fields.String()
    problem_hash = fields.String()
    result_hash = fields.String(allow_none=True)
    solver = fields.String(allow_none=True)
    stages = fields.List(fields.Nested(StageOut))
    objective = fields.Integer(allow_none=True)
    terms = fields.Dict(keys=fields.String(), values=fields.Integer())
    breaches = fields.List(fields.Dict())
    error = fields.String()
    created_at = fields.AwareDateTime()
    solved_at = fields.AwareDateTime(allow_none=True)
    published_at = fields.AwareDateTime(allow_none=True)


class PlanPage(Schema):
    items = fields.List(fields.Nested(PlanOut))
    total = fields.Integer()
    page = fields.Integer()
    per_page = fields.Integer()
    pages = fields.Integer()


class ReasonOut(Schema):
    kind = fields.String()
    due_on = fields.Date()
    overdue_days = fields.Integer()
    source = fields.String()
    assumed = fields.String(allow_none=True)


class MemberOut(Schema):
    inspector_id = fields.UUID()
    name = fields.String(allow_none=True)
    slot = fields.Integer()


class VisitOut(Schema):
    id = fields.UUID()
    institution_id = fields.UUID()
    institution = fields.String()
    on_date = fields.Date()
    earliest = fields.Date()
    latest = fields.Date()
    reasons = fields.List(fields.Nested(ReasonOut))
    team = fields.List(fields.Nested(MemberOut))


class UnplacedOut(Schema):
    institution_id = fields.UUID()
    institution = fields.String()
    earliest = fields.Date()
    latest = fields.Date()
    reasons = fields.List(fields.Nested(ReasonOut))
    code = fields.String()
    text = fields.String()


class PlanDetail(PlanOut):
    visits = fields.List(fields.Nested(VisitOut))
    unplaced = fields.List(fields.Nested(UnplacedOut))


class InspectorIn(Strict):
    staff_id = fields.UUID(required=True)
    division = Line(required=True, validate=_CODE)
    base = Line(load_default=None, validate=_CODE)
    is_lead = fields.Boolean(load_default=False)
    daily_capacity = fields.Integer(strict=True, required=True, validate=validate.Range(1, 4))


class InspectorEdit(Strict):
    version = fields.Integer(strict=True, load_default=None)
    is_lead = fields.Boolean(load_default=False)
    daily_capacity = fields.Integer(strict=True, required=True, validate=validate.Range(1, 4))
    ended_on = fields.Date(load_default=None)
    username = Line(load_default=None, validate=validate.Length(max=64))


class LeaveIn(Strict):
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    note = Line(load_default="", validate=validate.Length(max=200))


class ConflictIn(Strict):
    institution_id = fields.UUID(required=True)
    ground = fields.String(required=True, validate=validate.OneOf([str(ground) for ground in ENTERED_GROUNDS]))
    first_day = fields.Date(required=True)
    last_day = fields.Date(load_default=None)
    note = Line(load_default="", validate=validate.Length(max=200))


class WorkingDayIn(Strict):
    calendar = fields.String(required=True, validate=validate.OneOf(CALENDARS))
    day = fields.Date(required=True)
    is_working = fields.Boolean(load_default=False)
    note = Line(load_default="", validate=validate.Length(max=200))


class VisitDone(Strict):
    on = fields.Date(required=True)
