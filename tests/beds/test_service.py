"""Admit, discharge, move, swap, hold, outage, leave and correction on the real database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from eldercare.audit.models import AuditRow
from eldercare.beds import queries, service
from eldercare.beds.models import BedOccupancy, StayLeave
from eldercare.beds.rules import BedState, EndReason, LeaveKind
from eldercare.core import clock
from eldercare.core.db import session, set_actor
from eldercare.core.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from eldercare.core.models import FactChange
from eldercare.people.models import ElderGrant
from tests.factories import beds as factory
from tests.support.cast import DISTRICT_B, INSTITUTION_2

NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Stage:
    """A home with six beds, two people in scope of nobody but their district, and the operator at work."""

    def __init__(self, actor_as: Any, move_clock: Any) -> None:
        self.home = factory.institution()
        self.beds = factory.beds(self.home, 6)
        self.wang = factory.elder("王秀英")
        self.li = factory.elder("李建国", sex="m")
        self.operator, self.official = actor_as("operator_1"), actor_as("official_a")
        self.stranger = actor_as("operator_2")
        self.move_clock = move_clock
        for elder in (self.wang, self.li):
            session().add(
                ElderGrant(
                    elder_id=elder.id, ground="stay", institution_id=self.home.id, recorded_by="tests",
                    valid=factory.Range(date(2020, 1, 1), date(2030, 1, 1)),
                )
            )  # fmt: skip
        session().flush()
        set_actor(self.operator)

    def state(self, number: int = 0, at: datetime | None = None) -> BedState:
        return queries.get_bed(self.beds[number].id, at or clock.now()).state

    def admit(self, number: int = 0, elder: Any = None, **more: Any) -> BedOccupancy:
        return service.admit(self.operator, bed_id=self.beds[number].id, elder_id=(elder or self.wang).id, **more)


@pytest.fixture
def stage(db_session: Any, actor_as: Any, frozen_clock: Any) -> Stage:
    frozen_clock(NOW)
    return Stage(actor_as, frozen_clock)


def test_admit_fills_the_bed_and_is_recorded(stage: Stage) -> None:
    stay = stage.admit(planned_until=NOW + 30 * DAY)
    bed = queries.get_bed(stage.beds[0].id, NOW)
    assert (bed.state, bed.elder_name, bed.fact_id, bed.revision) == (BedState.OCCUPIED, "王秀英", stay.fact_id, 1)
    set_actor(stage.official)
    assert (
        session().scalar(select(AuditRow.action).where(AuditRow.subject_id == str(stay.fact_id))) == "beds.stay.admit"
    )
    changed = session().scalars(select(FactChange).where(FactChange.subject_id == stage.wang.id)).one()
    assert (changed.kind, changed.valid_from) == ("beds.stay.admit", date(2026, 3, 10))


def test_a_planned_end_frees_nothing(stage: Stage) -> None:
    stage.admit(planned_until=NOW + DAY)
    stage.move_clock(NOW + 5 * DAY)
    assert stage.state() is BedState.OCCUPIED
    assert queries.get_bed(stage.beds[0].id, clock.now()).overdue(clock.now())


def test_the_loser_hears_who_was_first_and_what_is_free(stage: Stage) -> None:
    stage.admit()
    with pytest.raises(service.BedTaken) as caught:
        stage.admit(0, stage.li)
    assert "王秀英" in caught.value.message
    assert "12:00" in caught.value.message
    assert [bed.label for bed in caught.value.alternatives] == ["2", "1", "2"]
    assert stage.beds[1].id == caught.value.alternatives[0].id
    assert stage.state() is BedState.OCCUPIED  # the session goes on after the refusal


def test_one_person_never_has_two_beds(stage: Stage) -> None:
    stage.admit(0)
    with pytest.raises(service.PersonElsewhere, match="already has bed 1"):
        stage.admit(1)


def test_where_else_a_person_lives_is_not_told_to_a_stranger(stage: Stage) -> None:
    other = factory.institution(INSTITUTION_2, DISTRICT_B, "隐秘之家")
    [far] = factory.beds(other, 1)
    set_actor(stage.stranger)
    session().add(
        ElderGrant(
            elder_id=stage.wang.id, ground="stay", institution_id=other.id, recorded_by="tests",
            valid=factory.Range(date(2020, 1, 1), None),
        )
    )  # fmt: skip
    service.admit(stage.stranger, bed_id=far.id, elder_id=stage.wang.id)
    set_actor(stage.operator)
    with pytest.raises(service.PersonElsewhere) as caught:
        stage.admit(0)
    assert "隐秘" not in caught.value.message


def test_discharge_frees_the_bed_at_that_instant(stage: Stage) -> None:
    stay = stage.admit()
    stage.move_clock(NOW + 2 * DAY)
    closed = service.discharge(stage.operator, stay_id=stay.fact_id, end_reason=EndReason.HOME, version=1)
    assert (closed.revision, closed.end_reason, stage.state()) == (2, "home", BedState.VACANT)
    assert stage.state(0, NOW + DAY) is BedState.OCCUPIED  # the past stays
    with pytest.raises(Conflict, match="already ended"):
        service.discharge(stage.operator, stay_id=stay.fact_id, end_reason=EndReason.HOME)


def test_what_was_known_then_can_still_be_asked(stage: Stage) -> None:
    stay = stage.admit()
    stage.move_clock(NOW + 2 * DAY)
    service.discharge(
        stage.operator, stay_id=stay.fact_id, end_reason=EndReason.HOME, at=NOW + HOUR, reason="entered late"
    )
    assert stage.state(0, NOW + DAY) is BedState.VACANT
    assert queries.get_bed(stage.beds[0].id, NOW + DAY, known_at=NOW + DAY).state is BedState.OCCUPIED


def test_a_reader_of_an_old_version_is_told(stage: Stage) -> None:
    stay = stage.admit()
    with pytest.raises(StaleVersion):
        service.discharge(stage.operator, stay_id=stay.fact_id, end_reason=EndReason.HOME, version=7)


def test_a_death_ends_the_stay_and_reaches_the_file(stage: Stage) -> None:
    stay = stage.admit()
    stage.move_clock(NOW + DAY)
    service.discharge(stage.operator, stay_id=stay.fact_id, end_reason=EndReason.DEATH)
    session().refresh(stage.wang)
    assert stage.wang.death_date == date(2026, 3, 11)


def test_a_death_recorded_elsewhere_ends_the_stay_with_that_day(stage: Stage) -> None:
    from eldercare.people import service as people

    stay = stage.admit()
    stage.move_clock(NOW + 9 * DAY)
    set_actor(stage.official)
    people.record_death(stage.official, elder_id=stage.wang.id, died_on=date(2026, 3, 15))
    ended = queries.get_fact(stay.fact_id)
    assert (ended.end_reason, ended.during.upper) == ("death", clock.start_of(date(2026, 3, 16)))


def test_the_dead_are_not_admitted(stage: Stage) -> None:
    stage.wang.death_date = date(2026, 3, 1)
    with pytest.raises(Conflict, match="deceased"):
        stage.admit()


def test_a_bed_for_men(stage: Stage) -> None:
    stage.beds[0].sex_rule = "m"
    session().flush()
    with pytest.raises(Conflict, match="men only"):
        stage.admit(0, stage.wang)
    stage.admit(0, stage.li)


def test_move_keeps_the_episode(stage: Stage) -> None:
    stay = stage.admit()
    stage.move_clock(NOW + DAY)
    moved = service.move(stage.operator, stay_id=stay.fact_id, bed_id=stage.beds[3].id)
    assert moved.episode_id == stay.episode_id
    assert (stage.state(0), stage.state(3)) == (BedState.VACANT, BedState.OCCUPIED)
    assert queries.get_fact(stay.fact_id).end_reason == "moved"


def test_a_move_to_a_taken_bed_changes_nothing(stage: Stage) -> None:
    stay = stage.admit(0)
    stage.admit(1, stage.li)
    stage.move_clock(NOW + DAY)
    with pytest.raises(service.BedTaken):
        service.move(stage.operator, stay_id=stay.fact_id, bed_id=stage.beds[1].id)
    assert queries.get_fact(stay.fact_id).during.upper is None


def test_swap_exchanges_two_beds_at_one_instant(stage: Stage) -> None:
    one, two = stage.admit(0), stage.admit(1, stage.li)
    stage.move_clock(NOW + DAY)
    service.swap(stage.operator, stay_id=one.fact_id, other_stay_id=two.fact_id)
    assert queries.get_bed(stage.beds[0].id, clock.now()).elder_name == "李建国"
    assert queries.get_bed(stage.beds[1].id, clock.now()).elder_name == "王秀英"


def test_a_hold_ends_by_itself(stage: Stage) -> None:
    service.hold(stage.operator, bed_id=stage.beds[0].id, until=NOW + DAY, reason="visit agreed")
    assert stage.state() is BedState.HELD
    with pytest.raises(service.BedTaken):
        stage.admit()
    stage.move_clock(NOW + DAY)
    assert stage.state() is BedState.VACANT
    stage.admit()


def test_a_hold_is_released_or_taken_up(stage: Stage) -> None:
    hold = service.hold(stage.operator, bed_id=stage.beds[0].id, until=NOW + DAY)
    stage.move_clock(NOW + HOUR)
    service.release(stage.operator, hold_id=hold.fact_id)
    assert stage.state() is BedState.VACANT
    again = service.hold(stage.operator, bed_id=stage.beds[0].id, until=NOW + DAY)
    stage.admit(0, hold_id=again.fact_id)
    assert stage.state() is BedState.OCCUPIED
    with pytest.raises(Conflict, match="already ended"):
        service.release(stage.operator, hold_id=hold.fact_id)


def test_out_of_service_and_back(stage: Stage) -> None:
    with pytest.raises(Invalid, match="why"):
        service.out_of_service(stage.operator, bed_id=stage.beds[0].id, reason=" ")
    outage = service.out_of_service(stage.operator, bed_id=stage.beds[0].id, reason="broken rail")
    assert stage.state() is BedState.OUT_OF_SERVICE
    stage.move_clock(NOW + HOUR)
    service.in_service(stage.operator, outage_id=outage.fact_id)
    assert stage.state() is BedState.VACANT


def test_leave_keeps_the_bed_and_ends_with_the_stay(stage: Stage) -> None:
    stay = stage.admit()
    stage.move_clock(NOW + DAY)
    service.start_leave(stage.operator, stay_id=stay.fact_id, kind=LeaveKind.HOSPITAL)
    assert stage.state() is BedState.ON_LEAVE
    with pytest.raises(Conflict, match="already on leave"):
        service.start_leave(stage.operator, stay_id=stay.fact_id, kind=LeaveKind.LEAVE)
    stage.move_clock(NOW + 2 * DAY)
    service.end_leave(stage.operator, stay_id=stay.fact_id)
    assert stage.state() is BedState.OCCUPIED
    service.start_leave(stage.operator, stay_id=stay.fact_id, kind=LeaveKind.LEAVE)
    stage.move_clock(NOW + 3 * DAY)
    service.discharge(stage.operator, stay_id=stay.fact_id, end_reason=EndReason.HOME)
    assert queries.leave_days(date(2026, 3, 1), date(2026, 4, 1), stage.home.id) == 2


def test_backdating_asks_why(stage: Stage) -> None:
    with pytest.raises(Invalid, match="Say why"):
        stage.admit(at=NOW - 3 * DAY)
    stage.admit(at=NOW - 3 * DAY, reason="paper list of the weekend")
    assert stage.state(0, NOW - 2 * DAY) is BedState.OCCUPIED


def test_a_corrected_end_ends_an_open_leave_too(stage: Stage) -> None:
    """A leave cannot outlast its stay, whichever way the stay got its end."""
    stay = stage.admit()
    stage.move_clock(NOW + DAY)
    service.start_leave(stage.operator, stay_id=stay.fact_id, kind=LeaveKind.HOSPITAL)
    stage.move_clock(NOW + 3 * DAY)
    end = NOW + 2 * DAY
    service.correct(stage.operator, fact_id=stay.fact_id, start=NOW, end=end, reason="left from hospital",
                    end_reason=EndReason.HOME)  # fmt: skip
    session().flush()
    rows = session().scalars(select(StayLeave).where(StayLeave.superseded_at.is_(None))).all()
    assert [(row.during.lower, row.during.upper) for row in rows] == [(NOW + DAY, end)]


def test_a_correction_supersedes_and_erases_nothing(stage: Stage) -> None:
    stay = stage.admit()
    stage.move_clock(NOW + 2 * DAY)
    corrected = service.correct(
        stage.operator,
        fact_id=stay.fact_id,
        start=NOW - DAY,
        end=NOW + DAY,
        reason="wrong day",
        end_reason=EndReason.HOME,
    )
    assert corrected.revision == 2
    history = queries.bed_history(stage.beds[0].id, with_corrected=True)
    assert [(entry.revision, entry.superseded_at is None) for entry in history] == [(1, False), (2, True)]


def test_an_entry_by_mistake_is_withdrawn(stage: Stage) -> None:
    stay = stage.admit()
    service.withdraw_fact(stage.operator, fact_id=stay.fact_id, reason="other person of that name")
    assert stage.state() is BedState.VACANT
    assert len(queries.bed_history(stage.beds[0].id, with_corrected=True)) == 1


def test_who_may_not(stage: Stage) -> None:
    stay = stage.admit()
    set_actor(stage.stranger)
    with pytest.raises(NotFound):
        service.admit(stage.stranger, bed_id=stage.beds[1].id, elder_id=stage.li.id)
    with pytest.raises(NotFound):
        service.discharge(stage.stranger, stay_id=stay.fact_id, end_reason=EndReason.HOME)
    with pytest.raises(NotFound):
        queries.get_bed(stage.beds[0].id, NOW)
    set_actor(stage.official)
    assert stage.state() is BedState.OCCUPIED  # officials of the division look
    with pytest.raises(Forbidden):
        service.discharge(stage.official, stay_id=stay.fact_id, end_reason=EndReason.HOME)


def test_admission_by_identity_card(stage: Stage) -> None:
    card = service.NewPerson(id_number="370202194005012023", name="孙桂兰")
    stay = service.admit(stage.operator, bed_id=stage.beds[0].id, new_person=card)
    bed = queries.get_bed(stage.beds[0].id, NOW)
    assert (bed.elder_name, bed.elder_id) == ("孙桂兰", stay.elder_id)


def test_an_unknown_bed_or_person_is_not_found(stage: Stage) -> None:
    with pytest.raises(NotFound):
        service.admit(stage.operator, bed_id=uuid4(), elder_id=stage.wang.id)
    with pytest.raises(NotFound):
        service.admit(stage.operator, bed_id=stage.beds[0].id, elder_id=uuid4())


def test_one_current_version_of_a_fact(stage: Stage) -> None:
    stay = stage.admit()
    stage.move_clock(NOW + DAY)
    service.discharge(stage.operator, stay_id=stay.fact_id, end_reason=EndReason.HOME)
    rows = select(func.count()).select_from(BedOccupancy).where(BedOccupancy.fact_id == stay.fact_id)
    assert session().scalar(rows) == 2
    assert session().scalar(rows.where(BedOccupancy.superseded_at.is_(None))) == 1
