"""Reading runs, chunks, lines and the facts they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased, undefer

from eldercare.core.db import copy_out, session
from eldercare.core.errors import NotFound
from eldercare.core.i18n import N_
from eldercare.core.web import Page
from eldercare.people.models import Elder
from eldercare.regions.models import Region
from eldercare.subsidies.models import SubsidyLine, SubsidyRun, SubsidyRunChunk, SubsidyRunEvent, SubsidySkip
from eldercare.subsidies.rules import ChunkState, RunState

# --- runs ---------------------------------------------------------------------------------------------------------


def find_run(run_id: UUID) -> SubsidyRun | None:
    return session().scalar(select(SubsidyRun).where(SubsidyRun.id == run_id))


def get_run(run_id: UUID) -> SubsidyRun:
    run = find_run(run_id)
    if run is None:
        raise NotFound
    return run


def lock_run(run_id: UUID) -> SubsidyRun:
    """The run, locked until the end of the transaction, with what others have just committed."""
    statement = select(SubsidyRun).where(SubsidyRun.id == run_id).with_for_update()
    run = session().scalar(statement.execution_options(populate_existing=True))
    if run is None:
        raise NotFound
    return run


def share_run(run_id: UUID) -> SubsidyRun:
    """The run, held in its state: many chunks may be computed at once, but nobody cancels meanwhile."""
    statement = select(SubsidyRun).where(SubsidyRun.id == run_id).with_for_update(read=True)
    run = session().scalar(statement.execution_options(populate_existing=True))
    if run is None:
        raise NotFound
    return run


def find_regular_run(jurisdiction: str, scheme_set: str, month: date) -> SubsidyRun | None:
    """The run of that month that is not cancelled."""
    return session().scalar(
        select(SubsidyRun).where(
            SubsidyRun.jurisdiction == jurisdiction,
            SubsidyRun.scheme_set == scheme_set,
            SubsidyRun.month == month,
            SubsidyRun.kind == "regular",
            SubsidyRun.state != RunState.CANCELLED,
        )
    )


def runs(page: int, per_page: int, *, jurisdiction: str | None = None, state: str | None = None) -> Page[SubsidyRun]:
    statement = select(SubsidyRun)
    if jurisdiction:
        statement = statement.where(SubsidyRun.jurisdiction == jurisdiction)
    if state:
        statement = statement.where(SubsidyRun.state == state)
    ordered = statement.order_by(SubsidyRun.month.desc(), SubsidyRun.made_at.desc(), SubsidyRun.id)
    return _page(statement, ordered, page, per_page)


def _page(statement: Any, ordered: Any, page: int, per_page: int) -> Page[Any]:
    total = session().scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    items = session().scalars(ordered.limit(per_page).offset((page - 1) * per_page)).all()
    return Page(items, total, page, per_page)


def events(run_id: UUID) -> Sequence[SubsidyRunEvent]:
    return (
        session()
        .scalars(select(SubsidyRunEvent).where(SubsidyRunEvent.run_id == run_id).order_by(SubsidyRunEvent.id))
        .all()
    )


# --- chunks -------------------------------------------------------------------------------------------------------


def chunks(run_id: UUID) -> Sequence[SubsidyRunChunk]:
    """Without their facts."""
    statement = select(SubsidyRunChunk).where(SubsidyRunChunk.run_id == run_id).order_by(SubsidyRunChunk.number)
    return session().scalars(statement).all()


def chunk_counts(run_id: UUID) -> dict[str, int]:
    """How many chunks are open, done and failed."""
    statement = (
        select(SubsidyRunChunk.state, func.count())
        .where(SubsidyRunChunk.run_id == run_id)
        .group_by(SubsidyRunChunk.state)
    )
    found: dict[str, int] = {row[0]: row[1] for row in session().execute(statement)}
    return {str(state): found.get(str(state), 0) for state in ChunkState}


def claim_chunk(run_id: UUID, number: int) -> SubsidyRunChunk | None:
    """The open chunk, locked; None when it is done, or when somebody is at work on it."""
    statement = (
        select(SubsidyRunChunk)
        .options(undefer(SubsidyRunChunk.facts))
        .where(
            SubsidyRunChunk.run_id == run_id, SubsidyRunChunk.number == number, SubsidyRunChunk.state == ChunkState.OPEN
        )
        .with_for_update(skip_locked=True)
    )
    return session().scalar(statement.execution_options(populate_existing=True))


def unlocked_chunks(run_id: UUID, state: ChunkState, rung_before: datetime) -> Sequence[SubsidyRunChunk]:
    """Chunks in a state, last rung before an instant, that nobody is at work on; locked."""
    statement = (
        select(SubsidyRunChunk)
        .where(SubsidyRunChunk.run_id == run_id, SubsidyRunChunk.state == state, SubsidyRunChunk.rung_at <= rung_before)
        .order_by(SubsidyRunChunk.number)
        .with_for_update(skip_locked=True)
    )
    return session().scalars(statement.execution_options(populate_existing=True)).all()


def facts_of_chunk(run_id: UUID, number: int) -> bytes:
    """The packed facts."""
    found = session().scalar(
        select(SubsidyRunChunk.facts).where(SubsidyRunChunk.run_id == run_id, SubsidyRunChunk.number == number)
    )
    if found is None:
        raise NotFound
    return found


def working_runs() -> Sequence[SubsidyRun]:
    """Runs that a worker still has something to do for."""
    states = [RunState.DRAFT, RunState.FROZEN, RunState.COMPUTING]
    return session().scalars(select(SubsidyRun).where(SubsidyRun.state.in_(states)).order_by(SubsidyRun.made_at)).all()


# --- lines and skips ----------------------------------------------------------------------------------------------


def get_line(run_id: UUID, number: int) -> SubsidyLine:
    line = session().scalar(select(SubsidyLine).where(SubsidyLine.run_id == run_id, SubsidyLine.number == number))
    if line is None:
        raise NotFound(N_("There is no such line, or it is outside your scope."))
    return line


def lines(
    run_id: UUID, page: int, per_page: int, *, division: str | None = None, scheme: str | None = None
) -> Page[SubsidyLine]:
    statement = select(SubsidyLine).where(SubsidyLine.run_id == run_id)
    if division:
        statement = statement.where(SubsidyLine.division == division)
    if scheme:
        statement = statement.where(SubsidyLine.scheme == scheme)
    return _page(statement, statement.order_by(SubsidyLine.number), page, per_page)


def skips(
    run_id: UUID, page: int, per_page: int, *, reason: str | None = None, scheme: str | None = None
) -> Page[SubsidySkip]:
    statement = select(SubsidySkip).where(SubsidySkip.run_id == run_id)
    if reason:
        statement = statement.where(SubsidySkip.reason == reason)
    if scheme:
        statement = statement.where(SubsidySkip.scheme == scheme)
    return _page(statement, statement.order_by(SubsidySkip.number), page, per_page)


def skip_counts(run_id: UUID) -> Sequence[tuple[str, str, int]]:
    """(scheme, reason, how many), most first."""
    statement = (
        select(SubsidySkip.scheme, SubsidySkip.reason, func.count())
        .where(SubsidySkip.run_id == run_id)
        .group_by(SubsidySkip.scheme, SubsidySkip.reason)
        .order_by(func.count().desc(), SubsidySkip.scheme, SubsidySkip.reason)
    )
    return [(scheme, reason, count) for scheme, reason, count in session().execute(statement)]


def totals(run_id: UUID) -> list[dict[str, Any]]:
    """Lines and fen by division and scheme, as the actor may see them."""
    statement = (
        select(SubsidyLine.division, SubsidyLine.scheme, func.count(), func.sum(SubsidyLine.amount_fen))
        .where(SubsidyLine.run_id == run_id)
        .group_by(SubsidyLine.division, SubsidyLine.scheme)
        .order_by(SubsidyLine.division, SubsidyLine.scheme)
    )
    return [
        {"division": division, "scheme": scheme, "lines": count, "fen": int(fen)}
        for division, scheme, count, fen in session().execute(statement)
    ]


def stored_amounts(run_id: UUID, chunk: int) -> bytes:
    """CSV (elder_id, scheme, days, amount_fen) of a chunk's lines as they stand in the table; system actor only."""
    return b"".join(
        copy_out(
            "SELECT elder_id, scheme, days, amount_fen FROM subsidy_line WHERE run_id = %s AND chunk = %s ORDER BY number",
            (run_id, chunk),
        )
    )


