"""`/admin/jobs`: queues, failed jobs, try again."""

from __future__ import annotations

from flask import Blueprint, Response
from redis.exceptions import RedisError
from werkzeug.wrappers import Response as BaseResponse

from eldercare.core.i18n import gettext as _
from eldercare.core.web import Page, access, actor, commit, flash, page_args, render, see_other
from eldercare.ops import service

blueprint = Blueprint("ops", __name__, url_prefix="/admin/jobs")


@blueprint.get("")
@access("jobs.read")
def jobs() -> Response:
    page, per_page = page_args()
    try:
        found = service.failed_jobs(actor(), page=page, per_page=per_page)
        queues, workers = service.queue_states(), service.worker_count()
    except RedisError:
        empty: Page[service.FailedJob] = Page([], 0, 1, per_page)
        return render("ops/jobs.html", redis_away=True, queues=[], workers=0, page=empty, status=503)
    # Arguments and error texts may name what lies outside an official's division.
    details = actor().can("accounts.manage")
    return render(
        "ops/jobs.html", block="state", redis_away=False, queues=queues, workers=workers, page=found, details=details
    )


@blueprint.post("/<job_id>/retry")
@access("jobs.read")
def retry(job_id: str) -> BaseResponse:
    service.retry(actor(), job_id=job_id)
    commit()
    flash(_("The job is in its queue again."), "ok")
    return see_other("ops.jobs")


@blueprint.post("/<job_id>/discard")
@access("jobs.read")
def discard(job_id: str) -> BaseResponse:
    service.discard(actor(), job_id=job_id)
    commit()
    flash(_("The job was taken off the list."), "ok")
    return see_other("ops.jobs")
