"""`/notices`: the reader's own messages."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from eldercare.core.i18n import gettext as _
from eldercare.core.web import access, actor, commit, flash, page_args, render, see_other
from eldercare.notices import queries, service

blueprint = Blueprint("notices", __name__, url_prefix="/notices")


@blueprint.get("")
@access("notices.read")
def index() -> Response:
    page, per_page = page_args()
    unread_only = request.args.get("show") == "unread"
    found = queries.page_of(page, per_page, unread_only=unread_only)
    return render("notices/index.html", page=found, unread_only=unread_only, unread=queries.unread_count())


@blueprint.post("/<uuid:notice_id>/open")
@access("notices.read")
def open_notice(notice_id: UUID) -> BaseResponse:
    """Mark it read and go where it points; the database lets only addresses of ours in."""
    notice = service.mark_read(actor(), notice_id=notice_id)
    link = notice.link
    commit()
    return redirect(link, code=303)


@blueprint.post("/read")
@access("notices.read")
def read_all() -> BaseResponse:
    count = service.mark_all_read(actor())
    commit()
    flash(_("%(count)s messages marked as read.", count=count), "ok")
    return see_other("notices.index")
