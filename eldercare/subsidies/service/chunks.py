"""Computing the chunks of a run: claimed, computed, written and marked done in one transaction.

The row is the truth: a job that comes twice finds nothing to claim, a killed worker leaves the chunk open, and the
sweep rings again. Run under a system actor by the workers; nothing here commits.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import UUID

import polars as pl

from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, copy_block, session
from eldercare.core.errors import Conflict
from eldercare.core.i18n import N_
from eldercare.core.jobs import JobName, after_commit
from eldercare.subsidies import engine, queries
from eldercare.subsidies.engine import Frame, Result
from eldercare.subsidies.engine.segments import Month
from eldercare.subsidies.models import SubsidyRun
from eldercare.subsidies.rules import ChunkState, RunState
from eldercare.subsidies.service.runs import job_id, move, note_event, pack_of, ring_chunk, schemes_of

#: Lines of chunk n are numbered from n x this on: a place that no other chunk reaches.
NUMBERS_PER_CHUNK = 200_000
#: An open chunk that nobody holds is rung again after this time.
RING_AGAIN_AFTER = timedelta(seconds=30)
LINE_COLUMNS = (
    "run_id", "number", "chunk", "elder_id", "scheme", "origin_month", "kind", "sequence", "region_path", "division",
    "days", "amount_fen", "assumed", "trace", "cancelled",
)  # fmt: skip
SKIP_COLUMNS = ("run_id", "number", "chunk", "elder_id", "scheme", "region_path", "division", "reason", "detail")


def compute_chunk(actor: Actor, *, run_id: UUID, number: int) -> bool:
    """Compute one open chunk; False when there was nothing to do (done, cancelled, or somebody is at it)."""
    with acting_as(Actor.system("subsidies.compute")):
        run = queries.share_run(run_id)
        chunk = queries.claim_chunk(run_id, number)
        if chunk is None or run.state != RunState.COMPUTING:
            return False
        frame = Frame.unpack(chunk.facts)
        result = _computed(run, frame)
        _write(run, number, result)
        chunk.state = ChunkState.DONE.value
        chunk.lines, chunk.skipped = result.lines.height, result.skipped.height
        chunk.total_fen, chunk.lines_hash = result.total_fen, result.lines_hash()
        chunk.error, chunk.done_at = None, clock.now()
        after_commit(JobName.FINISH_RUN, run_id)
        session().flush()
    return True


def _computed(run: SubsidyRun, frame: Frame) -> Result:
    pack = pack_of(run)
    return engine.compute(pack, schemes_of(run, pack), Month.of(run.month), frame)


def _write(run: SubsidyRun, chunk: int, result: Result) -> None:
    """COPY the lines and skips in."""
    first = chunk * NUMBERS_PER_CHUNK
    common = {"run_id": pl.lit(str(run.id)), "chunk": pl.lit(chunk)}
    lines = result.lines.with_row_index("number", offset=first).with_columns(
        **common,
        origin_month=pl.lit(run.month),
        kind=pl.lit("regular"),
        sequence=pl.lit(0),
        cancelled=pl.lit(False),
    )
    copy_block("subsidy_line", LINE_COLUMNS, [lines.select(LINE_COLUMNS).write_csv(include_header=False)])
    skipped = result.skipped.with_row_index("number", offset=first).with_columns(
        **common, division=pl.col("division").fill_null("")
    )
    # An empty division must arrive as '' and not as NULL: quoted in CSV.
    csv = skipped.select(SKIP_COLUMNS).write_csv(include_header=False, quote_style="non_numeric")
    copy_block("subsidy_skip", SKIP_COLUMNS, [csv])


def fail_chunk(actor: Actor, *, run_id: UUID, number: int, error: str) -> None:
    """Record why a chunk could not be computed, in a transaction of its own after the failed one was undone."""
    with acting_as(Actor.system("subsidies.compute")):
        chunk = queries.claim_chunk(run_id, number)
        if chunk is None:
            return
        run = queries.get_run(run_id)
        chunk.state, chunk.error = ChunkState.FAILED.value, error[:2000]
        session().flush()
        note_event(actor, run, run.state, RunState(run.state), f"chunk {number} failed")


def retry_failed(actor: Actor, *, run_id: UUID) -> int:
    """Open the failed chunks of a run again and ring them; how many there were."""
    actor.require("subsidies.make")
    run = queries.lock_run(run_id)
    if run.state != RunState.COMPUTING:
        raise Conflict(N_("Only the chunks of a run that is being computed can be tried again."))
    with acting_as(Actor.system("subsidies.retry")):
        failed = queries.unlocked_chunks(run_id, ChunkState.FAILED, clock.now())
        for chunk in failed:
            chunk.state, chunk.error = ChunkState.OPEN.value, None
            chunk.attempt += 1
            chunk.rung_at = clock.now()
            ring_chunk(run_id, chunk.number, chunk.attempt)
        session().flush()
        if failed:
            note_event(actor, run, run.state, RunState(run.state), f"{len(failed)} chunks tried again")
    return len(failed)


def finish(actor: Actor, *, run_id: UUID) -> bool:
    """Move the run to computed when all its chunks are done; False when it is too early or done already."""
    with acting_as(Actor.system("subsidies.finish")):
        run = queries.lock_run(run_id)
        if run.state != RunState.COMPUTING:
            return False
        chunks = queries.chunks(run_id)
        if any(chunk.state != ChunkState.DONE for chunk in chunks):
            return False
        run.lines = sum(chunk.lines for chunk in chunks)
        run.skipped = sum(chunk.skipped for chunk in chunks)
        run.total_fen = sum(chunk.total_fen for chunk in chunks)
        run.lines_hash = _run_hash([chunk.lines_hash or "" for chunk in chunks])
        run.totals = queries.totals(run_id)
        run.computed_at = clock.now()
        move(actor, run, RunState.COMPUTED)
    return True


def _run_hash(hashes: list[str]) -> str:
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def sweep(actor: Actor, *, waiting: frozenset[str] = frozenset()) -> int:
    """Ring again what is open and held by nobody: jobs lost with Redis or with a killed worker. How many rings.

    `waiting` are the ids of jobs that still stand in the queue: their chunks only have to wait.
    """
    with acting_as(Actor.system("subsidies.sweep")):
        return sum(_ring_again(run, waiting) for run in queries.working_runs())


def _ring_again(run: SubsidyRun, waiting: frozenset[str]) -> int:
    now = clock.now()
    before = now - RING_AGAIN_AFTER
    if run.state != RunState.COMPUTING:
        if run.made_at > before:
            return 0
        after_commit(JobName.START_RUN, run.id)
        return 1
    rung = 0
    for chunk in queries.unlocked_chunks(run.id, ChunkState.OPEN, before):
        if job_id(run.id, chunk.number, chunk.attempt) not in waiting:
            chunk.attempt += 1
            chunk.rung_at = now
            ring_chunk(run.id, chunk.number, chunk.attempt)
            rung += 1
    counts = queries.chunk_counts(run.id)
    if not counts["open"] and not counts["failed"]:
        after_commit(JobName.FINISH_RUN, run.id)
        rung += 1
    session().flush()
    return rung


def verify(actor: Actor, *, run_id: UUID) -> list[str]:
    """Compute the run again from its kept facts and packs; what differs, empty when every byte is the same."""
    actor.require("subsidies.read")
    run = queries.get_run(run_id)
    problems: list[str] = []
    with acting_as(Actor.system("subsidies.verify")):
        for chunk in queries.chunks(run_id):
            frame = Frame.unpack(queries.facts_of_chunk(run_id, chunk.number))
            if hashlib.sha256(frame.to_bytes()).hexdigest() != chunk.facts_hash:
                problems.append(f"chunk {chunk.number}: the kept facts differ from their hash")
            elif chunk.state == ChunkState.DONE:
                result = _computed(run, frame)
                if result.lines_hash() != chunk.lines_hash:
                    problems.append(f"chunk {chunk.number}: computing again gives other lines")
                if _amounts(result) != queries.stored_amounts(run_id, chunk.number):
                    problems.append(f"chunk {chunk.number}: the stored lines differ from what was computed")
        hashes = [chunk.lines_hash or "" for chunk in queries.chunks(run_id)]
        if run.lines_hash is not None and _run_hash(hashes) != run.lines_hash:
            problems.append("the hash of the run differs from its chunks")
    return problems


def _amounts(result: Result) -> bytes:
    return result.lines.select("elder_id", "scheme", "days", "amount_fen").write_csv().encode()
