"""Appending, the refusal of change, sealing, and what a check finds after somebody tampered."""

from __future__ import annotations

import json
import threading
import time

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from eldercare.audit import sealer, service
from eldercare.audit.cli import group
from eldercare.audit.models import AuditRow, AuditSeal, AuditSealedRow
from eldercare.audit.rules import Fault
from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, commit, rollback, session
from workers import audit as worker

TABLES = ("audit_row", "audit_seal", "audit_sealed_row")
PATIENCE_SECONDS = 300


def settled(log):
    """Wait until every transaction begun so far is over, also those of tests that share the server.

    The sealer leaves out what is younger than the oldest running transaction of the whole server.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    with psycopg.connect(log.url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as database:
        (begun,) = database.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())").fetchone()
        while not database.execute("SELECT pg_snapshot_xmin(pg_current_snapshot()) >= %s::xid8", (begun,)).fetchone()[
            0
        ]:
            assert time.monotonic() < deadline, "a transaction on this server does not end"
            time.sleep(0.02)


def sealed(log):
    """Seal all that was committed; the number of rows."""
    settled(log)
    return worker.seal()


@pytest.fixture
def log(committed_db):
    """Ten rows in two transactions, sealed."""
    heads = committed_db.config.data_dir / sealer.HEADS
    for path in heads.glob("*.json"):
        path.unlink()
    for _ in range(2):
        for number in range(5):
            service.record(action=f"test.{number}", subject_type="thing", subject_id=number, after={"n": number})
        commit()
    assert sealed(committed_db) == 10
    return committed_db


def as_owner(log, *statements):
    """What somebody with the owner's rights may do: switch the trigger off, change, switch it on."""
    with psycopg.connect(log.owner_url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as database:
        for table in TABLES:
            database.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            database.execute(statement)
        for table in TABLES:
            database.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def faults(log):
    rollback()
    session().expire_all()
    return [(finding.fault, finding.where) for finding in sealer.verify().findings]


# --- append only --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_neither_the_application_nor_the_owner_changes_the_log(committed_db, table, statement):
    service.record(action="test")
    commit()
    column = {"audit_row": "action = 'x'", "audit_seal": "count = 0", "audit_sealed_row": "hash = 'x'"}[table]
    for url in (committed_db.url, committed_db.owner_url):
        with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as database:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                database.execute(statement.format(table, column))


def test_the_application_role_has_no_right_to_change(committed_db):
    for table in TABLES:
        for right, expected in (
            ("SELECT", True),
            ("INSERT", True),
            ("UPDATE", False),
            ("DELETE", False),
            ("TRUNCATE", False),
        ):
            has = session().scalar(text("SELECT has_table_privilege(:t, :r)"), {"t": table, "r": right})
            assert has is expected, (table, right)


def test_the_application_role_owns_no_table(committed_db):
    owned = session().scalars(text("SELECT tablename FROM pg_tables WHERE tableowner = current_user")).all()
    assert owned == []


def test_a_row_stands_or_falls_with_its_transaction(committed_db):
    service.record(action="undone")
    rollback()
    assert session().query(AuditRow).count() == 0


def test_a_row_says_who_did_it(db_session, actor_as):
    with acting_as(actor_as("operator_1").with_request("request-1")) as actor:
        service.record(action="beds.stay.admit", subject_type="bed", subject_id=7, before={"a": 1}, after={"a": 2})
        db_session.flush()
    row = db_session.query(AuditRow).one()
    assert (row.actor_kind, row.actor_id, row.actor_name) == ("user", actor.user_id, actor.name)
    assert (row.outcome, row.action, row.subject_type, row.subject_id) == ("done", "beds.stay.admit", "bed", "7")
    assert (row.before, row.after, row.request_id) == ({"a": 1}, {"a": 2}, "request-1")


def test_a_read_of_personal_data_says_which_fields(db_session, actor_as):
    with acting_as(actor_as("assessor")):
        service.record_read(action="people.reveal", subject_type="elder", subject_id=1, fields=["phone", "national_id"])
        db_session.flush()
    row = db_session.query(AuditRow).one()
    assert (row.outcome, row.after) == ("read", {"fields": ["national_id", "phone"]})


# --- sealing ------------------------------------------------------------------------------------------------------


def test_a_log_that_nobody_touched_holds(log):
    result = sealer.verify()
    assert result.findings == []
    assert (result.seals, result.rows, result.unsealed) == (1, 10, 0)


def test_sealing_again_seals_only_what_is_new(log):
    assert sealed(log) == 0
    service.record(action="later")
    commit()
    assert sealed(log) == 1
    assert sealer.verify().holds
    assert session().query(AuditSeal).count() == 2


def test_many_rows_take_many_seals(committed_db, monkeypatch):
    monkeypatch.setattr(sealer, "BATCH", 4)
    for number in range(10):
        service.record(action=f"test.{number}")
    commit()
    assert sealed(committed_db) == 10
    assert session().query(AuditSeal).count() == 3
    assert sealer.verify().holds


def test_a_row_of_a_transaction_still_running_waits(log):
    """Its id is smaller than the others', and it is sealed after them, not lost."""
    url = log.url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url) as slow:
        slow.execute(
            "INSERT INTO audit_row (at, outcome, action, actor_kind, actor_name) "
            "VALUES (clock_timestamp(), 'done', 'slow', 'system', 'slow')"
        )
        service.record(action="quick")
        commit()
        # "quick" is younger than "slow": sealed now, a batch would have a hole in its time.
        assert worker.seal() == 0
        assert session().query(AuditSealedRow).count() == 10
        rollback()
    assert sealed(log) == 2
    result = sealer.verify()
    assert result.holds
    assert (result.rows, result.unsealed) == (12, 0)


