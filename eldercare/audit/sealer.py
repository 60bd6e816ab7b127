"""Sealing the log and checking the seals. The caller commits; one sealer at a time.

Rows are taken when the transaction that wrote them is certainly over: below the oldest running one at this moment.
So no row can turn up later inside a batch that was sealed before it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from flask import current_app
from sqlalchemy import func, select

from eldercare.audit import queries, rules
from eldercare.audit.models import AuditRow, AuditSeal, AuditSealedRow
from eldercare.audit.rules import Fault, Finding, Head, SealBody, Verification
from eldercare.core import clock
from eldercare.core.actor import Actor
from eldercare.core.config import Config
from eldercare.core.db import acting_as, session
from eldercare.core.errors import DomainError
from eldercare.core.i18n import N_

KEY_FILE = "audit_hmac_key"
HEADS = "audit-heads"
BATCH = 5000
_ONE_SEALER = 7_403_981


def _config() -> Config:
    return cast(Config, current_app.extensions["config"])


def signing_key() -> bytes:
    """The HMAC key, kept outside the database. Raises DomainError when it is lost: a new one would prove nothing."""
    path = _config().keys_dir / KEY_FILE
    try:
        text = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise DomainError(N_("The key of the audit seals cannot be read: %(path)s"), path=str(path)) from error
    if len(text) < 32:
        raise DomainError(N_("The key of the audit seals is too short: %(path)s"), path=str(path))
    return text.encode()


# --- sealing ------------------------------------------------------------------------------------------------------


def seal_batch() -> AuditSeal | None:
    """Seal the next rows; None when there are none or another sealer is at work."""
    key = signing_key()
    with acting_as(Actor.system("audit sealer")):
        if not session().scalar(select(func.pg_try_advisory_xact_lock(_ONE_SEALER))):
            return None
        last = queries.last_seal()
        xmin, xmax = queries.oldest_running_xid()
        from_xid = last.to_xid if last and last.to_xid <= xmax else 0
        rows = queries.unsealed_rows(from_xid, xmin, xmax, BATCH)
        if not rows:
            return None
        # A cut batch leaves rows of any transaction for the next: only a whole one moves the mark.
        to_xid = xmin if len(rows) < BATCH else from_xid
        return _write(key, last, rows, to_xid)


def _write(key: bytes, last: AuditSeal | None, rows: Sequence[AuditRow], to_xid: int) -> AuditSeal:
    hashes = [(row.id, rules.row_hash(queries.values_of(row))) for row in rows]
    body = SealBody(
        seq=last.seq + 1 if last else 1,
        at=clock.now(),
        first_id=hashes[0][0],
        last_id=hashes[-1][0],
        count=len(hashes),
        to_xid=to_xid,
        rows_hash=rules.rows_hash(hashes),
        prev_hash=rules.seal_hash(queries.body_of(last), last.hmac) if last else rules.GENESIS,
    )
    seal = AuditSeal(**body.__dict__, hmac=rules.sign(key, body))
    session().add(seal)
    session().flush()
    session().add_all(AuditSealedRow(row_id=row_id, seal_seq=seal.seq, hash=value) for row_id, value in hashes)
    session().flush()
    return seal


# --- the head outside the database --------------------------------------------------------------------------------


def export_head() -> Path | None:
    """Write where the chain ends to today's file, after the commit of the seal; None without any seal."""
    with acting_as(Actor.system("audit sealer")):
        last = queries.last_seal()
    if last is None:
        return None
    head = Head(last.seq, rules.seal_hash(queries.body_of(last), last.hmac), last.last_id, last.at.isoformat())
    folder = _config().data_dir / HEADS
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{clock.today().isoformat()}.json"
    draft = folder / f".{path.name}.{os.getpid()}"
    draft.write_text(json.dumps({**head.__dict__, "hmac": head.signature(signing_key())}, indent=1), encoding="utf-8")
    draft.replace(path)
    return path


def exported_heads() -> list[Path]:
    return sorted((_config().data_dir / HEADS).glob("????-??-??.json"))


def _check_heads(key: bytes, seals: dict[int, str]) -> list[Finding]:
    """Each exported head must still be a link of the chain."""
    found = []
    for path in exported_heads():
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            signature = str(data.pop("hmac"))
            head = Head(**data)
        except (OSError, ValueError, KeyError, TypeError):
            found.append(Finding(Fault.HEAD_ALTERED, f"{path.name} cannot be read"))
            continue
        if head.signature(key) != signature:
            found.append(Finding(Fault.HEAD_ALTERED, f"the signature of {path.name} does not hold"))
        elif head.seq not in seals:
            last = max(seals, default=0)
            where = f"the chain ends at seal {last}, {path.name} knows seal {head.seq} (rows up to {head.last_id})"
            found.append(Finding(Fault.TAIL_CUT, where))
        elif seals[head.seq] != head.hash:
            found.append(Finding(Fault.SEAL_ALTERED, f"seal {head.seq} is not the one {path.name} knows"))
    return found


# --- checking -----------------------------------------------------------------------------------------------------


def verify() -> Verification:
    """Recompute the whole chain and name the first altered row, missing row and a cut-off tail."""
    key = signing_key()
    result = Verification()
    seals: dict[int, str] = {}
    previous: tuple[int, str] | None = None
    with acting_as(Actor.system("audit verify")):
        for seal in queries.each_seal():
            body = queries.body_of(seal)
            result.findings += rules.check_seal(key, body, seal.hmac, previous)
            result.findings += _check_batch(seal)
            previous = (seal.seq, rules.seal_hash(body, seal.hmac))
            seals[seal.seq] = previous[1]
            result.seals += 1
            result.rows += seal.count
        result.findings += _check_heads(key, seals)
        result.findings += _added(previous is not None)
        result.unsealed = queries.count_unsealed()
    return result


def _check_batch(seal: AuditSeal) -> list[Finding]:
    sealed = queries.sealed_hashes(seal.seq)
    actual = {row.id: rules.row_hash(queries.values_of(row)) for row in queries.rows_of_seal(seal.seq)}
    return rules.check_rows(sealed, actual, seal.seq, seal.rows_hash)


def _added(has_seals: bool) -> list[Finding]:
    """Rows slipped in behind the seals: their transaction claims to lie before what was sealed long ago."""
    last = queries.last_seal() if has_seals else None
    if last is None or last.to_xid > queries.oldest_running_xid()[1]:
        return []  # a restored backup on a new server: its transactions count from the start again
    return [
        Finding(Fault.ROW_ADDED, f"audit row {row_id} appeared after its time had been sealed")
        for row_id in queries.rows_before(last.to_xid)
    ]
