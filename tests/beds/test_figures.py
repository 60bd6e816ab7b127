"""Counts, freshness and bed-days against small worlds counted by hand, and reported counts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from eldercare.beds import queries, service
from eldercare.beds.models import BedCount
from eldercare.beds.queries import Counts
from eldercare.beds.rules import EndReason, LeaveKind
from eldercare.core import clock, effects
from eldercare.core.actor import Actor
from eldercare.core.db import session, set_actor
from eldercare.core.errors import Forbidden, Invalid, NotFound
from tests.factories import beds as factory
from tests.support.cast import DISTRICT_A, DISTRICT_B, INSTITUTION_2

NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SYSTEM = Actor.system("tests")


@pytest.fixture(autouse=True)
def _noon(db_session: Any, frozen_clock: Any) -> None:
    frozen_clock(NOW)


def test_counts_equal_the_facts() -> None:
    home = factory.institution()
    nursing = factory.beds(home, 5)
    factory.beds(home, 3, bed_type="ordinary")
    stay = service.admit(SYSTEM, bed_id=nursing[0].id, elder_id=factory.elder().id)
    service.start_leave(SYSTEM, stay_id=stay.fact_id, kind=LeaveKind.HOSPITAL)
    service.admit(SYSTEM, bed_id=nursing[1].id, elder_id=factory.elder().id)
    service.hold(SYSTEM, bed_id=nursing[2].id, until=NOW + DAY)
    service.out_of_service(SYSTEM, bed_id=nursing[3].id, reason="repair")
    counts = queries.counts_by_type(NOW, [home.id])
    assert counts["nursing"] == Counts(total=5, occupied=2, held=1, out_of_service=1, free=1)
    assert counts["nursing"].vacant == 3
    assert counts["ordinary"] == Counts(total=3, free=3)
    assert queries.counts_by_institution(NOW)[home.id].total == 8
    assert queries.counts_by_type(NOW + DAY, [home.id])["nursing"].held == 0  # the hold ended by itself


def test_a_bed_counts_while_it_is_open() -> None:
    home = factory.institution()
    factory.beds(home, 2, open=factory.Range(NOW - DAY, NOW + DAY))
    assert queries.counts_by_type(NOW, [home.id])["nursing"].total == 2
    assert queries.counts_by_type(NOW + DAY, [home.id]) == {}


def test_a_division_sees_its_own(actor_as: Any) -> None:
    factory.beds(factory.institution(), 2)
    factory.beds(factory.institution(INSTITUTION_2, DISTRICT_B, "乙"), 3)
    assert queries.counts_by_type(NOW, region_path=DISTRICT_A)["nursing"].total == 2
    set_actor(actor_as("official_b"))
    assert queries.counts_by_type(NOW)["nursing"].total == 3
    set_actor(actor_as("public"))
    assert queries.counts_by_type(NOW) == {}


def _report(**more: Any) -> list[dict[str, Any]]:
    return [{"bed_type": "nursing", "total": 100, "occupied": 81, "as_of": date(2026, 3, 1)} | more]


def test_reported_counts_are_stored_once() -> None:
    home = factory.institution()
    rows = select(func.count()).select_from(BedCount)
    average = Decimal("80.7")
    assert (
        service.report_counts(SYSTEM, institution_id=home.id, bed_counts=_report(reported_average=average), source="x")
        == 1
    )
    assert (
        service.report_counts(SYSTEM, institution_id=home.id, bed_counts=_report(reported_average=average), source="x")
        == 0
    )
    assert session().scalar(rows) == 1
    assert queries.counts_by_type(NOW, [home.id])["nursing"] == Counts(total=100, occupied=81, free=19)
    assert queries.counts_by_type(NOW - 30 * DAY, [home.id]) == {}  # before the first report nothing is known


def test_a_later_report_takes_over_and_a_correction_supersedes() -> None:
    home = factory.institution()
    service.report_counts(SYSTEM, institution_id=home.id, bed_counts=_report(), source="x")
    service.report_counts(
        SYSTEM, institution_id=home.id, bed_counts=_report(as_of="2026-03-05", occupied=90), source="x"
    )
    service.report_counts(SYSTEM, institution_id=home.id, bed_counts=_report(occupied=70), source="mended")
    at = clock.start_of
    assert queries.counts_by_type(at(date(2026, 3, 4)), [home.id])["nursing"].occupied == 70
    assert queries.counts_by_type(at(date(2026, 3, 6)), [home.id])["nursing"].occupied == 90


def test_more_residents_than_beds_leave_no_negative_free_beds() -> None:
    home = factory.institution()
    service.report_counts(SYSTEM, institution_id=home.id, bed_counts=_report(occupied=120), source="x")
    assert queries.counts_by_type(NOW, [home.id])["nursing"].free == 0
    with pytest.raises(Invalid):
        service.report_counts(SYSTEM, institution_id=home.id, bed_counts=_report(occupied=-1), source="x")


def test_single_beds_win_over_reports() -> None:
    home = factory.institution()
    service.report_counts(SYSTEM, institution_id=home.id, bed_counts=_report(), source="x")
    factory.beds(home, 4)
    assert queries.counts_by_type(NOW, [home.id])["nursing"].total == 4


def test_the_importer_tells_through_the_effect(app: Any) -> None:
    home = factory.institution()
    effects.emit("institutions.imported", institution_id=home.id, bed_counts=_report(), source="cms")
    assert queries.counts_by_type(NOW, [home.id])["nursing"].total == 100


def test_free_beds_say_how_fresh_they_are(frozen_clock: Any) -> None:
    single = factory.institution()
    [bed, _free] = factory.beds(single, 2)
    counts = factory.institution(INSTITUTION_2, DISTRICT_B, "乙")
    service.report_counts(SYSTEM, institution_id=counts.id, bed_counts=_report(), source="x")

    def shown() -> dict[Any, Any]:
        return {row.institution_id: row for row in session().execute(queries.free_beds(clock.now()))}

    assert shown()[single.id].fresh_at is None
    assert (shown()[counts.id].free, shown()[counts.id].fresh_by) == (19, "report")
    assert shown()[counts.id].fresh_at == clock.start_of(date(2026, 3, 1))
    service.admit(SYSTEM, bed_id=bed.id, elder_id=factory.elder().id)
    assert (shown()[single.id].free, shown()[single.id].fresh_by, shown()[single.id].fresh_at) == (1, "change", NOW)
    frozen_clock(NOW + DAY)
    service.confirm_nothing_changed(SYSTEM, institution_id=single.id)
    assert (shown()[single.id].fresh_by, shown()[single.id].fresh_at) == ("confirmation", NOW + DAY)
    assert queries.last_sign(single.id, NOW) == (NOW, "change")


def test_only_the_operator_confirms(actor_as: Any) -> None:
    home = factory.institution()
    stranger, official = actor_as("operator_2"), actor_as("official_a")
    set_actor(stranger)
    with pytest.raises(NotFound):
        service.confirm_nothing_changed(stranger, institution_id=home.id)
    set_actor(official)
    with pytest.raises(Forbidden):
        service.confirm_nothing_changed(official, institution_id=home.id)


def test_bed_days_of_a_month(frozen_clock: Any) -> None:
    home = factory.institution()
    one, two, _three = factory.beds(home, 3)
    stay = service.admit(SYSTEM, bed_id=one.id, elder_id=factory.elder().id)  # 10 March
    frozen_clock(NOW + 5 * DAY)
    moved = service.move(SYSTEM, stay_id=stay.fact_id, bed_id=two.id)  # 15 March
    frozen_clock(NOW + 10 * DAY)
    service.discharge(SYSTEM, stay_id=moved.fact_id, end_reason=EndReason.HOME)  # 20 March
    frozen_clock(NOW + 20 * DAY)
    service.admit(SYSTEM, bed_id=one.id, elder_id=factory.elder().id)  # 30 March, stays
    [row] = queries.bed_days(date(2026, 3, 1), date(2026, 4, 1), [home.id])
    assert (row.occupied, row.capacity) == (10 + 2, 3 * 31)
