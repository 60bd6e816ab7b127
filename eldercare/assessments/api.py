"""Scoring for everybody: nothing is stored, nobody signs in."""

from __future__ import annotations

from typing import Any

from eldercare.assessments import service
from eldercare.assessments.schemas import FindingsIn, ScoreOut
from eldercare.core.api import Blueprint
from eldercare.core.web import public

blueprint = Blueprint(
    "api_assessments", __name__, url_prefix="/api/v1/assessments", description="Ability assessment 老年人能力评估"
)


@blueprint.post("/score")
@public
@blueprint.arguments(FindingsIn)
@blueprint.response(200, ScoreOut)
def score(body: dict[str, Any]) -> dict[str, Any]:
    """Score, level and reasons of a full set of answers. A wrong or missing answer is a 422 that names its item."""
    standard_id = body.pop("standard")
    result = service.score(standard_id, service.Findings(**body))
    return {
        "total": result.total,
        "dimensions": result.dimensions,
        "preliminary_level": result.preliminary_level,
        "level": result.level,
        # The term of the standard, whatever language the reader uses.
        "level_name": result.level_name.zh,
        "reasons": [
            {
                "rule": reason.rule,
                "text": reason.text.pick(),
                "text_zh": reason.text.zh,
                "text_en": reason.text.en,
                "clause": reason.clause,
                "assumed": reason.assumed,
            }
            for reason in result.reasons
        ],
    }
