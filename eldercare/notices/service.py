"""Telling people what happened and what waits for them. Called inside the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import update

from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import session
from eldercare.notices import queries
from eldercare.notices.models import Notice


def notify(
    actor: Actor, *, user_ids: Iterable[UUID], kind: str, msgid: str, link: str, params: Mapping[str, Any] | None = None
) -> int:
    """Write one message to each of the people; how many. Mark `msgid` with N_, give its values as text or numbers.

    What is still unread of the same kind and link is renewed instead of doubled.
    """
    wanted = sorted(set(user_ids))
    known = queries.unread_alike(wanted, kind, link)
    for user_id in wanted:
        if notice := known.get(user_id):
            notice.msgid, notice.params, notice.created_at = msgid, dict(params or {}), clock.now()
        else:
            session().add(
                Notice(
                    user_id=user_id, kind=kind, msgid=msgid, params=dict(params or {}), link=link,
                    created_at=clock.now(), created_by=actor.label,
                )
            )  # fmt: skip
    session().flush()
    return len(wanted)


def notify_holders(
    actor: Actor, *, permission: str, region_path: str, kind: str, msgid: str, link: str,
    params: Mapping[str, Any] | None = None,
) -> int:  # fmt: skip
    """Tell everybody who holds the permission over the division, except who did it; how many.

    Example: `notify_holders(actor, permission="subsidies.review", region_path=run.region_path,
    kind="subsidies.computed", msgid=N_("The run of %(month)s waits for review."), params={"month": "2023-01"},
    link=f"/subsidies/runs/{run.id}")`.
    """
    people = [user_id for user_id in queries.holders(permission, region_path) if user_id != actor.user_id]
    return notify(actor, user_ids=people, kind=kind, msgid=msgid, link=link, params=params)


def mark_read(actor: Actor, *, notice_id: UUID) -> Notice:
    """The actor has seen one message of their own; seeing it twice changes nothing."""
    actor.require("notices.read")
    notice = queries.get_notice(notice_id)
    if notice.read_at is None:
        notice.read_at = clock.now()
        session().flush()
    return notice


def mark_all_read(actor: Actor) -> int:
    """All of the actor's own messages; how many were unread."""
    actor.require("notices.read")
    unread = queries.unread_count()
    session().execute(
        update(Notice)
        .where(Notice.user_id == actor.user_id, Notice.read_at.is_(None))
        .values(read_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return unread
