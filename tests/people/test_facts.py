"""Dated facts: corrections supersede, the days around stay, the elder's own columns and the feed follow."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, session
from eldercare.core.errors import Forbidden, Invalid, NotFound
from eldercare.core.models import FactChange
from eldercare.people import queries, service
from eldercare.people.models import Circumstance, Elder
from eldercare.people.rules import Kind, age_on, is_value, remainders
from tests.factories.beds import region as make_region
from tests.factories.people import make_elder, make_fact
from tests.support.cast import TOWN_A, TOWN_B

D = date


@pytest.mark.parametrize(
    ("row", "cut", "left"),
    [
        ((D(2026, 1, 1), None), (D(2026, 3, 1), None), [(D(2026, 1, 1), D(2026, 3, 1))]),
        ((D(2026, 1, 1), None), (D(2026, 1, 1), None), []),
        (
            (D(2026, 1, 1), None), (D(2026, 3, 1), D(2026, 4, 1)),
            [(D(2026, 1, 1), D(2026, 3, 1)), (D(2026, 4, 1), None)],
        ),
        ((D(2026, 1, 1), D(2026, 2, 1)), (D(2025, 1, 1), D(2026, 1, 10)), [(D(2026, 1, 10), D(2026, 2, 1))]),
        ((D(2026, 1, 1), D(2026, 2, 1)), (D(2025, 1, 1), D(2026, 2, 1)), []),
    ],
)  # fmt: skip
def test_remainders(row: Any, cut: Any, left: Any) -> None:
    assert remainders(*row, *cut) == left


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        (Kind.DISABILITY, "none", True), (Kind.DISABILITY, "physical:1", True), (Kind.DISABILITY, "physical:5", False),
        (Kind.DISABILITY, "physical:1\n", False), (Kind.RESIDENCE, "370202001", True), (Kind.RESIDENCE, "us-ma", True),
        (Kind.RESIDENCE, "../x", False), (Kind.ECONOMIC_CATEGORY, "destitute", True), (Kind.LTCI, "destitute", False),
    ],
)  # fmt: skip
def test_values(kind: Kind, value: str, fits: bool) -> None:
    assert is_value(kind, value) is fits


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (D(1940, 5, 1), D(2020, 4, 30), 79), (D(1940, 5, 1), D(2020, 5, 1), 80),
        (D(1940, 2, 29), D(2021, 2, 28), 80), (D(1940, 2, 29), D(2021, 3, 1), 81),
    ],
)  # fmt: skip
def test_age(born: date, day: date, age: int) -> None:
    assert age_on(born, day) == age


def rows(elder: Elder) -> list[tuple[str, date | None, date | None]]:
    return [(f.value, f.valid.lower, f.valid.upper) for f in reversed(queries.timeline(elder.id))]


def test_a_change_cuts_what_was_open(db_session: Any, actor_as: Any) -> None:
    elder = make_elder()
    make_fact(elder, "living_situation", "with_family", D(2020, 1, 1))
    actor = actor_as("official_a")
    with acting_as(actor):
        service.set_fact(actor, elder_id=elder.id, kind=Kind.LIVING_SITUATION, value="alone", valid_from=D(2026, 5, 1))
        assert rows(elder) == [("with_family", D(2020, 1, 1), D(2026, 5, 1)), ("alone", D(2026, 5, 1), None)]
        assert len(queries.replaced(elder.id)) == 1


def test_a_correction_of_the_past_keeps_the_days_around(db_session: Any, actor_as: Any) -> None:
    elder = make_elder()
    make_fact(elder, "economic_category", "ordinary", D(2020, 1, 1))
    actor = actor_as("official_a")
    with acting_as(actor):
        service.set_fact(
            actor, elder_id=elder.id, kind=Kind.ECONOMIC_CATEGORY, value="destitute",
            valid_from=D(2021, 1, 1), valid_to=D(2022, 1, 1),
        )  # fmt: skip
        assert rows(elder) == [
            ("ordinary", D(2020, 1, 1), D(2021, 1, 1)),
            ("destitute", D(2021, 1, 1), D(2022, 1, 1)),
            ("ordinary", D(2022, 1, 1), None),
        ]
        assert queries.value_on(elder.id, Kind.ECONOMIC_CATEGORY, D(2021, 12, 31)) == "destitute"
        assert queries.value_on(elder.id, Kind.ECONOMIC_CATEGORY, D(2022, 1, 1)) == "ordinary"


def test_as_known_then(db_session: Any, actor_as: Any, frozen_clock: Any) -> None:
    frozen_clock(D(2026, 3, 1))
    elder = make_elder()
    make_fact(elder, "economic_category", "ordinary", D(2020, 1, 1))
    then = clock.now()
    frozen_clock(D(2026, 4, 1))
    actor = actor_as("official_a")
    with acting_as(actor):
        service.set_fact(
            actor, elder_id=elder.id, kind=Kind.ECONOMIC_CATEGORY, value="destitute", valid_from=D(2021, 1, 1)
        )
        day = D(2021, 6, 1)
        assert queries.facts_on([elder.id], day)[elder.id] == {"economic_category": "destitute"}
        assert queries.facts_on([elder.id], day, known_at=then)[elder.id] == {"economic_category": "ordinary"}


def test_the_feed_tells_from_which_day(db_session: Any, actor_as: Any) -> None:
    elder = make_elder()
    actor = actor_as("official_a")
    with acting_as(actor):
        service.set_fact(actor, elder_id=elder.id, kind=Kind.SELF_CARE_TIER, value="full", valid_from=D(2025, 7, 1))
        change = session().scalars(select(FactChange)).one()
    assert (change.kind, change.subject_id, change.valid_from) == ("elder.self_care_tier", elder.id, D(2025, 7, 1))


def test_the_database_itself_forbids_two_values_of_one_day(db_session: Any) -> None:
    elder = make_elder()
    make_fact(elder, "living_situation", "alone", D(2020, 1, 1))
    with pytest.raises(IntegrityError):
        make_fact(elder, "living_situation", "with_family", D(2021, 1, 1))


def test_the_database_itself_forbids_values_of_another_kind(db_session: Any) -> None:
    elder = make_elder()
    with pytest.raises(IntegrityError):
        make_fact(elder, "living_situation", "destitute")


def test_a_move_shifts_the_scope(db_session: Any, actor_as: Any) -> None:
    make_region(TOWN_B)
    elder = make_elder(region_path=TOWN_A)
    actor = actor_as("official_city")
    with acting_as(actor):
        service.set_fact(actor, elder_id=elder.id, kind=Kind.RESIDENCE, value="370203001", valid_from=D(2026, 1, 1))
    assert elder.region_path == TOWN_B
    assert elder.hukou_path == TOWN_A
    with acting_as(actor_as("official_b")):
        assert queries.find_elder(elder.id) is not None


def test_death_is_a_fact_that_tells_the_slices_above_and_can_be_corrected(
    db_session: Any, app: Any, actor_as: Any, monkeypatch: Any
) -> None:
    heard: list[Any] = []
    monkeypatch.setitem(app.extensions, "effects", {"elder.died": [lambda **facts: heard.append(facts["died_on"])]})
    elder = make_elder()
    actor = actor_as("official_a")
    with acting_as(actor):
        for day in (D(2026, 5, 1), D(2026, 5, 9), D(2026, 4, 2)):
            service.record_death(actor, elder_id=elder.id, died_on=day)
            assert elder.death_date == day
            assert [fact.valid.lower for fact in queries.timeline(elder.id)] == [day]
        fact = queries.timeline(elder.id)[0]
        service.withdraw_fact(actor, elder_id=elder.id, circumstance_id=fact.id)
    assert elder.death_date is None
    assert heard == [D(2026, 5, 1), D(2026, 5, 9), D(2026, 4, 2), None]


@pytest.mark.parametrize(
    ("kind", "value", "start", "end", "field"),
    [
        (Kind.DEATH, "dead", timedelta(days=1), None, "valid_from"),
        (Kind.DEATH, "dead", timedelta(days=-400), timedelta(days=-300), "valid_to"),
        (Kind.RESIDENCE, "370202001", timedelta(days=1), None, "valid_from"),
        (Kind.RESIDENCE, "999999999", timedelta(0), None, "value"),
        (Kind.LTCI, "insured", timedelta(0), timedelta(0), "valid_to"),
        (Kind.LTCI, "insured", timedelta(days=-40_000), None, "valid_from"),
        (Kind.LTCI, "dead", timedelta(0), None, "value"),
    ],
)
def test_refusals_name_the_field(
    db_session: Any, actor_as: Any, kind: Kind, value: str, start: timedelta, end: timedelta | None, field: str
) -> None:
    make_region(TOWN_A)
    elder = make_elder()
    actor, today = actor_as("official_a"), clock.today()
    with acting_as(actor), pytest.raises(Invalid) as caught:
        service.set_fact(
            actor, elder_id=elder.id, kind=kind, value=value, valid_from=today + start,
            valid_to=None if end is None else today + end,
        )  # fmt: skip
    assert field in [problem.field for problem in caught.value.problems]
    assert session().scalars(select(Circumstance)).all() == []


@pytest.mark.parametrize(
    ("name", "error"),
    [("official_b", NotFound), ("family", Forbidden), ("assessor", Forbidden), ("operator_1", NotFound)],
)
def test_strangers_change_nothing(db_session: Any, actor_as: Any, name: str, error: type[Exception]) -> None:
    elder = make_elder()
    actor: Actor = actor_as(name)
    with acting_as(actor), pytest.raises(error):
        service.set_fact(actor, elder_id=elder.id, kind=Kind.LIVING_SITUATION, value="alone", valid_from=D(2026, 1, 1))