def names_of(elder_ids: set[UUID]) -> dict[UUID, str]:
    """Names of the elders the actor may see."""
    if not elder_ids:
        return {}
    found = session().execute(select(Elder.id, Elder.name).where(Elder.id.in_(elder_ids)))
    return {row[0]: row[1] for row in found}


def division_names(codes: set[str]) -> dict[str, str]:
    """Names of divisions by six-place code, in the reader's language."""
    if not codes:
        return {}
    found = session().scalars(select(Region).where(Region.code.in_(codes)))
    return {region.code: region.label for region in found}


def counties(prefixes: tuple[str, ...]) -> list[tuple[str, str]]:
    """(code, name) of the counties and zones under divisions, with the city's name where there are several cities."""
    below = [Region.code.like(f"{prefix}%") for prefix in prefixes]
    parent = aliased(Region)
    statement = (
        select(Region, parent)
        .join(parent, Region.parent_id == parent.id)
        .where(or_(*below), func.length(Region.code) == 6, parent.level == "city")
        .order_by(Region.path)
    )
    found = [(region, city) for region, city in session().execute(statement)]
    cities = session().scalars(
        select(Region).where(or_(*below), Region.level == "city", ~Region.id.in_([r.parent_id for r, _ in found]))
    )
    several = len({city.code for _, city in found}) > 1
    named = [(region.code, f"{city.label} {region.label}" if several else region.label) for region, city in found]
    return sorted([*named, *((city.code, city.label) for city in cities)])


