"""Publishing packs: from the shipped files into rows that stay, the same bytes only once."""

from __future__ import annotations

from datetime import date

from sqlalchemy.dialects.postgresql import insert

from eldercare.audit import service as audit
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, session
from eldercare.packstore import queries
from eldercare.packstore.models import PublishedPack
from eldercare.policy import Pack, load_packs, shipped_pack


def publish_shipped(actor: Actor) -> list[PublishedPack]:
    """Publish every shipped pack that is not published yet; the rows that are new. Nothing happens the second time."""
    actor.require("accounts.manage")
    missing = [pack for pack in load_packs().values() if queries.find_by_hash(pack.content_hash) is None]
    return [_publish(actor, pack) for pack in missing]


def in_use(actor: Actor, *, code: str) -> tuple[Pack, PublishedPack]:
    """The pack of the code in use and its row. A shipped pack nobody published yet is published now.

    Raises Invalid naming `jurisdiction` when there is no such pack.
    """
    row = queries.latest(code)
    if row is None:
        pack = shipped_pack(code)
        with acting_as(Actor.system("packstore")):
            if pack.base is not None and queries.find_by_hash(pack.base.content_hash) is None:
                _publish(actor, pack.base)
            row = _publish(actor, pack)
    return queries.pack_of(row), row


def _publish(actor: Actor, pack: Pack) -> PublishedPack:
    start, end = effective(pack)
    values = {
        "content_hash": pack.content_hash,
        "code": pack.code,
        "version": pack.version,
        "title_zh": pack.title.zh,
        "title_en": pack.title.en,
        "effective_from": start,
        "effective_to": end,
        "base_hash": pack.base.content_hash if pack.base else None,
        "content": pack.content,
        "published_by": actor.label,
        "published_at": clock.now(),
    }
    # Two processes may publish the same bytes at once: the first one wins, and both are right.
    added = session().execute(
        insert(PublishedPack).values(values).on_conflict_do_nothing().returning(PublishedPack.code)
    )
    if added.first() is None:
        return queries.get_by_hash(pack.content_hash)
    audit.record(
        action="policy.pack.publish",
        subject_type="policy_pack",
        subject_id=pack.content_hash,
        after={"code": pack.code, "version": pack.version},
        actor=actor,
    )
    return queries.get_by_hash(pack.content_hash)


def effective(pack: Pack) -> tuple[date, date | None]:
    """The first and the last day for which the pack gives anything; no last day when something stays open."""
    periods = [entry.period for value in pack.values.values() for entry in value.entries]
    periods += [entry.period for table in pack.tables.values() for entry in table.entries]
    periods += [entry.period for grouping in pack.groupings.values() for entry in grouping.entries]
    ends = [period.valid_to for period in periods]
    closed = [end for end in ends if end is not None]
    return min(period.valid_from for period in periods), max(closed) if len(closed) == len(ends) else None
