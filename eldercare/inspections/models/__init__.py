"""Tables of the inspections: who inspects and who must stay away, and the plans with their tasks and visits."""

from eldercare.inspections.models.people import (
    ConflictOfInterest,
    InspectionRecord,
    Inspector,
    InspectorLeave,
    WorkingDay,
)
from eldercare.inspections.models.plans import InspectionPlan, InspectionTask, InspectionVisit, VisitMember

__all__ = [
    "ConflictOfInterest",
    "InspectionPlan",
    "InspectionRecord",
    "InspectionTask",
    "InspectionVisit",
    "Inspector",
    "InspectorLeave",
    "VisitMember",
    "WorkingDay",
]
