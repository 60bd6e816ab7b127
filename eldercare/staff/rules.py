"""Jobs and certificates of the people who care and of those who check."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from eldercare.core.errors import Problem
from eldercare.core.i18n import N_


class Job(StrEnum):
    """What a person does; the Chinese terms are in the glossary."""

    DIRECTOR = "director"  # 院长
    CARER = "carer"  # 养老护理员
    NURSE = "nurse"  # 护士
    SOCIAL_WORKER = "social_worker"  # 社会工作者
    ASSESSOR = "assessor"  # 能力评估师
    INSPECTOR = "inspector"  # 检查人员
    OTHER = "other"


JOB_NAMES: dict[Job, str] = {
    Job.DIRECTOR: N_("Director of an institution"),
    Job.CARER: N_("Care worker"),
    Job.NURSE: N_("Nurse"),
    Job.SOCIAL_WORKER: N_("Social worker"),
    Job.ASSESSOR: N_("Ability assessor"),
    Job.INSPECTOR: N_("Inspector (staff)"),
    Job.OTHER: N_("Other work"),
}


class CertificateKind(StrEnum):
    INSPECTION = "inspection"  # 行政执法证
    RATING = "rating"  # 等级评定评审员
    CARE = "care"  # 养老护理员职业技能等级证书
    NURSING = "nursing"  # 护士执业证书
    SOCIAL_WORK = "social_work"  # 社会工作者职业资格
    ASSESSMENT = "assessment"  # 老年人能力评估师
    SAFETY = "safety"  # 消防、食品等特殊岗位


CERTIFICATE_NAMES: dict[CertificateKind, str] = {
    CertificateKind.INSPECTION: N_("Enforcement certificate (inspections)"),
    CertificateKind.RATING: N_("Rating reviewer"),
    CertificateKind.CARE: N_("Care worker's skill certificate"),
    CertificateKind.NURSING: N_("Nursing licence"),
    CertificateKind.SOCIAL_WORK: N_("Social worker's qualification"),
    CertificateKind.ASSESSMENT: N_("Ability assessor's certificate"),
    CertificateKind.SAFETY: N_("Safety post certificate"),
}


def last_day(end: date | None) -> date | None:
    """The last valid day of a half-open range's end; None stays without end."""
    return None if end is None else end - timedelta(days=1)


def dates_problem(first: date, last: date | None, field: str) -> Problem | None:
    """The last day may not come before the first."""
    if last is not None and last < first:
        return Problem(field, N_("The last day lies before the first."))
    return None
