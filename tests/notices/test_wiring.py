"""Runs and plans tell whom they wait for."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from eldercare.core.actor import Actor
from eldercare.core.db import session
from eldercare.inspections.models import InspectionPlan
from eldercare.inspections.rules import PlanState
from eldercare.inspections.service import telling as plans
from eldercare.notices.models import Notice
from eldercare.subsidies.models import SubsidyRun
from eldercare.subsidies.rules import RunState
from eldercare.subsidies.service import telling as runs
from tests.support.cast import CAST, CITY, DISTRICT_A
from tests.support.signed_in import account_of

pytestmark = pytest.mark.usefixtures("db_session")
WORKER = Actor.system("worker")


def told() -> dict[UUID, str]:
    return {one.user_id: one.msgid % one.params for one in session().scalars(select(Notice))}


def people(*names: str) -> list[UUID]:
    return [account_of(CAST[name]).id for name in names]


def run(**more: Any) -> SubsidyRun:
    return SubsidyRun(
        id=uuid4(), region_path=DISTRICT_A, jurisdiction="yantai", month=date(2023, 1, 1),
        made_by=f"user:{CAST['official_a'].user_id}", **more,
    )  # fmt: skip


def test_a_computed_run_tells_who_may_review_it() -> None:
    city, maker, second, _stranger = people("official_city", "official_a", "official_a2", "official_b")
    runs.tell(WORKER, run(), RunState.COMPUTED)
    assert set(told()) == {city, maker, second}
    assert told()[second] == "The subsidy run 2023-01 of yantai is computed and waits for review."


def test_an_approved_run_tells_its_maker(actor_as: Any) -> None:
    people("official_a", "official_a2")
    runs.tell(actor_as("official_a2"), run(), RunState.APPROVED)
    assert set(told()) == {CAST["official_a"].user_id}


@pytest.mark.parametrize("state", [RunState.FROZEN, RunState.COMPUTING, RunState.DRAFT])
def test_what_waits_for_nobody_is_not_told(state: RunState) -> None:
    people("official_a")
    runs.tell(WORKER, run(), state)
    assert told() == {}


def test_nobody_is_told_of_their_own_doing(actor_as: Any) -> None:
    people("official_a")
    runs.tell(actor_as("official_a"), run(), RunState.CANCELLED)
    assert told() == {}


@pytest.mark.parametrize(
    ("state", "words"), [(PlanState.SOLVED, "3 visits, 1 not placed"), (PlanState.FAILED, "could not")]
)
def test_a_plan_tells_its_planners(state: PlanState, words: str) -> None:
    city, own = people("official_city", "official_a")
    plan = InspectionPlan(
        id=uuid4(), region_path=CITY, first_day=date(2026, 1, 1), last_day=date(2026, 3, 1), state=state,
        visit_count=3, unplaced_count=1,
    )  # fmt: skip
    plans.tell(WORKER, plan)
    assert own not in told()  # the plan is the city's
    assert words in told()[city]
