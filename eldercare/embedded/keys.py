"""The keys of an installation: made once, kept outside the database, backed up apart from it."""

from __future__ import annotations

from pathlib import Path

from eldercare.core.crypto import FILE, Keyring
from eldercare.embedded.secretfile import kept_secret

SECRET_KEY_FILE = "secret_key"  # noqa: S105 - a file name
AUDIT_KEY_FILE = "audit_hmac_key"


def ensure_keys(folder: Path) -> str:
    """Make what is missing in `folder`; returns the secret key for sessions and signed links.

    Never overwrites: a lost keyring makes encrypted values unreadable for ever.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    if not (folder / FILE).exists():
        Keyring.create().save(folder)
    kept_secret(folder / AUDIT_KEY_FILE)
    return kept_secret(folder / SECRET_KEY_FILE)
