import pytest

from eldercare.core.actor import Actor
from eldercare.core.db import acting_as
from eldercare.core.errors import NotFound
from eldercare.core.files import CHUNK_BYTES, read, store

A, B = "/cn/37/3702/370202/", "/cn/37/3702/370203/"


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1])
def test_what_is_stored_comes_back(db_session, size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    record = store(Actor.system("test"), content, name="表.csv", media_type="text/csv", region_path=A)
    assert record.size_bytes == size
    assert b"".join(read(record.id)) == content


def test_a_file_of_another_district_is_not_found(db_session) -> None:
    record = store(Actor.system("test"), b"x", name="a.csv", media_type="text/csv", region_path=A)
    stranger = Actor(kind="user", name="b", region_paths=(B,))
    with acting_as(stranger), pytest.raises(NotFound):
        b"".join(read(record.id))
