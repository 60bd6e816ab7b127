"""Who is told what when a run moves. In the transaction of the move."""

from __future__ import annotations

from uuid import UUID

from eldercare.core.actor import Actor
from eldercare.core.i18n import N_
from eldercare.notices import service as notices
from eldercare.regions.queries import find_by_path
from eldercare.subsidies.models import SubsidyRun
from eldercare.subsidies.rules import RunState

#: State -> (who holds this is told, the sentence).
_WAITS = {
    RunState.COMPUTED: (
        "subsidies.review",
        N_("The subsidy run %(month)s of %(place)s is computed and waits for review."),
    ),
    RunState.REVIEWED: (
        "subsidies.approve",
        N_("The subsidy run %(month)s of %(place)s is reviewed and waits for approval."),
    ),
}
_DONE = {
    RunState.APPROVED: N_("Your subsidy run %(month)s of %(place)s is approved."),
    RunState.CANCELLED: N_("Your subsidy run %(month)s of %(place)s was cancelled."),
}


def tell(actor: Actor, run: SubsidyRun, state: RunState) -> None:
    """The next checkers of a run that waits for them; its maker of what became of it."""
    region = find_by_path(run.region_path)
    params = {"month": f"{run.month:%Y-%m}", "place": region.name if region else run.jurisdiction}
    link = f"/subsidies/runs/{run.id}"
    if state in _WAITS:
        permission, msgid = _WAITS[state]
        notices.notify_holders(
            actor, permission=permission, region_path=run.region_path, kind=f"subsidies.{state}", msgid=msgid,
            params=params, link=link,
        )  # fmt: skip
    elif state in _DONE and run.made_by.startswith("user:") and run.made_by != actor.label:
        maker = UUID(run.made_by.removeprefix("user:"))
        notices.notify(actor, user_ids=[maker], kind=f"subsidies.{state}", msgid=_DONE[state], params=params, link=link)
