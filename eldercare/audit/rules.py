"""What is hashed and signed when audit rows are sealed, and how a chain is checked. Pure.

A seal covers a batch of rows. `rows_hash` binds every row of the batch, `prev_hash` binds the seal before,
and the HMAC binds the seal to a key that is not in the database: whoever may write every table still
cannot make a chain that verifies.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

GENESIS = "0" * 64


class Outcome(StrEnum):
    """What became of the action: done, refused, or personal data was read."""

    DONE = "done"
    REFUSED = "refused"
    READ = "read"


ROW_FIELDS = (
    "id",
    "at",
    "outcome",
    "action",
    "actor_kind",
    "actor_id",
    "actor_name",
    "subject_type",
    "subject_id",
    "before",
    "after",
    "request_id",
    "region_path",
    "recorded_xid",
)


def canonical(values: dict[str, Any]) -> bytes:
    """The same bytes for the same values, whoever computes them."""
    return json.dumps(
        {key: _plain(value) for key, value in values.items()},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    ).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if value is None or isinstance(value, (bool, int, str, list, dict)):
        return value
    return str(value)


def row_hash(values: dict[str, Any]) -> str:
    """Hash of one audit row; `values` holds exactly ROW_FIELDS."""
    return hashlib.sha256(canonical({name: values[name] for name in ROW_FIELDS})).hexdigest()


def rows_hash(hashes: Iterable[tuple[int, str]]) -> str:
    """Hash of a batch: (row id, row hash) in the order of the ids."""
    digest = hashlib.sha256()
    for row_id, value in sorted(hashes):
        digest.update(f"{row_id}:{value}\n".encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class SealBody:
    """What the HMAC signs."""

    seq: int
    at: datetime
    first_id: int
    last_id: int
    count: int
    to_xid: int
    rows_hash: str
    prev_hash: str

    def bytes(self) -> bytes:
        return canonical(self.__dict__)


def sign(key: bytes, body: SealBody) -> str:
    return hmac.new(key, body.bytes(), hashlib.sha256).hexdigest()


def seal_hash(body: SealBody, signature: str) -> str:
    """What the next seal keeps as `prev_hash`."""
    return hashlib.sha256(body.bytes() + signature.encode()).hexdigest()


def signature_holds(key: bytes, body: SealBody, signature: str) -> bool:
    return hmac.compare_digest(sign(key, body), signature)


@dataclass(frozen=True)
class Head:
    """The end of the chain as exported to a file: what a cut-off tail is compared with."""

    seq: int
    hash: str
    last_id: int
    at: str

    def signature(self, key: bytes) -> str:
        return hmac.new(key, canonical(self.__dict__), hashlib.sha256).hexdigest()


class Fault(StrEnum):
    ROW_ALTERED = "row_altered"
    ROW_MISSING = "row_missing"
    ROW_ADDED = "row_added"
    SEAL_ALTERED = "seal_altered"
    SEAL_MISSING = "seal_missing"
    TAIL_CUT = "tail_cut"
    HEAD_ALTERED = "head_altered"


@dataclass(frozen=True)
class Finding:
    """One thing wrong: what, and which row, seal or file."""

    fault: Fault
    where: str

    def __str__(self) -> str:
        return f"{self.fault.value.replace('_', ' ')}: {self.where}"


@dataclass
class Verification:
    """What a check of the chain saw. `findings` in the order of the chain: the first is the first fault."""

    seals: int = 0
    rows: int = 0
    unsealed: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.findings


def check_rows(sealed: dict[int, str], actual: dict[int, str], seal_seq: int, expected_rows_hash: str) -> list[Finding]:
    """Compare the hashes kept at sealing (by row id) with the rows as they are now."""
    found = []
    for row_id in sorted(sealed):
        if row_id not in actual:
            found.append(Finding(Fault.ROW_MISSING, f"audit row {row_id} (seal {seal_seq}) is gone"))
        elif actual[row_id] != sealed[row_id]:
            found.append(Finding(Fault.ROW_ALTERED, f"audit row {row_id} (seal {seal_seq}) is not what was sealed"))
    if rows_hash(sealed.items()) != expected_rows_hash:
        span = f"rows {min(sealed)}-{max(sealed)}" if sealed else "no rows left"
        found.append(Finding(Fault.SEAL_ALTERED, f"the row hashes kept for seal {seal_seq} ({span}) were altered"))
    return found


def check_seal(key: bytes, body: SealBody, signature: str, previous: tuple[int, str] | None) -> list[Finding]:
    """`previous` is (seq, hash) of the seal before; None at the start of the chain."""
    expected_seq, expected_hash = (previous[0] + 1, previous[1]) if previous else (1, GENESIS)
    found = []
    if body.seq != expected_seq:
        found.append(Finding(Fault.SEAL_MISSING, f"seal {expected_seq} is gone (next is {body.seq})"))
    elif body.prev_hash != expected_hash:
        found.append(Finding(Fault.SEAL_ALTERED, f"seal {body.seq} does not follow from seal {body.seq - 1}"))
    if not signature_holds(key, body, signature):
        found.append(Finding(Fault.SEAL_ALTERED, f"the signature of seal {body.seq} does not hold"))
    return found


# ---------------------------------------------------------------- no plain personal data

PERSONAL_FIELDS = frozenset(
    [
        "national_id",
        "id_number",
        "phone",
        "mobile",
        "address",
        "full_name",
        "person_name",
        "elder_name",
        "birth_date",
        "contact",
        "contact_name",
        "contact_phone",
        "guardian",
        "password",
        "email",
    ]
)
MASK = "***"
_ID_NUMBER = re.compile(r"(?<![\dA-Za-z])\d{17}[\dXx](?![\dA-Za-z])")
_MOBILE = re.compile(r"(?<![\dA-Za-z])1[3-9]\d{9}(?![\dA-Za-z])")


def without_personal_data(value: Any) -> Any:
    """The same structure ready for JSON, with personal fields and anything like an ID or phone number masked."""
    if isinstance(value, dict):
        return {
            str(key): MASK if str(key) in PERSONAL_FIELDS and inner is not None else without_personal_data(inner)
            for key, inner in value.items()
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return [without_personal_data(item) for item in items]
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return _MOBILE.sub(MASK, _ID_NUMBER.sub(MASK, str(value)))
