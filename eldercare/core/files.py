"""The file store: uploaded files in chunks in PostgreSQL, with the hash of their content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select

from eldercare.core.actor import Actor
from eldercare.core.db import session
from eldercare.core.errors import NotFound
from eldercare.core.models import StoredFile, StoredFileChunk

CHUNK_BYTES = 256 * 1024


def store(
    actor: Actor, content: bytes, *, name: str, media_type: str, region_path: str, institution_id: UUID | None = None
) -> StoredFile:
    """Keep a file. The size limit was enforced by the edge (MAX_UPLOAD_BYTES)."""
    record = StoredFile(
        name=name[:255],
        media_type=media_type,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        region_path=region_path,
        institution_id=institution_id,
        created_by=actor.label,
    )
    session().add(record)
    session().flush()
    for number, start in enumerate(range(0, len(content), CHUNK_BYTES)):
        session().add(StoredFileChunk(file_id=record.id, number=number, content=content[start : start + CHUNK_BYTES]))
    session().flush()
    return record


def get_file(file_id: UUID) -> StoredFile:
    """The record, if it is in the current actor's scope."""
    found = session().scalar(select(StoredFile).where(StoredFile.id == file_id))
    if found is None:
        raise NotFound
    return found


def read(file_id: UUID) -> Iterator[bytes]:
    """The content in blocks, after the scope check of `get_file`."""
    get_file(file_id)
    statement = (
        select(StoredFileChunk.content).where(StoredFileChunk.file_id == file_id).order_by(StoredFileChunk.number)
    )
    yield from session().scalars(statement)
