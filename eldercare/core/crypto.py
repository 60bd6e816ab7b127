"""Personal data at rest: AES-256-GCM with the key's id in the value, a keyed blind index for equality, masks.

Keys live outside the database in `keys_dir/keyring.json`: {"active": "k1", "keys": {"k1": base64}, "index": base64}.
The blind-index key is not rotated with the others: rotating it means re-computing every index.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

FILE = "keyring.json"


@dataclass(frozen=True)
class Keyring:
    active: str
    keys: dict[str, bytes]
    index_key: bytes

    @classmethod
    def create(cls) -> Keyring:
        return cls("k1", {"k1": secrets.token_bytes(32)}, secrets.token_bytes(32))

    @classmethod
    def load(cls, folder: Path) -> Keyring:
        """Read the keyring file. Raises FileNotFoundError when the installation has no keys yet."""
        data = json.loads((folder / FILE).read_text(encoding="utf-8"))
        keys = {name: base64.b64decode(value) for name, value in data["keys"].items()}
        return cls(data["active"], keys, base64.b64decode(data["index"]))

    def save(self, folder: Path) -> None:
        """Write the file whole or not at all, readable by its owner only."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        text = json.dumps(
            {
                "active": self.active,
                "keys": {name: base64.b64encode(key).decode() for name, key in self.keys.items()},
                "index": base64.b64encode(self.index_key).decode(),
            },
            indent=1,
        )
        draft = folder / f".{FILE}.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(text, encoding="utf-8")
        draft.replace(folder / FILE)

    def with_new_key(self) -> Keyring:
        """A further key becomes the active one; the old ones still read old values."""
        number = max(int(name[1:]) for name in self.keys) + 1
        name = f"k{number}"
        return Keyring(name, {**self.keys, name: secrets.token_bytes(32)}, self.index_key)

    def encrypt(self, text: str) -> bytes:
        """`<key id>:<nonce 12 bytes><ciphertext>`; the key id is bound as associated data."""
        label = self.active.encode()
        nonce = os.urandom(12)
        return label + b":" + nonce + AESGCM(self.keys[self.active]).encrypt(nonce, text.encode(), label)

    def decrypt(self, value: bytes) -> str:
        """Raises KeyError for an unknown key and InvalidTag for an altered value."""
        label, _, rest = bytes(value).partition(b":")
        return AESGCM(self.keys[label.decode()]).decrypt(rest[:12], rest[12:], label).decode()

    def key_id(self, value: bytes) -> str:
        return bytes(value).partition(b":")[0].decode()

    def blind_index(self, text: str, purpose: str) -> bytes:
        """HMAC-SHA-256 of the normalised text: equal texts meet, nothing else can be read from it."""
        return hmac.new(self.index_key, f"{purpose}\0{text.strip().upper()}".encode(), hashlib.sha256).digest()


def keyring() -> Keyring:
    """The installation's keys. Read again when the file has changed, so that a rotation reaches running processes."""
    kept = current_app.extensions
    folder = kept["config"].keys_dir
    with suppress(OSError):  # a missing file: what was read at the start serves on
        stamp = (folder / FILE).stat().st_mtime_ns
        if kept.get("keyring_stamp") != stamp:
            kept["keyring"], kept["keyring_stamp"] = Keyring.load(folder), stamp
    return cast(Keyring, kept["keyring"])


def mask_id(number: str) -> str:
    """'370202194005011234' -> '3702**********1234'"""
    return number[:4] + "*" * max(len(number) - 8, 4) + number[-4:] if len(number) > 8 else "*" * len(number)


def mask_phone(number: str) -> str:
    """'13812345678' -> '138****5678'"""
    return number[:3] + "****" + number[-4:] if len(number) >= 8 else "*" * len(number)


def mask_name(name: str) -> str:
    """'王秀英' -> '王**'"""
    return name[:1] + "*" * max(len(name) - 1, 1)