def test_two_sealers_at_once_make_one_chain(committed_db):
    for number in range(40):
        service.record(action=f"test.{number}")
    commit()
    settled(committed_db)
    results = committed_db.in_threads(lambda _number: worker.seal(), 6, Actor.system("sealer"))
    assert sum(results) == 40
    assert sealer.verify().holds


def test_a_restored_backup_seals_on(log):
    """On another server transactions count from the start; rows of the old one carry numbers from its future."""
    as_owner(log, "UPDATE audit_seal SET to_xid = to_xid")  # the mark stays
    far = session().scalar(text("SELECT pg_current_xact_id()::text::bigint")) + 1_000_000
    commit()
    with psycopg.connect(log.owner_url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as database:
        database.execute(
            "INSERT INTO audit_row (at, outcome, action, actor_kind, actor_name, recorded_xid) "
            f"VALUES (clock_timestamp(), 'done', 'before the restore', 'system', 'x', {far})"
        )
    service.record(action="after the restore")
    commit()
    assert sealed(log) == 2
    service.record(action="later")
    commit()
    assert sealed(log) == 1
    assert sealer.verify().holds


# --- tampering ----------------------------------------------------------------------------------------------------


def test_an_altered_row_is_named(log):
    row_id = session().query(AuditRow).order_by(AuditRow.id).offset(3).first().id
    as_owner(log, f"UPDATE audit_row SET after = '{{\"n\": 99}}' WHERE id = {row_id}")
    assert faults(log) == [(Fault.ROW_ALTERED, f"audit row {row_id} (seal 1) is not what was sealed")]


def test_the_first_of_several_altered_rows_comes_first(log):
    ids = [row.id for row in session().query(AuditRow).order_by(AuditRow.id)]
    as_owner(log, f"UPDATE audit_row SET actor_name = 'nobody' WHERE id IN ({ids[7]}, {ids[2]})")
    assert faults(log)[0][1].startswith(f"audit row {ids[2]} ")


def test_a_missing_row_is_named(log):
    row_id = session().query(AuditRow).order_by(AuditRow.id).offset(5).first().id
    as_owner(log, f"DELETE FROM audit_row WHERE id = {row_id}")
    assert faults(log) == [(Fault.ROW_MISSING, f"audit row {row_id} (seal 1) is gone")]


def test_altering_a_row_together_with_its_hash_is_found(log):
    row = session().query(AuditRow).order_by(AuditRow.id).first()
    from eldercare.audit import queries, rules

    forged = rules.row_hash(queries.values_of(row) | {"action": "forged"})
    as_owner(
        log,
        f"UPDATE audit_row SET action = 'forged' WHERE id = {row.id}",
        f"UPDATE audit_sealed_row SET hash = '{forged}' WHERE row_id = {row.id}",
    )
    assert [fault for fault, _where in faults(log)] == [Fault.SEAL_ALTERED]


def test_removing_a_row_together_with_its_hash_is_found(log):
    row_id = session().query(AuditRow).order_by(AuditRow.id).first().id
    as_owner(log, f"DELETE FROM audit_row WHERE id = {row_id}", f"DELETE FROM audit_sealed_row WHERE row_id = {row_id}")
    assert Fault.SEAL_ALTERED in [fault for fault, _where in faults(log)]


def more_seals(log, count):
    for number in range(count):
        service.record(action=f"more.{number}")
        commit()
        assert sealed(log) == 1


def test_a_cut_off_tail_is_found_by_the_exported_head(log):
    more_seals(log, 2)
    as_owner(
        log,
        "DELETE FROM audit_sealed_row WHERE seal_seq = 3",
        "DELETE FROM audit_seal WHERE seq = 3",
        "DELETE FROM audit_row WHERE action = 'more.1'",
    )
    found = faults(log)
    assert [fault for fault, _where in found] == [Fault.TAIL_CUT]
    assert "ends at seal 2" in found[0][1]


def test_a_log_emptied_altogether_is_found(log):
    as_owner(log, "DELETE FROM audit_sealed_row", "DELETE FROM audit_seal", "DELETE FROM audit_row")
    assert [fault for fault, _where in faults(log)] == [Fault.TAIL_CUT]


def test_a_missing_seal_in_the_middle_is_found(log):
    more_seals(log, 2)
    as_owner(log, "DELETE FROM audit_sealed_row WHERE seal_seq = 2", "DELETE FROM audit_seal WHERE seq = 2")
    assert faults(log)[0] == (Fault.SEAL_MISSING, "seal 2 is gone (next is 3)")


def test_a_row_slipped_in_behind_a_seal_is_found(log):
    more_seals(log, 1)
    first = session().query(AuditRow).order_by(AuditRow.id).first().recorded_xid
    rollback()
    as_owner(
        log,
        "INSERT INTO audit_row (at, outcome, action, actor_kind, actor_name, recorded_xid) "
        f"VALUES (clock_timestamp(), 'done', 'slipped in', 'system', 'x', {first})",
    )
    assert [fault for fault, _where in faults(log)] == [Fault.ROW_ADDED]


def test_an_altered_head_file_is_found(log):
    path = sealer.exported_heads()[-1]
    path.write_text(json.dumps(json.loads(path.read_text()) | {"seq": 0}))
    assert [fault for fault, _where in faults(log)] == [Fault.HEAD_ALTERED]


def test_seals_made_with_another_key_do_not_hold(log):
    key = log.config.keys_dir / sealer.KEY_FILE
    before = key.read_text()
    try:
        key.write_text("another key, not the one of the seals")
        assert faults(log)[0] == (Fault.SEAL_ALTERED, "the signature of seal 1 does not hold")
    finally:
        key.write_text(before)


def test_a_lost_key_is_said_and_not_replaced(log):
    key = log.config.keys_dir / sealer.KEY_FILE
    before = key.read_text()
    key.unlink()
    try:
        result = CliRunner().invoke(group, ["verify"])
        assert result.exit_code != 0
        assert not key.exists()
    finally:
        key.write_text(before)


# --- commands -----------------------------------------------------------------------------------------------------


def test_the_commands_tell_what_they_found(log):
    runner = CliRunner()
    service.record(action="one more")
    commit()
    settled(log)
    assert "1 rows sealed in 1 seals" in runner.invoke(group, ["seal"]).output
    good = runner.invoke(group, ["verify"])
    assert (good.exit_code, good.output.startswith("The log holds: 2 seals over 11 rows")) == (0, True)
    rollback()
    as_owner(log, "UPDATE audit_row SET action = 'x' WHERE id = (SELECT min(id) FROM audit_row)")
    session().expire_all()
    bad = runner.invoke(group, ["verify"])
    assert bad.exit_code == 1
    assert "row altered: audit row" in bad.output


def test_appending_from_many_threads_loses_nothing(committed_db):
    barrier = threading.Barrier(8)

    def work(number):
        barrier.wait()
        for one in range(5):
            service.record(action=f"thread.{number}.{one}")
            commit()
        return worker.seal()

    results = committed_db.in_threads(work, 8, Actor.system("threads"))
    assert not [one for one in results if isinstance(one, Exception)]
    sealed(committed_db)
    result = sealer.verify()
    assert (result.holds, result.rows, result.unsealed) == (True, 40, 0)


def test_the_trigger_names_the_table(committed_db):
    with pytest.raises(DBAPIError):
        session().execute(text("DELETE FROM audit_row"))
    rollback()
