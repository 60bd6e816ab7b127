"""Reads of messages, and of who is to be told."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from eldercare.accounts.models import User, UserScope
from eldercare.accounts.rules import Role, permissions_of
from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, session
from eldercare.core.errors import NotFound
from eldercare.core.web import Page
from eldercare.notices.models import Notice


def page_of(page: int, per_page: int, *, unread_only: bool = False) -> Page[Notice]:
    """The actor's own messages, newest first."""
    wanted = select(Notice)
    if unread_only:
        wanted = wanted.where(Notice.read_at.is_(None))
    total = session().scalar(select(func.count()).select_from(wanted.subquery())) or 0
    newest = wanted.order_by(Notice.created_at.desc(), Notice.id).limit(per_page).offset((page - 1) * per_page)
    return Page(session().scalars(newest).all(), total, page, per_page)


def unread_count() -> int:
    return session().scalar(select(func.count()).select_from(Notice).where(Notice.read_at.is_(None))) or 0


def get_notice(notice_id: UUID) -> Notice:
    """NotFound for an unknown one and for somebody else's alike."""
    notice = session().scalar(select(Notice).where(Notice.id == notice_id))
    if notice is None:
        raise NotFound
    return notice


def unread_alike(user_ids: Sequence[UUID], kind: str, link: str) -> dict[UUID, Notice]:
    """The unread messages of the same kind and link, by person. Asks as the system: they are other people's."""
    with acting_as(Actor.system("notices")):
        found = session().scalars(
            select(Notice).where(
                Notice.user_id.in_(user_ids), Notice.kind == kind, Notice.link == link, Notice.read_at.is_(None)
            )
        )
        return {notice.user_id: notice for notice in found}


def holders(permission: str, region_path: str) -> list[UUID]:
    """Active people who hold the permission over the division, by a scope on it or above it."""
    roles = [role for role in Role if permission in permissions_of(role)]
    above = [region_path[: i + 1] for i, sign in enumerate(region_path) if sign == "/"]
    with acting_as(Actor.system("notices")):
        found = session().scalars(
            select(UserScope.user_id)
            .join(User, User.id == UserScope.user_id)
            .where(User.active, UserScope.revoked_at.is_(None))
            .where(UserScope.role.in_(roles), UserScope.division_path.in_(above))
            .distinct()
            .order_by(UserScope.user_id)
        )
        return list(found)
