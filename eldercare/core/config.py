"""Settings, read once from the environment; a bad value fails loudly at the start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class ConfigError(Exception):
    """A setting is missing or wrong; the message names it."""


@dataclass(frozen=True)
class Config:
    """`database_url` is the role that owns no table; `database_owner_url` is for migrations and the demo."""

    database_url: str
    database_owner_url: str
    redis_url: str
    secret_key: str
    keys_dir: Path
    data_dir: Path
    testing: bool = False
    secure_cookies: bool = False
    max_upload_bytes: int = 20 * 1024 * 1024
    pool_size: int = 10
    argon2_time_cost: int = 3
    argon2_memory_kib: int = 65536
    sign_in_failures: int = 5
    sign_in_lock_minutes: int = 15
    log_level: str = "INFO"
    base_url: str = "http://127.0.0.1:8000"
    trusted_proxies: int = 0

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Config:
        """Read the settings. Secrets may also come from a file named in `<NAME>_FILE`."""
        data_dir = Path(environ.get("DATA_DIR") or "var").resolve()
        database_url = _psycopg(_required(environ, "DATABASE_URL"))
        return cls(
            database_url=database_url,
            database_owner_url=_psycopg(_secret(environ, "DATABASE_OWNER_URL") or database_url),
            redis_url=_required(environ, "REDIS_URL"),
            secret_key=_required(environ, "SECRET_KEY"),
            keys_dir=Path(environ.get("KEYS_DIR") or data_dir / "keys"),
            data_dir=data_dir,
            secure_cookies=_flag(environ, "SECURE_COOKIES", False),
            max_upload_bytes=_integer(environ, "MAX_UPLOAD_BYTES", 20 * 1024 * 1024),
            pool_size=_integer(environ, "POOL_SIZE", 10),
            sign_in_failures=_integer(environ, "SIGN_IN_FAILURES", 5),
            sign_in_lock_minutes=_integer(environ, "SIGN_IN_LOCK_MINUTES", 15),
            log_level=environ.get("LOG_LEVEL", "INFO").upper(),
            trusted_proxies=_integer(environ, "TRUSTED_PROXIES", 0, least=0, most=10),
            base_url=environ.get("BASE_URL") or f"http://127.0.0.1:{environ.get('PORT') or 8000}",
        )


def _secret(environ: Mapping[str, str], name: str) -> str | None:
    if file := environ.get(f"{name}_FILE"):
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigError(f"{name}_FILE: cannot read {file}: {error}") from error
    return environ.get(name) or None


def _required(environ: Mapping[str, str], name: str) -> str:
    value = _secret(environ, name)
    if not value:
        raise ConfigError(f"{name} is not set. Set it (or {name}_FILE), or start everything with `eldercare up`.")
    return value


def _integer(environ: Mapping[str, str], name: str, default: int, *, least: int = 1, most: int = 2**40) -> int:
    text = environ.get(name)
    if not text:
        return default
    try:
        value = int(text)
    except ValueError:
        raise ConfigError(f"{name} must be a whole number, not {text!r}") from None
    if not least <= value <= most:
        raise ConfigError(f"{name} must be a whole number from {least} to {most}, not {text!r}")
    return value


def _flag(environ: Mapping[str, str], name: str, default: bool) -> bool:
    text = environ.get(name, "").strip().lower()
    if not text:
        return default
    if text in ("1", "true", "yes", "on"):
        return True
    if text in ("0", "false", "no", "off"):
        return False
    raise ConfigError(f"{name} must be yes or no, not {text!r}")


def _psycopg(url: str) -> str:
    """Accept the usual `postgresql://` and name our driver."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    return url
