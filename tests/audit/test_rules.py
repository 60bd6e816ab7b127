"""What is hashed, signed and masked, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from eldercare.audit.rules import (
    GENESIS,
    ROW_FIELDS,
    Fault,
    SealBody,
    check_rows,
    check_seal,
    row_hash,
    rows_hash,
    seal_hash,
    sign,
    without_personal_data,
)

KEY = b"k" * 32
AT = datetime(2026, 11, 22, 4, 0, 0, 123456, tzinfo=UTC)
ROW = dict.fromkeys(ROW_FIELDS) | {
    "id": 7,
    "at": AT,
    "action": "beds.stay.admit",
    "after": {"bed": "1"},
    "recorded_xid": 9,
}
CHANGED = {
    "id": 8, "at": AT + timedelta(microseconds=1), "outcome": "read", "action": "x", "actor_kind": "x", "actor_id": "x",
    "actor_name": "x", "subject_type": "x", "subject_id": "x", "before": {}, "after": {"bed": 1}, "request_id": "x",
    "region_path": "/x/", "recorded_xid": 10,
}  # fmt: skip


@pytest.mark.parametrize("name", ROW_FIELDS)
def test_every_field_of_a_row_is_bound(name):
    assert row_hash(ROW | {name: CHANGED[name]}) != row_hash(ROW)


def test_the_same_instant_in_another_zone_is_the_same_row():
    other = AT.astimezone(timezone(timedelta(hours=8)))
    assert row_hash(ROW | {"at": other}) == row_hash(ROW)


def test_the_order_of_keys_does_not_matter():
    assert row_hash(ROW | {"after": {"a": 1, "b": 2}}) == row_hash(ROW | {"after": {"b": 2, "a": 1}})


def seal(seq=1, prev=GENESIS, hashes=((1, "a"), (2, "b"))):
    return SealBody(seq, AT, 1, 2, 2, 100, rows_hash(hashes), prev)


def test_a_good_seal_has_no_fault():
    body = seal()
    assert check_seal(KEY, body, sign(KEY, body), None) == []


@pytest.mark.parametrize(
    ("changes", "key", "previous", "fault"),
    [
        ({"count": 3}, KEY, None, Fault.SEAL_ALTERED),
        ({}, b"x" * 32, None, Fault.SEAL_ALTERED),
        ({"seq": 2}, KEY, None, Fault.SEAL_MISSING),
        ({"prev_hash": "1" * 64}, KEY, None, Fault.SEAL_ALTERED),
        ({}, KEY, (1, "1" * 64), Fault.SEAL_MISSING),
    ],
)
def test_a_bad_seal_is_named(changes, key, previous, fault):
    body = seal()
    signature = sign(KEY, body)
    altered = SealBody(**(body.__dict__ | changes))
    assert fault in {finding.fault for finding in check_seal(key, altered, signature, previous)}


def test_the_next_seal_binds_the_signature_of_the_one_before():
    body = seal()
    assert seal_hash(body, sign(KEY, body)) != seal_hash(body, sign(b"x" * 32, body))


SEALED = {1: "a", 2: "b", 3: "c"}


@pytest.mark.parametrize(
    ("sealed", "actual", "faults"),
    [
        (SEALED, SEALED, []),
        (SEALED, SEALED | {2: "x"}, [(Fault.ROW_ALTERED, "audit row 2 ")]),
        (SEALED, {1: "a", 3: "c"}, [(Fault.ROW_MISSING, "audit row 2 ")]),
        (SEALED | {2: "x"}, SEALED | {2: "x"}, [(Fault.SEAL_ALTERED, "seal 5")]),
        ({}, {}, [(Fault.SEAL_ALTERED, "seal 5")]),
    ],
)
def test_rows_against_their_seal(sealed, actual, faults):
    found = check_rows(sealed, actual, 5, rows_hash(SEALED.items()))
    assert [finding.fault for finding in found] == [fault for fault, _where in faults]
    assert all(where in finding.where for finding, (_fault, where) in zip(found, faults, strict=True))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ({"state": "vacant", "count": 3, "open": True}, {"state": "vacant", "count": 3, "open": True}),
        ({"national_id": "370202194005011234"}, {"national_id": "***"}),
        ({"phone": None}, {"phone": None}),
        ({"note": "call 13812345678 now"}, {"note": "call *** now"}),
        ({"note": "id 37020219400501123X"}, {"note": "id ***"}),
        ({"codes": ["370202194005011234", "370202"]}, {"codes": ["***", "370202"]}),
        ({"inner": {"address": "Road 1"}}, {"inner": {"address": "***"}}),
        ({"amount_fen": 12345678901234567}, {"amount_fen": 12345678901234567}),
        ({"at": AT}, {"at": "2026-11-22T04:00:00.123456+00:00"}),
        ({"ids": {3, 1}}, {"ids": [1, 3]}),
    ],
)
def test_no_personal_data_reaches_the_log(value, expected):
    assert without_personal_data(value) == expected


def test_a_uuid_is_kept_whole():
    text = "5d6b6f9a-6a55-4f3e-9a55-13812345678a"
    assert without_personal_data({"id": text}) == {"id": text}
