"""The life of a subsidy run: which state follows which, and what each step asks. Pure decisions."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from eldercare.core.errors import Conflict, NoRuleInForce
from eldercare.core.i18n import N_


class RunState(StrEnum):
    DRAFT = "draft"
    FROZEN = "frozen"
    COMPUTING = "computing"
    COMPUTED = "computed"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    EXPORTED = "exported"
    PAID = "paid"
    RECONCILED = "reconciled"
    CANCELLED = "cancelled"


STATE_NAMES: dict[str, str] = {
    RunState.DRAFT: N_("Draft"),
    RunState.FROZEN: N_("Frozen"),
    RunState.COMPUTING: N_("Computing"),
    RunState.COMPUTED: N_("Computed"),
    RunState.REVIEWED: N_("Reviewed"),
    RunState.APPROVED: N_("Approved"),
    RunState.EXPORTED: N_("Exported"),
    RunState.PAID: N_("Paid"),
    RunState.RECONCILED: N_("Reconciled"),
    RunState.CANCELLED: N_("Cancelled"),
}

#: Cancelling ends where money may have left: after approval only a later adjustment corrects a run.
NEXT: dict[RunState, frozenset[RunState]] = {
    RunState.DRAFT: frozenset({RunState.FROZEN, RunState.CANCELLED}),
    RunState.FROZEN: frozenset({RunState.COMPUTING, RunState.CANCELLED}),
    RunState.COMPUTING: frozenset({RunState.COMPUTED, RunState.CANCELLED}),
    RunState.COMPUTED: frozenset({RunState.REVIEWED, RunState.CANCELLED}),
    RunState.REVIEWED: frozenset({RunState.APPROVED, RunState.CANCELLED}),
    RunState.APPROVED: frozenset({RunState.EXPORTED}),
    RunState.EXPORTED: frozenset({RunState.PAID}),
    RunState.PAID: frozenset({RunState.RECONCILED}),
    RunState.RECONCILED: frozenset(),
    RunState.CANCELLED: frozenset(),
}

WORKING = frozenset({RunState.DRAFT, RunState.FROZEN, RunState.COMPUTING})


class NoRuleForMonth(NoRuleInForce):
    """No table of the jurisdiction holds in the month; answers name the field `month`."""

    @property
    def extra(self) -> dict[str, dict[str, list[str]]]:
        return {"errors": {"month": [self.message]}}


class RunExists(Conflict):
    """The month has a run of these schemes that is not cancelled."""

    def __init__(self, run_id: UUID, month: str) -> None:
        super().__init__(
            N_("There is a run of these schemes for %(month)s already. Open it, or cancel it first."), month=month
        )
        self.run_id = run_id


class ChunkState(StrEnum):
    OPEN = "open"
    DONE = "done"
    FAILED = "failed"


CHUNK_STATE_NAMES: dict[str, str] = {
    ChunkState.OPEN: N_("Waiting or at work"),
    ChunkState.DONE: N_("Done"),
    ChunkState.FAILED: N_("Failed"),
}


def may_follow(before: str, after: str) -> bool:
    return RunState(after) in NEXT[RunState(before)]


def why_not_review(state: str, failed_chunks: int, maker: str, reviewer: str) -> str | None:
    """The reason why `reviewer` must not mark the run as reviewed, as a message id; None when all is well."""
    if failed_chunks:
        return N_("A part of this run failed. Compute that part again before the review.")
    if not may_follow(state, RunState.REVIEWED):
        return N_("Only a computed run can be reviewed.")
    if maker == reviewer:
        return N_("Whoever made the run must not review it: another person has to.")
    return None


def why_not_approve(state: str, maker: str, approver: str) -> str | None:
    """The reason why `approver` must not approve the run, as a message id; None when all is well."""
    if not may_follow(state, RunState.APPROVED):
        return N_("Only a reviewed run can be approved.")
    if maker == approver:
        return N_("Whoever made the run must not approve it: another person has to.")
    return None


def why_not_cancel(state: str) -> str | None:
    if not may_follow(state, RunState.CANCELLED):
        return N_("A run that was approved or cancelled cannot be cancelled any more.")
    return None
