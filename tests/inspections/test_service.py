"""Plans from facts to published visits, with real tables and their constraints."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from eldercare.audit.models import AuditRow
from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, session
from eldercare.core.effects import emit
from eldercare.core.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from eldercare.inspections import service
from eldercare.inspections.models import (
    ConflictOfInterest,
    InspectionPlan,
    InspectionRecord,
    InspectionTask,
    InspectionVisit,
    InspectorLeave,
    VisitMember,
    WorkingDay,
)
from eldercare.inspections.queries import plans as lookup
from tests.factories import inspections as factory
from tests.factories.inspections import AS_OF, District, make_district
from tests.support.cast import DISTRICT_B

SYSTEM = Actor.system("tests")
FIRST, LAST = date(2026, 3, 3), date(2026, 3, 31)


@pytest.fixture
def district(db_session: Any) -> District:
    return make_district()


def make_plan(actor: Actor = SYSTEM, **over: Any) -> InspectionPlan:
    values: dict[str, Any] = {"division": "370202", "as_of": AS_OF, "first_day": FIRST, "last_day": LAST} | over
    return service.create_plan(actor, **values)


def solved(actor: Actor = SYSTEM, **over: Any) -> InspectionPlan:
    plan = make_plan(actor, **over)
    with acting_as(SYSTEM):
        assert service.solve_plan(SYSTEM, plan_id=plan.id)
    session().expire_all()
    return plan


def teams(plan: InspectionPlan) -> list[set[str]]:
    return [{member.name for member in row.members if member} for row in lookup.visits_of(plan.id)]


def test_overdue_homes_get_days_and_teams(district: District) -> None:
    plan = solved()
    rows = lookup.visits_of(plan.id)
    assert (plan.state, plan.visit_count, plan.unplaced_count, plan.breaches) == ("solved", 3, 0, [])
    assert {row.institution.id for row in rows} == {home.id for home in district.homes}
    assert all(FIRST <= row.visit.on_date <= LAST and len(row.members) == 2 for row in rows)
    assert all(row.members[0] is not None and row.members[0].is_lead for row in rows)
    assert [stage["status"] for stage in plan.stages] == ["optimal", "optimal"]
    assert rows[0].task.reasons[0]["kind"] == "check"
    assert "66" in rows[0].task.reasons[0]["source"]["zh"]


def test_the_same_facts_give_the_same_bytes(district: District) -> None:
    one, two = solved(), solved()
    assert one.id != two.id
    assert (one.problem_hash, one.result_hash) == (two.problem_hash, two.result_hash)


def test_whoever_inspected_last_stays_away(district: District) -> None:
    first, second = district.inspectors[:2]
    factory.make_record(district.homes[0], date(2025, 1, 15), (first.id, second.id))
    plan = solved()
    rows = {row.institution.id: row for row in lookup.visits_of(plan.id)}
    assert {m.name for m in rows[district.homes[0].id].members if m} == {"李三", "周四"}


def test_leave_and_conflict_and_certificate_are_respected(district: District) -> None:
    one, two, three, _four = district.inspectors
    service.add_leave(SYSTEM, inspector_id=one.id, first_day=FIRST, last_day=LAST)
    for home in district.homes:
        service.add_conflict(
            SYSTEM, inspector_id=two.id, institution_id=home.id, ground="relative", first_day=date(2026, 1, 1)
        )
    assert all(team == {"李三", "周四"} for team in teams(solved()))
    service.add_leave(SYSTEM, inspector_id=three.id, first_day=FIRST, last_day=LAST)
    plan = solved()
    assert plan.visit_count == 0
    assert {row.task.unplaced_code for row in lookup.unplaced_of(plan.id)} == {"away"}


def test_without_inspectors_each_task_says_so(district: District) -> None:
    for person in district.inspectors:
        person.ended_on = date(2026, 1, 1)
    plan = solved()
    assert plan.visit_count == 0
    assert {row.task.unplaced_code for row in lookup.unplaced_of(plan.id)} == {"no_inspectors"}


def test_only_working_days_of_the_calendar(district: District) -> None:
    service.ensure_calendar("cn", FIRST, LAST)
    for number in range(29):
        on = FIRST + timedelta(days=number)
        if on != date(2026, 3, 20):
            service.set_working_day(SYSTEM, calendar="cn", day=on, is_working=False, note="停工")
    plan = solved()
    assert {row.visit.on_date for row in lookup.visits_of(plan.id)} == {date(2026, 3, 20)}
    assert plan.visit_count == 2  # four inspectors, one visit each
    assert [row.task.unplaced_code for row in lookup.unplaced_of(plan.id)] == ["capacity_full"]


def test_solving_twice_changes_nothing(district: District) -> None:
    plan = solved()
    before = session().scalar(select(func.count()).select_from(VisitMember))
    assert service.solve_plan(SYSTEM, plan_id=plan.id) is False
    assert session().scalar(select(func.count()).select_from(VisitMember)) == before
    assert service.solve_plan(SYSTEM, plan_id=uuid4()) is False


def test_a_solver_that_breaks_fails_the_plan_and_can_be_tried_again(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = make_plan()
    plan.problem = "{}"
    session().flush()
    service.solve_plan(SYSTEM, plan_id=plan.id)
    assert (plan.state, plan.error) == ("failed", "KeyError: 'first'")
    service.retry_plan(SYSTEM, plan_id=plan.id)
    assert (plan.state, plan.error) == ("queued", "")


def test_publishing_books_people_and_a_second_plan_goes_around_them(district: District) -> None:
    plan = solved()
    service.publish_plan(SYSTEM, plan_id=plan.id)
    assert plan.state == "published"
    assert session().scalar(select(func.count()).select_from(VisitMember).where(VisitMember.published)) == 6
    with pytest.raises(Invalid, match="Nothing falls due"):
        make_plan()
    factory.make_home("新到期养老院", inspected=date(2024, 10, 1))
    other = solved()
    assert (other.task_count, other.already_planned) == (1, 3)
    service.publish_plan(SYSTEM, plan_id=other.id)


def test_two_plans_that_book_the_same_person_cannot_both_be_published(district: District) -> None:
    one, two = solved(), solved()
    service.publish_plan(SYSTEM, plan_id=one.id)
    with pytest.raises(Conflict):
        service.publish_plan(SYSTEM, plan_id=two.id)
    members = session().scalars(select(VisitMember).where(VisitMember.plan_id == two.id)).all()
    for member in members:
        member.published = True
    with pytest.raises(IntegrityError, match="uq_visit_member_slot_published"):
        session().flush()


def test_facts_that_changed_since_stop_the_publication(district: District) -> None:
    plan = solved()
    visit = lookup.visits_of(plan.id)[0]
    member = visit.members[0]
    assert member is not None
    service.add_leave(SYSTEM, inspector_id=member.id, first_day=visit.visit.on_date, last_day=visit.visit.on_date)
    with pytest.raises(Conflict, match="no longer keep the rules"):
        service.publish_plan(SYSTEM, plan_id=plan.id)
    assert plan.state == "solved"


def test_cancelling_gives_the_bookings_free(district: District) -> None:
    plan = solved()
    service.publish_plan(SYSTEM, plan_id=plan.id)
    service.cancel_plan(SYSTEM, plan_id=plan.id)
    again = solved()
    assert again.visit_count == 3
    service.publish_plan(SYSTEM, plan_id=again.id)
    with pytest.raises(Conflict):
        service.cancel_plan(SYSTEM, plan_id=plan.id)


def test_an_old_version_is_refused(district: District) -> None:
    plan = solved()
    with pytest.raises(StaleVersion):
        service.publish_plan(SYSTEM, plan_id=plan.id, version=plan.version - 1)


def test_every_step_is_in_the_audit_log(district: District) -> None:
    plan = solved()
    service.publish_plan(SYSTEM, plan_id=plan.id)
    actions = session().scalars(
        select(AuditRow.action).where(AuditRow.subject_id == str(plan.id)).order_by(AuditRow.id)
    )
    assert list(actions) == ["inspections.plan.create", "inspections.plan.solve", "inspections.plan.publish"]


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"last_day": date(2026, 3, 1)}, "last_day"),
        ({"last_day": date(2027, 6, 1)}, "last_day"),
        ({"as_of": date(2026, 4, 1)}, "as_of"),
        ({"as_of": date(2024, 4, 1)}, "as_of"),
    ],
)
def test_a_wrong_period_is_refused_by_name(district: District, over: dict[str, date], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        make_plan(**over)
    assert [problem.field for problem in refused.value.problems] == [field]


# --- scope --------------------------------------------------------------------------------------------------------


def test_a_planner_sees_only_the_own_division(district: District, actor_as: Any) -> None:
    plan = solved()
    with acting_as(actor_as("official_b")) as stranger:
        assert lookup.list_plans().total == 0
        for change in (service.publish_plan, service.cancel_plan, service.retry_plan):
            with pytest.raises(NotFound):
                change(stranger, plan_id=plan.id)
        with pytest.raises(NotFound):
            make_plan(stranger)
        with pytest.raises(NotFound):
            service.add_leave(stranger, inspector_id=district.inspectors[0].id, first_day=FIRST, last_day=LAST)
    with acting_as(actor_as("official_a")) as own:
        assert make_plan(own).task_count == 3
        with pytest.raises(Invalid) as refused:
            service.add_conflict(
                own, inspector_id=district.inspectors[0].id, institution_id=district.foreign_home.id,
                ground="owner", first_day=FIRST,
            )  # fmt: skip
    assert refused.value.problems[0].field == "institution_id"


@pytest.mark.parametrize(
    "name", ["operator_1", "inspector", "evaluator", "community_worker", "family", "administrator"]
)
def test_only_officials_plan(district: District, actor_as: Any, name: str) -> None:
    with acting_as(actor_as(name)) as other, pytest.raises(Forbidden):
        make_plan(other)


def test_operators_see_neither_plans_nor_visits(district: District, actor_as: Any) -> None:
    plan = solved()
    service.publish_plan(SYSTEM, plan_id=plan.id)
    for name in ("operator_1", "inspector"):
        with acting_as(actor_as(name)):
            for model in (InspectionPlan, InspectionTask, InspectionVisit, VisitMember):
                assert session().scalar(select(func.count()).select_from(model)) == 0


def test_an_inspector_sees_the_own_published_visits(district: District, actor_as: Any) -> None:
    me = actor_as("inspector")
    from tests.support.cast import CAST
    from tests.support.signed_in import account_of

    person = district.inspectors[0]
    person.user_id = account_of(CAST["inspector"]).id
    plan = solved()
    with acting_as(me):
        assert lookup.my_visits(me.user_id, FIRST) == []
    service.publish_plan(SYSTEM, plan_id=plan.id)
    expected = {row.visit.id for row in lookup.visits_of(plan.id) if person in row.members}
    with acting_as(me):
        mine = lookup.my_visits(me.user_id, FIRST)
        assert expected
        assert {row.visit.id for row in mine} == expected
        assert all(len(row.members) == 2 and None not in row.members for row in mine)
        assert session().scalar(select(func.count()).select_from(InspectionVisit)) == len(expected)


# --- people, records, calendar ------------------------------------------------------------------------------------


def test_leaves_and_conflicts_do_not_overlap(district: District) -> None:
    person, home = district.inspectors[0], district.homes[0]
    leave = service.add_leave(SYSTEM, inspector_id=person.id, first_day=FIRST, last_day=FIRST)
    with pytest.raises(Invalid):
        service.add_leave(SYSTEM, inspector_id=person.id, first_day=FIRST, last_day=LAST)
    service.withdraw_leave(SYSTEM, leave_id=leave.id)
    service.add_leave(SYSTEM, inspector_id=person.id, first_day=FIRST, last_day=LAST)
    facts = {"inspector_id": person.id, "institution_id": home.id, "ground": "owner", "first_day": FIRST}
    conflict = service.add_conflict(SYSTEM, **facts)
    with pytest.raises(Invalid):
        service.add_conflict(SYSTEM, **facts)
    service.withdraw_conflict(SYSTEM, conflict_id=conflict.id)
    service.add_conflict(SYSTEM, **facts)
    with pytest.raises(Invalid):
        service.add_conflict(SYSTEM, **{**facts, "ground": "inspected_last"})
    assert session().scalar(select(func.count()).select_from(ConflictOfInterest)) == 2
    assert session().scalar(select(func.count()).select_from(InspectorLeave)) == 2


def test_the_database_itself_refuses_a_leave_twice(district: District) -> None:
    person = district.inspectors[0]
    for _ in range(2):
        session().add(
            InspectorLeave(
                inspector_id=person.id, region_path=person.region_path, days=Range(FIRST, LAST), recorded_by="x"
            )
        )
    with pytest.raises(IntegrityError, match="inspector_leave_once"):
        session().flush()


def test_an_import_tells_of_the_last_inspection_once(district: District) -> None:
    home = factory.make_home("新养老院")
    for _ in range(2):
        emit(
            "institutions.imported", institution_id=home.id, last_inspection=date(2025, 9, 1), source="cms",
            bed_counts=[],
        )  # fmt: skip
    emit("institutions.imported", institution_id=home.id, last_inspection=None, source="cms", bed_counts=[])
    rows = session().scalars(select(InspectionRecord).where(InspectionRecord.institution_id == home.id)).all()
    assert [(row.on_date, row.source) for row in rows] == [(date(2025, 9, 1), "cms")]


def test_a_member_of_the_team_records_the_visit(district: District, actor_as: Any, frozen_clock: Any) -> None:
    from tests.support.cast import CAST
    from tests.support.signed_in import account_of

    district.inspectors[0].user_id = account_of(CAST["inspector"]).id
    plan = solved()
    row = next(row for row in lookup.visits_of(plan.id) if district.inspectors[0] in row.members)
    day = row.visit.on_date
    frozen_clock(day)
    me = actor_as("inspector")
    with acting_as(me), pytest.raises(NotFound):  # not published
        service.record_visit(me, visit_id=row.visit.id, on=day)
    service.publish_plan(SYSTEM, plan_id=plan.id)
    with acting_as(me):
        with pytest.raises(Invalid):
            service.record_visit(me, visit_id=row.visit.id, on=day + timedelta(days=1))
        record = service.record_visit(me, visit_id=row.visit.id, on=day)
        with pytest.raises(Conflict):
            service.record_visit(me, visit_id=row.visit.id, on=day)
    assert set(record.inspector_ids) == {str(member.id) for member in row.members if member}


def test_calendar_days_changed_by_hand_stay_and_need_an_administrator(district: District, actor_as: Any) -> None:
    provisional = service.ensure_calendar("cn", date(2027, 1, 1), date(2027, 1, 31))
    assert date(2027, 1, 1) in provisional.days
    with acting_as(actor_as("official_city")) as other, pytest.raises(Forbidden):
        service.set_working_day(other, calendar="cn", day=date(2027, 1, 1), is_working=False, note="元旦")
    service.set_working_day(SYSTEM, calendar="cn", day=date(2027, 1, 1), is_working=False, note="元旦")
    after = service.ensure_calendar("cn", date(2027, 1, 1), date(2027, 1, 31))
    assert date(2027, 1, 1) not in after.days
    row = session().get(WorkingDay, ("cn", date(2027, 1, 1)))
    assert row is not None and row.provisional is False


def test_a_plan_into_an_unannounced_year_says_how_many_days_are_provisional(district: District) -> None:
    plan = make_plan(as_of=date(2026, 12, 20), first_day=date(2026, 12, 21), last_day=date(2027, 1, 8))
    assert plan.provisional_days == 6


def test_a_staff_member_becomes_an_inspector_once(district: District) -> None:
    from tests.factories.staff import make_staff

    person = make_staff("新人")
    row = service.add_inspector(SYSTEM, staff_id=person.id, division="370202", is_lead=False, daily_capacity=2)
    assert (row.region_path, row.base_path, row.name) == ("/cn/37/3702/370202/", "/cn/37/3702/370202/", "新人")
    with pytest.raises(Conflict):
        service.add_inspector(SYSTEM, staff_id=person.id, division="370202", is_lead=False, daily_capacity=2)
    other = make_staff("别区", DISTRICT_B)
    with pytest.raises(Invalid):
        service.add_inspector(
            SYSTEM, staff_id=other.id, division="370202", base="370203", is_lead=False, daily_capacity=1
        )
