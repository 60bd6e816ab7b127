"""Who sees an elder and what hangs on one: division, hukou, stay, family; nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, scoped_table, session
from eldercare.core.errors import ScopeBypassed
from eldercare.people import queries
from eldercare.people.models import Circumstance, Elder
from tests.factories.beds import institution as make_institution
from tests.factories.people import make_elder, make_fact, make_grant
from tests.support.cast import ELDER_OF_FAMILY, INSTITUTION_1, TOWN_A, TOWN_B

ActorAs = Callable[[str], Actor]


def sees(actor: Actor, elder: Elder) -> bool:
    with acting_as(actor):
        found = queries.find_elder(elder.id) is not None
        facts = bool(session().scalars(select(Circumstance).where(Circumstance.elder_id == elder.id)).all())
        core = session().execute(select(func.count()).select_from(scoped_table(Circumstance))).scalar()
    assert found == facts == bool(core), "elder and facts must be visible together"
    return found


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("official_city", True), ("official_a", True), ("official_b", False), ("community_worker", True),
        ("assessor", True), ("operator_1", False), ("family", False), ("public", False),
    ],
)  # fmt: skip
def test_by_residence(db_session: Any, actor_as: ActorAs, name: str, seen: bool) -> None:
    elder = make_elder(region_path=TOWN_A)
    make_fact(elder, "living_situation", "alone")
    assert sees(actor_as(name), elder) is seen


def test_by_hukou(db_session: Any, actor_as: ActorAs) -> None:
    elder = make_elder(region_path=TOWN_A, hukou_path=TOWN_B)
    make_fact(elder, "living_situation", "alone")
    assert sees(actor_as("official_b"), elder)


def test_a_stay_shows_the_elder_only_to_that_institution_and_only_for_its_days(
    db_session: Any, actor_as: ActorAs
) -> None:
    make_institution(id=INSTITUTION_1)
    today = clock.today()
    now, over, later = make_elder(), make_elder(), make_elder()
    for elder in (now, over, later):
        make_fact(elder, "living_situation", "alone")
    make_grant(now, today - timedelta(days=3), institution_id=INSTITUTION_1)
    make_grant(over, today - timedelta(days=3), today, institution_id=INSTITUTION_1)
    make_grant(later, today + timedelta(days=1), institution_id=INSTITUTION_1)
    with acting_as(actor_as("operator_1")):
        assert {elder.id for elder in session().scalars(select(Elder))} == {now.id}
    with acting_as(actor_as("operator_2")):
        assert not session().scalars(select(Elder)).all()


def test_a_superseded_grant_shows_nothing(db_session: Any, actor_as: ActorAs) -> None:
    make_institution(id=INSTITUTION_1)
    elder = make_elder()
    make_fact(elder, "living_situation", "alone")
    make_grant(elder, institution_id=INSTITUTION_1).superseded_at = clock.now()
    session().flush()
    with acting_as(actor_as("operator_1")):
        assert queries.find_elder(elder.id) is None


def test_by_family(db_session: Any, actor_as: ActorAs) -> None:
    mother = make_elder(id=ELDER_OF_FAMILY)
    make_fact(mother, "living_situation", "alone")
    make_elder()
    assert sees(actor_as("family"), mother)
    with acting_as(actor_as("family")):
        assert len(session().scalars(select(Elder)).all()) == 1


def test_core_statements_on_elders_are_refused(db_session: Any, actor_as: ActorAs) -> None:
    make_elder()
    with acting_as(actor_as("official_a")), pytest.raises(ScopeBypassed):
        session().execute(select(Elder.__table__))


def test_no_actor_no_rows(db_session: Any) -> None:
    elder = make_elder()
    with acting_as(None):  # type: ignore[arg-type]
        assert queries.find_elder(elder.id) is None


def test_age_is_not_scope(db_session: Any, actor_as: ActorAs) -> None:
    """The dead stay visible to their office: late facts about them still come."""
    elder = make_elder(death_date=date(2025, 1, 1))
    make_fact(elder, "death", "dead", date(2025, 1, 1))
    assert sees(actor_as("official_a"), elder)
