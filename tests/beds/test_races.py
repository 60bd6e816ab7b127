"""Many at once on the real database, with real commits: the constraint decides, nobody waits for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from eldercare.beds import queries, service
from eldercare.beds.models import BedOccupancy
from eldercare.beds.rules import BedState, EndReason
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import commit, session
from eldercare.core.errors import DomainError
from tests.factories import beds as factory

THREADS = 50
SYSTEM = Actor.system("tests")


@pytest.fixture
def home(committed_db: Any) -> Any:
    return factory.institution()


def test_fifty_for_one_bed(committed_db: Any, home: Any) -> None:
    bed_id = factory.beds(home, 8)[0].id
    people = [factory.elder(f"老人{number}").id for number in range(THREADS)]
    commit()

    def admit(number: int) -> Any:
        stay = service.admit(SYSTEM, bed_id=bed_id, elder_id=people[number])
        commit()
        return stay.elder_id

    results = committed_db.in_threads(admit, THREADS)
    winners = [result for result in results if not isinstance(result, Exception)]
    losers = [result for result in results if isinstance(result, service.BedTaken)]
    assert (len(winners), len(losers)) == (1, THREADS - 1)
    assert all(len(loser.alternatives) == 3 and "老人" in loser.message for loser in losers)
    assert queries.get_bed(bed_id, clock.now()).elder_id == winners[0]


def test_one_person_into_many_beds(committed_db: Any, home: Any) -> None:
    beds = [bed.id for bed in factory.beds(home, 20)]
    person = factory.elder().id
    commit()

    def admit(number: int) -> Any:
        service.admit(SYSTEM, bed_id=beds[number], elder_id=person)
        commit()

    results = committed_db.in_threads(admit, len(beds))
    assert results.count(None) == 1
    assert sum(isinstance(result, service.PersonElsewhere) for result in results) == len(beds) - 1


def test_two_beds_in_opposite_order(committed_db: Any, home: Any) -> None:
    """Every thread swaps the same two residents, half of them naming the one first, half the other."""
    beds = factory.beds(home, 2)
    people = [factory.elder("王一"), factory.elder("李二")]
    hour_ago = clock.now() - timedelta(hours=1)
    for bed, person in zip(beds, people, strict=True):
        service.admit(SYSTEM, bed_id=bed.id, elder_id=person.id, at=hour_ago, reason="test")
    bed_ids = [bed.id for bed in beds]
    commit()

    def swap(number: int) -> Any:
        done = 0
        for _ in range(10):
            with_ids = [queries.find_on_bed(bed_id, clock.now()) for bed_id in bed_ids]
            first, second = (one.fact_id for one in (with_ids if number % 2 else with_ids[::-1]) if one)
            try:
                service.swap(SYSTEM, stay_id=first, other_stay_id=second)
                commit()
                done += 1
            except DomainError:
                session().rollback()
        return done

    results = committed_db.in_threads(swap, 16)
    assert not [result for result in results if isinstance(result, Exception)]
    assert sum(results) > 0
    now = clock.now() + timedelta(seconds=1)
    states = [queries.get_bed(bed_id, now) for bed_id in bed_ids]
    assert {state.state for state in states} == {BedState.OCCUPIED}
    assert {state.elder_id for state in states} == {person.id for person in people}


def test_moves_in_a_ring_do_not_deadlock(committed_db: Any, home: Any) -> None:
    """Each wants the other's bed: both are refused, none hangs."""
    beds = factory.beds(home, 2)
    stays = []
    for bed in beds:
        at = clock.now() - timedelta(hours=1)
        stays.append(service.admit(SYSTEM, bed_id=bed.id, elder_id=factory.elder().id, at=at, reason="test").fact_id)
    bed_ids = [bed.id for bed in beds]
    commit()

    def move(number: int) -> Any:
        side = number % 2
        service.move(SYSTEM, stay_id=stays[side], bed_id=bed_ids[1 - side])
        commit()

    results = committed_db.in_threads(move, 20)
    assert all(isinstance(result, service.BedTaken) for result in results), results


def test_a_stay_is_discharged_once(committed_db: Any, home: Any) -> None:
    [bed] = factory.beds(home, 1)
    at = clock.now() - timedelta(hours=1)
    stay = service.admit(SYSTEM, bed_id=bed.id, elder_id=factory.elder().id, at=at, reason="test").fact_id
    commit()

    def discharge(number: int) -> Any:
        service.discharge(SYSTEM, stay_id=stay, end_reason=EndReason.HOME)
        commit()

    results = committed_db.in_threads(discharge, 20)
    assert results.count(None) == 1
    assert all(result is None or "already ended" in str(result) for result in results)
    rows = select(func.count()).select_from(BedOccupancy).where(BedOccupancy.fact_id == stay)
    assert session().scalar(rows) == 2
