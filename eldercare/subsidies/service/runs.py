"""Making, freezing, reviewing, approving and cancelling runs. Services: they change and never commit."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from uuid import UUID

import polars as pl
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from eldercare.audit import service as audit
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, check_version, session
from eldercare.core.errors import Conflict, Invalid
from eldercare.core.i18n import N_, Text
from eldercare.core.jobs import JobName, after_commit
from eldercare.core.scope import within
from eldercare.packstore import queries as packs
from eldercare.packstore import service as packstore
from eldercare.policy import Pack, Scheme, load_packs
from eldercare.regions.queries import find_region
from eldercare.subsidies import engine, queries, rules
from eldercare.subsidies.engine.compute import known_periods, rules_in
from eldercare.subsidies.engine.frame import FACT_SCHEMA, PERSON_SCHEMA, Frame
from eldercare.subsidies.engine.segments import Month
from eldercare.subsidies.models import SubsidyLine, SubsidyRun, SubsidyRunChunk, SubsidyRunEvent
from eldercare.subsidies.rules import RunState
from eldercare.subsidies.service.telling import tell

CHUNK_PERSONS = 10_000


def create(actor: Actor, *, jurisdiction: str, month: Month, schemes: list[str] | None = None) -> SubsidyRun:
    """A draft run of a month; the workers freeze and compute it after the commit.

    Raises Invalid (unknown pack or scheme), NoRuleInForce (no table for the month), Conflict (the month has a run).
    """
    actor.require("subsidies.make")
    pack, row = packstore.in_use(actor, code=jurisdiction)
    chosen = _schemes(pack, schemes)
    rules_in(pack, chosen, month)
    path = _jurisdiction_path(actor, pack)
    scheme_set = ",".join(sorted(scheme.key for scheme in chosen))
    with acting_as(Actor.system("subsidies.create")):
        existing = queries.find_regular_run(pack.code, scheme_set, month.first)
    if existing is not None:
        raise rules.RunExists(existing.id, str(month))
    run = SubsidyRun(
        jurisdiction=pack.code,
        scheme_set=scheme_set,
        month=month.first,
        kind="regular",
        state=RunState.DRAFT.value,
        pack_hash=row.content_hash,
        base_hash=row.base_hash,
        engine_version=engine.VERSION,
        made_by=actor.label,
        made_at=clock.now(),
        region_path=path,
    )
    session().add(run)
    try:
        session().flush()
    except IntegrityError:  # somebody made it between the look and the insert
        raise Conflict(N_("Somebody has just made a run of this month. Open it from the list.")) from None
    note_event(actor, run, None, RunState.DRAFT)
    after_commit(JobName.START_RUN, run.id, job_id=f"subsidy-start-{run.id}-1")
    return run


def _schemes(pack: Pack, keys: list[str] | None) -> list[Scheme]:
    if not pack.schemes:
        raise Invalid.one("jurisdiction", N_("The pack %(code)s has no subsidy schemes."), code=pack.code)
    for key in keys or ():
        if key not in pack.schemes:
            raise Invalid.one("schemes", N_("The pack %(code)s has no scheme %(scheme)s."), code=pack.code, scheme=key)
    return [pack.schemes[key] for key in keys or pack.schemes]


def _jurisdiction_path(actor: Actor, pack: Pack) -> str:
    """The division a run of the pack is for. A run spends the whole jurisdiction's money: all of it must be one's own."""
    region = find_region(pack.divisions[0]) if pack.divisions else None
    if region is None:
        raise Invalid.one("jurisdiction", N_("The divisions of %(code)s are not loaded."), code=pack.code)
    if not actor.is_system and not within(region.path, actor.region_paths):
        raise Invalid.one("jurisdiction", N_("This jurisdiction is outside your scope."))
    return region.path


def pack_of(run: SubsidyRun) -> Pack:
    """The very bytes the run uses."""
    return packs.pack_of(packs.get_by_hash(run.pack_hash))


def schemes_of(run: SubsidyRun, pack: Pack) -> list[Scheme]:
    return [pack.schemes[key] for key in run.schemes]


# --- freezing -----------------------------------------------------------------------------------------------------


def freeze(actor: Actor, *, run_id: UUID) -> SubsidyRun:
    """Read the facts of the month once, keep them in chunks, and ring a job per chunk. Only a draft is frozen.

    A run that is not a draft any more is left as it is: the job may come twice.
    """
    with acting_as(Actor.system("subsidies.freeze")):
        run = queries.lock_run(run_id)
        if run.state != RunState.DRAFT:
            return run
        run.known_at = clock.now()
        frame = _read_facts(run)
        hashes = _store_chunks(run, frame)
        run.persons = frame.persons.height
        run.facts_hash = hashlib.sha256("\n".join(hashes).encode()).hexdigest()
        move(actor, run, RunState.FROZEN)
        move(actor, run, RunState.COMPUTING)
        for number in range(len(hashes)):
            ring_chunk(run.id, number, 1)
        if not hashes:
            after_commit(JobName.FINISH_RUN, run.id, job_id=f"subsidy-finish-{run.id}")
    return run


def _read_facts(run: SubsidyRun) -> Frame:
    pack = pack_of(run)
    month = Month.of(run.month)
    categories = sorted({c for scheme in schemes_of(run, pack) for c in scheme.economic_categories})
    persons, facts = queries.copy_candidates(categories, month.first, month.last, run.region_path, pack.divisions)
    return Frame.of(_table(b"".join(persons), PERSON_SCHEMA), _table(b"".join(facts), FACT_SCHEMA))


def _table(csv: bytes, schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    return pl.read_csv(io.BytesIO(csv), schema=schema)


def _store_chunks(run: SubsidyRun, frame: Frame) -> list[str]:
    hashes: list[str] = []
    for number, part in enumerate(frame.chunks(CHUNK_PERSONS)):
        packed, content_hash = part.packed()
        hashes.append(content_hash)
        session().execute(
            insert(SubsidyRunChunk).values(
                run_id=run.id,
                number=number,
                region_path=run.region_path,
                facts=packed,
                facts_hash=content_hash,
                persons=part.persons.height,
                rung_at=clock.now(),
            )
        )
    return hashes


def job_id(run_id: UUID, number: int, attempt: int) -> str:
    return f"subsidy-{run_id}-{number}-{attempt}"


def ring_chunk(run_id: UUID, number: int, attempt: int) -> None:
    """The attempt is in the job's id: a job that RQ believes to be running cannot swallow the next one."""
    after_commit(JobName.COMPUTE_CHUNK, run_id, number, job_id=job_id(run_id, number, attempt))