# --- facts to freeze ----------------------------------------------------------------------------------------------

_CANDIDATES = """
    SELECT e.id, e.birth_date, e.death_date, e.region_path
    FROM elder e
    WHERE e.id IN (
        SELECT c.elder_id FROM circumstance c
        WHERE c.superseded_at IS NULL AND c.kind = 'economic_category' AND c.value = ANY(%s)
          AND c.valid && daterange(%s, %s, '[]'))
      AND (e.region_path >= %s AND e.region_path < %s
        OR e.id IN (
            SELECT r.elder_id FROM circumstance r
            WHERE r.superseded_at IS NULL AND r.kind = 'residence' AND r.valid && daterange(%s, %s, '[]')
              AND r.value LIKE ANY(%s)))
"""


def copy_candidates(
    categories: list[str], first: date, last: date, path: str, prefixes: tuple[str, ...]
) -> tuple[Iterator[bytes], Iterator[bytes]]:
    """CSV of the persons in question and of their facts that touch the days `first` to `last`.

    Read under a system actor: the caller has checked that the whole jurisdiction is the actor's.
    """
    params = (
        categories, first, last, path, path[:-1] + "0", first, last, [f"{prefix}%" for prefix in prefixes]
    )  # fmt: skip
    persons = copy_out(
        f"SELECT id AS elder_id, birth_date, death_date, region_path FROM ({_CANDIDATES}) AS p",  # noqa: S608
        params,
    )
    facts = copy_out(
        "SELECT c.elder_id, c.id AS fact_id, c.kind, c.value, lower(c.valid) AS valid_from,"  # noqa: S608
        f" upper(c.valid) AS valid_to, c.origin FROM circumstance c JOIN ({_CANDIDATES}) AS p ON p.id = c.elder_id"
        " WHERE c.superseded_at IS NULL AND c.valid && daterange(%s, %s, '[]') AND c.kind IN"
        " ('economic_category', 'self_care_tier', 'support_setting', 'urban_rural', 'residence')",
        (*params, first, last),
    )
    return persons, facts
