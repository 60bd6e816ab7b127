"""Free ports on the loopback address, kept per data folder so that two copies of the product can run."""

from __future__ import annotations

import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def kept_port(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (FileNotFoundError, ValueError):
        return None


def claim_port(file: Path) -> int:
    """The port of this folder: the one of last time when it is still free, else a new one, written down."""
    port = kept_port(file)
    if port is None or not is_free(port):
        port = free_port()
        file.write_text(f"{port}\n")
    return port