# --- people decide ------------------------------------------------------------------------------------------------


def review(actor: Actor, *, run_id: UUID, version: int | None = None) -> SubsidyRun:
    """Mark a computed run as reviewed. Never by its maker, never with a failed chunk."""
    actor.require("subsidies.review")
    run = _locked_whole(actor, run_id, version)
    failed = queries.chunk_counts(run_id)["failed"]
    if reason := rules.why_not_review(run.state, failed, run.made_by, actor.label):
        raise Conflict(reason)
    run.reviewed_by, run.reviewed_at = actor.label, clock.now()
    move(actor, run, RunState.REVIEWED)
    return run


def approve(actor: Actor, *, run_id: UUID, version: int | None = None) -> SubsidyRun:
    """Approve a reviewed run. Never by its maker."""
    actor.require("subsidies.approve")
    run = _locked_whole(actor, run_id, version)
    if reason := rules.why_not_approve(run.state, run.made_by, actor.label):
        raise Conflict(reason)
    run.approved_by, run.approved_at = actor.label, clock.now()
    move(actor, run, RunState.APPROVED)
    return run


def cancel(actor: Actor, *, run_id: UUID, reason: str, version: int | None = None) -> SubsidyRun:
    """Cancel a run before its approval. Facts, lines and hashes stay as evidence; the month is free again."""
    actor.require("subsidies.make")
    run = _locked_whole(actor, run_id, version)
    if why := rules.why_not_cancel(run.state):
        raise Conflict(why)
    run.cancelled_reason = reason
    move(actor, run, RunState.CANCELLED, reason)
    with acting_as(Actor.system("subsidies.cancel")):
        session().execute(update(SubsidyLine).where(SubsidyLine.run_id == run_id).values(cancelled=True))
    return run


def _locked_whole(actor: Actor, run_id: UUID, version: int | None) -> SubsidyRun:
    """The run under a row lock, as its actor sees it."""
    run = queries.lock_run(run_id)
    check_version(run, version)
    return run


def move(actor: Actor, run: SubsidyRun, state: RunState, note: str | None = None) -> None:
    """Change the state with its event and its audit row. Raises Conflict when the step does not exist."""
    before = run.state
    if not rules.may_follow(before, state):
        raise Conflict(N_("A run cannot go from %(before)s to %(after)s."), before=before, after=str(state))
    run.state = state.value
    session().flush()
    note_event(actor, run, before, state, note)
    tell(actor, run, state)


def note_event(actor: Actor, run: SubsidyRun, before: str | None, state: RunState, note: str | None = None) -> None:
    session().add(
        SubsidyRunEvent(
            run_id=run.id,
            region_path=run.region_path,
            at=clock.now(),
            by=actor.label,
            by_name=actor.name[:120],
            from_state=before,
            to_state=state.value,
            note=note,
        )
    )
    audit.record(
        action=f"subsidies.run.{state.value}",
        subject_type="subsidy_run",
        subject_id=run.id,
        before={"state": before} if before else None,
        after={"state": state.value, "month": run.month.isoformat(), "jurisdiction": run.jurisdiction},
        region_path=run.region_path,
        actor=actor,
    )


def decisions(actor: Actor, run: SubsidyRun) -> dict[str, str | None]:
    """For each decision on the run, why this person cannot take it now (a message id), or None when they can."""
    failed = queries.chunk_counts(run.id)["failed"]
    found = {
        "review": rules.why_not_review(run.state, failed, run.made_by, actor.label),
        "approve": rules.why_not_approve(run.state, run.made_by, actor.label),
        "cancel": rules.why_not_cancel(run.state),
    }
    asks = {"review": "subsidies.review", "approve": "subsidies.approve", "cancel": "subsidies.make"}
    for step, permission in asks.items():
        if not actor.can(permission):
            found[step] = N_("Your role does not allow this.")
    return found


@dataclass(frozen=True)
class Runnable:
    """A jurisdiction for which the actor may make runs, with the months its tables hold for."""

    code: str
    title: Text
    months: list[str]


def runnable(actor: Actor) -> list[Runnable]:
    """Jurisdictions with subsidies that lie wholly within the actor's scope."""
    if not actor.can("subsidies.make"):
        return []
    found = []
    for pack in load_packs().values():
        region = find_region(pack.divisions[0]) if pack.schemes and pack.divisions else None
        if region is not None and (actor.is_system or within(region.path, actor.region_paths)):
            found.append(Runnable(pack.code, pack.title, known_periods(pack, list(pack.schemes.values()))))
    return found


def pack_titles() -> dict[str, Text]:
    return {code: pack.title for code, pack in load_packs().items() if pack.schemes}
