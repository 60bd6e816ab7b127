"""Score answers, record an assessment, correct one. The actor comes first; nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from eldercare.assessments import queries, rules
from eldercare.assessments.models import Assessment
from eldercare.audit import service as audit
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import session
from eldercare.core.effects import emit
from eldercare.core.errors import Conflict, Invalid, NotFound, Problem
from eldercare.core.facts import record_change
from eldercare.core.i18n import N_
from eldercare.policy import standards

if TYPE_CHECKING:
    from eldercare.people.models import Elder

DEFAULT_STANDARD = "gbt42195-2022"


@dataclass(frozen=True)
class Findings:
    """What the assessors found: the answers by item code and the facts behind the change rules."""

    answers: Mapping[str, Any]
    coma: bool = False
    dementia: bool = False
    mental_disorder: bool = False
    risk_events_30d: int = 0


@dataclass(frozen=True)
class Session:
    """When, why and by whom."""

    assessed_on: date
    reason: int
    first_assessor: str
    second_assessor: str
    note: str = ""


def get_standard(standard_id: str) -> standards.Standard:
    """Raises Invalid for a standard that the product does not have."""
    try:
        return standards.load(standard_id)
    except standards.UnknownStandard:
        known = ", ".join(standards.known_ids())
        raise Invalid.one("standard", N_("There is no such standard. Known are: %(known)s."), known=known) from None


def score(standard_id: str, findings: Findings) -> rules.Result:
    """The result without storing anything. Raises Invalid that names every wrong answer."""
    return rules.score(
        get_standard(standard_id),
        findings.answers,
        coma=findings.coma,
        dementia=findings.dementia,
        mental_disorder=findings.mental_disorder,
        risk_events_30d=findings.risk_events_30d,
    )


def record(
    actor: Actor, *, elder_id: UUID, standard_id: str, findings: Findings, held: Session,
    corrects: UUID | None = None,
) -> Assessment:  # fmt: skip
    """Store an assessment; with `corrects` it supersedes that one. Raises Invalid, NotFound, Conflict."""
    actor.require("assessments.record")
    standard = get_standard(standard_id)
    elder = queries.lock_elder(elder_id)
    result = _checked(standard, findings, held, elder)
    replaced = _supersede(elder_id, corrects) if corrects is not None else None
    if queries.find_on_day(elder_id, held.assessed_on) is not None:
        raise Conflict(N_("This elder already has an assessment of that day. Open it and correct it instead."))
    found = Assessment(
        elder_id=elder_id, standard=standard.id, standard_hash=standard.content_hash,
        assessed_on=held.assessed_on, due_on=rules.valid_until(standard, held.assessed_on), reason=held.reason,
        first_assessor=held.first_assessor, second_assessor=held.second_assessor, note=held.note,
        answers=dict(findings.answers), coma=findings.coma, dementia=findings.dementia,
        mental_disorder=findings.mental_disorder, risk_events_30d=findings.risk_events_30d,
        total=result.total, dimensions=result.dimensions, preliminary_level=result.preliminary_level,
        level=result.level, reasons=[reason_row(reason) for reason in result.reasons],
        corrects_id=replaced.id if replaced else None, recorded_by=actor.label,
    )  # fmt: skip
    session().add(found)
    session().flush()
    _tell(actor, elder, found, replaced)
    return found


def reason_row(reason: rules.Reason) -> dict[str, Any]:
    return {
        "rule": reason.rule,
        "zh": reason.text.zh,
        "en": reason.text.en,
        "clause": reason.clause,
        "assumed": reason.assumed,
    }


def _checked(standard: standards.Standard, findings: Findings, held: Session, elder: Elder) -> rules.Result:
    """The result. Raises Invalid with the problems of the answers and of the session together."""
    problems = _session_problems(standard, held, elder)
    try:
        result = score(standard.id, findings)
    except Invalid as error:
        raise Invalid(problems + error.problems) from error
    if problems:
        raise Invalid(problems)
    return result


def _session_problems(standard: standards.Standard, held: Session, elder: Elder) -> list[Problem]:
    problems = []
    if held.assessed_on > clock.today():
        problems.append(Problem("assessed_on", N_("The day of the assessment lies in the future.")))
    if held.assessed_on < standard.in_force:
        problems.append(Problem("assessed_on", N_("The standard was not in force on that day.")))
    if elder.death_date is not None and held.assessed_on > elder.death_date:
        problems.append(Problem("assessed_on", N_("The person had died by that day.")))
    if held.reason not in {reason.code for reason in standard.reasons}:
        problems.append(Problem("reason", N_("The standard has no such reason.")))
    if _same_person(held.first_assessor, held.second_assessor):
        problems.append(Problem("second_assessor", N_("Two different assessors sign.")))
    return problems


def _same_person(first: str, second: str) -> bool:
    return first.replace(" ", "").casefold() == second.replace(" ", "").casefold()


def _supersede(elder_id: UUID, assessment_id: UUID) -> Assessment:
    old = queries.get_assessment(assessment_id)
    if old.elder_id != elder_id:
        raise NotFound
    if old.superseded_at is not None:
        raise Conflict(N_("This assessment has been corrected already. Open the newest one."))
    old.superseded_at = clock.now()
    session().flush()
    return old


def _tell(actor: Actor, elder: Elder, found: Assessment, replaced: Assessment | None) -> None:
    """Audit, the feed of changed facts, and the slices above that reckon with the level."""
    valid_from = min(found.assessed_on, replaced.assessed_on) if replaced else found.assessed_on
    audit.record(
        action="assessments.correct" if replaced else "assessments.record",
        subject_type="assessment", subject_id=found.id, region_path=elder.region_path,
        before={"id": str(replaced.id), "level": replaced.level, "total": replaced.total} if replaced else None,
        after={"elder_id": str(elder.id), "level": found.level, "total": found.total,
               "assessed_on": found.assessed_on.isoformat(), "standard": found.standard},
    )  # fmt: skip
    record_change(
        actor, kind="elder.ability", subject_type="elder", subject_id=elder.id, region_path=elder.region_path,
        valid_from=valid_from,
    )  # fmt: skip
    emit("elder.assessed", actor=actor, elder_id=elder.id, level=found.level, valid_from=valid_from)
