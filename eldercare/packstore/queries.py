"""Reading published packs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import select

from eldercare.core.db import session
from eldercare.core.errors import NotFound
from eldercare.core.i18n import N_
from eldercare.packstore.models import PublishedPack
from eldercare.policy import Pack, load


def find_by_hash(content_hash: str) -> PublishedPack | None:
    return session().get(PublishedPack, content_hash)


def get_by_hash(content_hash: str) -> PublishedPack:
    found = find_by_hash(content_hash)
    if found is None:
        raise NotFound(N_("No pack of this hash was published."))
    return found


def publications(code: str | None = None) -> Sequence[PublishedPack]:
    """All publications, the newest of each code first."""
    statement = select(PublishedPack).order_by(PublishedPack.code, PublishedPack.published_at.desc())
    if code is not None:
        statement = statement.where(PublishedPack.code == code)
    return session().scalars(statement).all()


def latest(code: str) -> PublishedPack | None:
    """The publication of the code that is in use."""
    statement = select(PublishedPack).where(PublishedPack.code == code)
    return session().scalars(statement.order_by(PublishedPack.published_at.desc()).limit(1)).first()


def pack_of(row: PublishedPack) -> Pack:
    """The pack as it was published, with the base it was published against."""
    base = None
    if row.base_hash is not None:
        base_row = get_by_hash(row.base_hash)
        base = _parsed(base_row.code, base_row.content, None, b"")
    return _parsed(row.code, row.content, row.base_hash, base.content if base else b"")


@lru_cache(maxsize=64)
def _parsed(code: str, content: bytes, base_hash: str | None, base_content: bytes) -> Pack:
    """Parsed once per process: the key is the content itself."""
    base = load("national", base_content) if base_hash else None
    return load(code, content, base)
