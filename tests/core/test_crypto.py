import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from eldercare.core.crypto import FILE, Keyring, mask_id, mask_name, mask_phone


def test_a_value_comes_back_and_never_looks_the_same_twice() -> None:
    keys = Keyring.create()
    one, two = keys.encrypt("990101194005010016"), keys.encrypt("990101194005010016")
    assert one != two
    assert b"1940" not in one
    assert keys.decrypt(one) == keys.decrypt(two) == "990101194005010016"


def test_old_values_are_read_after_a_rotation() -> None:
    keys = Keyring.create()
    old = keys.encrypt("13800000000")
    newer = keys.with_new_key()
    assert newer.key_id(newer.encrypt("x")) == "k2"
    assert newer.decrypt(old) == "13800000000"
    assert newer.blind_index("13800000000", "phone") == keys.blind_index("13800000000", "phone")


def test_an_altered_value_or_key_id_is_refused() -> None:
    keys = Keyring.create().with_new_key()
    value = keys.encrypt("secret")
    with pytest.raises(InvalidTag):
        keys.decrypt(value[:-1] + bytes([value[-1] ^ 1]))
    with pytest.raises(InvalidTag):
        keys.decrypt(b"k1" + value[2:])


def test_the_blind_index_tells_equality_within_one_purpose_only() -> None:
    keys = Keyring.create()
    assert keys.blind_index(" 99010119400501001x", "id_number") == keys.blind_index("99010119400501001X", "id_number")
    assert keys.blind_index("1", "phone") != keys.blind_index("1", "id_number")
    assert keys.blind_index("1", "phone") != Keyring.create().blind_index("1", "phone")


def test_the_file_is_private_and_read_back(tmp_path: Path) -> None:
    keys = Keyring.create().with_new_key()
    keys.save(tmp_path / "keys")
    file = tmp_path / "keys" / FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Keyring.load(tmp_path / "keys") == keys
    assert [p.name for p in (tmp_path / "keys").iterdir()] == [FILE]


@pytest.mark.parametrize(
    ("mask", "plain", "shown"),
    [
        (mask_id, "990101194005010016", "9901**********0016"),
        (mask_id, "1234", "****"),
        (mask_phone, "13812345678", "138****5678"),
        (mask_phone, "123", "***"),
        (mask_name, "王秀英", "王**"),
        (mask_name, "王", "王*"),
    ],
)
def test_masks(mask, plain: str, shown: str) -> None:  # type: ignore[no-untyped-def]
    assert mask(plain) == shown
