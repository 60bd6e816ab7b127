"""A run from draft to approved: who may, what is paid, what stays."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, session
from eldercare.core.errors import Conflict, Invalid, NoRuleInForce, NotFound
from eldercare.subsidies import queries
from eldercare.subsidies.engine.segments import Month
from eldercare.subsidies.models import SubsidyLine, SubsidyRun
from eldercare.subsidies.service import chunks, runs
from tests.factories import subsidies as make
from tests.support.signed_in import account_of

JANUARY = Month.parse("2023-01")
SYSTEM = Actor.system("tests")


@pytest.fixture
def yantai(db_session: Any) -> Any:
    make.regions()
    account_of(make.MAKER)  # the maker is told what became of the run
    return db_session


def maker() -> Actor:
    return make.official(make.MAKER)


def checker() -> Actor:
    return make.official(make.CHECKER)


def computed(month: Month = JANUARY) -> SubsidyRun:
    with acting_as(maker()):
        run = runs.create(maker(), jurisdiction="yantai", month=month)
    runs.freeze(SYSTEM, run_id=run.id)
    for chunk in queries.chunks(run.id):
        chunks.compute_chunk(SYSTEM, run_id=run.id, number=chunk.number)
    chunks.finish(SYSTEM, run_id=run.id)
    return run


def test_a_whole_run_pays_what_the_tables_say(yantai: Any) -> None:
    make.elder(county=make.ZHIFU, tier="full", area="urban")
    make.elder(county=make.HAIYANG, tier="half", area="rural")
    make.elder(county=make.HAIYANG, category="minimum_living")
    run = computed()
    assert (run.state, run.persons, run.lines, run.skipped) == ("computed", 2, 4, 0)
    assert run.total_fen == (143000 + 77200) + (112000 + 34900)
    assert [(row["division"], row["fen"]) for row in run.totals or []] == [
        ("370602", 143000), ("370602", 77200), ("370687", 112000), ("370687", 34900),
    ]  # fmt: skip
    assert chunks.verify(SYSTEM, run_id=run.id) == []


def test_reasons_are_kept_for_who_gets_nothing(yantai: Any) -> None:
    make.elder(tier=None)
    make.elder(born=date(1970, 1, 1))
    run = computed()
    assert run.lines == 1
    assert set(queries.skip_counts(run.id)) == {
        ("destitute_care", "no_self_care_tier", 1),
        ("destitute_care", "under_age", 1),
        ("destitute_basic_living", "under_age", 1),
    }


def test_the_maker_never_checks(yantai: Any) -> None:
    make.elder()
    run = computed()
    with pytest.raises(Conflict, match="made the run"):
        runs.review(maker(), run_id=run.id)
    runs.review(checker(), run_id=run.id)
    with pytest.raises(Conflict, match="made the run"):
        runs.approve(maker(), run_id=run.id)
    runs.approve(checker(), run_id=run.id)
    assert run.state == "approved"
    assert [event.to_state for event in queries.events(run.id)] == [
        "draft", "frozen", "computing", "computed", "reviewed", "approved",
    ]  # fmt: skip


def test_the_database_forbids_it_as_well(yantai: Any) -> None:
    make.elder()
    run = computed()
    from sqlalchemy.exc import IntegrityError

    run.reviewed_by = run.made_by
    with pytest.raises(IntegrityError, match="ck_subsidy_run_reviewer"):
        session().flush()


def test_steps_cannot_be_skipped(yantai: Any) -> None:
    make.elder()
    run = computed()
    with pytest.raises(Conflict, match="Only a reviewed run"):
        runs.approve(checker(), run_id=run.id)


def test_one_run_a_month_and_again_after_a_cancel(yantai: Any) -> None:
    elder = make.elder()
    first = computed()
    with pytest.raises(Conflict, match="already"), acting_as(maker()):
        runs.create(maker(), jurisdiction="yantai", month=JANUARY)
    runs.cancel(maker(), run_id=first.id, reason="wrong facts")
    second = computed()
    assert second.lines_hash == first.lines_hash
    rows = session().query(SubsidyLine).filter_by(elder_id=elder).all()
    assert sorted((row.run_id == second.id, row.cancelled) for row in rows) == [
        (False, True), (False, True), (True, False), (True, False),
    ]  # fmt: skip
    assert chunks.verify(SYSTEM, run_id=first.id) == []


def test_an_approved_run_cannot_be_cancelled(yantai: Any) -> None:
    make.elder()
    run = computed()
    runs.review(checker(), run_id=run.id)
    runs.approve(checker(), run_id=run.id)
    with pytest.raises(Conflict):
        runs.cancel(maker(), run_id=run.id, reason="too late")


def test_facts_after_the_freeze_do_not_count(yantai: Any) -> None:
    make.elder()
    with acting_as(maker()):
        run = runs.create(maker(), jurisdiction="yantai", month=JANUARY)
    runs.freeze(SYSTEM, run_id=run.id)
    make.elder()
    chunks.compute_chunk(SYSTEM, run_id=run.id, number=0)
    chunks.finish(SYSTEM, run_id=run.id)
    assert run.persons == 1 and run.lines == 2


def test_a_job_that_comes_twice_changes_nothing(yantai: Any) -> None:
    make.elder()
    run = computed()
    before = run.lines_hash
    assert runs.freeze(SYSTEM, run_id=run.id).lines_hash == before
    assert chunks.compute_chunk(SYSTEM, run_id=run.id, number=0) is False
    assert chunks.finish(SYSTEM, run_id=run.id) is False
    assert session().query(SubsidyLine).filter_by(run_id=run.id).count() == 2


def test_a_failed_chunk_blocks_the_review_until_it_is_retried(yantai: Any) -> None:
    make.elder()
    with acting_as(maker()):
        run = runs.create(maker(), jurisdiction="yantai", month=JANUARY)
    runs.freeze(SYSTEM, run_id=run.id)
    chunks.fail_chunk(SYSTEM, run_id=run.id, number=0, error="disk full")
    assert chunks.finish(SYSTEM, run_id=run.id) is False
    with pytest.raises(Conflict, match="failed"):
        runs.review(checker(), run_id=run.id)
    assert chunks.retry_failed(maker(), run_id=run.id) == 1
    assert chunks.compute_chunk(SYSTEM, run_id=run.id, number=0) is True
    assert chunks.finish(SYSTEM, run_id=run.id) is True


def test_verify_names_the_chunk_whose_lines_were_changed(yantai: Any) -> None:
    make.elder()
    run = computed()
    line = session().query(SubsidyLine).filter_by(run_id=run.id).first()
    line.amount_fen += 1
    session().flush()
    assert chunks.verify(SYSTEM, run_id=run.id) == ["chunk 0: the stored lines differ from what was computed"]


def test_the_sweep_rings_for_what_nobody_holds(yantai: Any) -> None:
    make.elder()
    with acting_as(maker()):
        run = runs.create(maker(), jurisdiction="yantai", month=JANUARY)
    runs.freeze(SYSTEM, run_id=run.id)
    assert chunks.sweep(SYSTEM) == 0
    with clock.freeze(clock.now() + timedelta(minutes=1)):
        waiting = frozenset({runs.job_id(run.id, 0, 1)})
        assert chunks.sweep(SYSTEM, waiting=waiting) == 0
        assert chunks.sweep(SYSTEM) == 1
    assert queries.chunks(run.id)[0].attempt == 2


@pytest.mark.parametrize(
    ("jurisdiction", "month", "error"),
    [("yantai", "2022-12", NoRuleInForce), ("gansu", "2022-01", NoRuleInForce), ("us", "2023-01", Invalid),
     ("atlantis", "2023-01", Invalid)],
)  # fmt: skip
def test_runs_without_rules_are_refused(yantai: Any, jurisdiction: str, month: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        runs.create(SYSTEM, jurisdiction=jurisdiction, month=Month.parse(month))


def test_strangers(yantai: Any, actor_as: Any) -> None:
    make.elder()
    run = computed()
    with acting_as(actor_as("official_city")) as stranger:
        with pytest.raises(Invalid, match="outside your scope"):
            runs.create(stranger, jurisdiction="yantai", month=Month.parse("2023-02"))
        for step in (runs.review, runs.approve):
            with pytest.raises(NotFound):
                step(stranger, run_id=run.id)
        assert queries.find_run(run.id) is None
        assert queries.lines(run.id, 1, 20).total == 0
