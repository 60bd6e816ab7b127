"""Vendored files are what their list says, and nothing else of the look comes from elsewhere."""

from __future__ import annotations

import hashlib
import re

import pytest

from tests.support.catalogs import ROOT

STATIC = ROOT / "eldercare" / "static"
VENDOR = STATIC / "vendor"
LISTED = dict(
    re.findall(r"^\| (\S+\.(?:css|js)) \|.*\| ([0-9a-f]{64}) \|$", (VENDOR / "VENDORED.md").read_text(), re.MULTILINE)
)


def test_every_vendored_file_is_listed_with_its_checksum() -> None:
    files = [*VENDOR.glob("*.css"), *VENDOR.glob("*.js"), *(ROOT / "tests" / "support" / "vendor").glob("*.js")]
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files} == LISTED


def test_style_sheets_ask_no_other_host() -> None:
    for path in (STATIC / "css").glob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert "@import" not in text
        assert not re.search(r"url\(\s*[\"']?(?:https?:)?//", text), path.name


def _rgb(value: str) -> tuple[float, float, float]:
    parts = [int(value[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return r, g, b


def contrast(one: str, two: str) -> float:
    """WCAG 2.2 contrast of two '#rrggbb'."""
    light, dark = sorted((0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (_rgb(one), _rgb(two))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TOKENS = dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})", (STATIC / "css" / "tokens.css").read_text()))


@pytest.mark.parametrize(
    ("ink", "ground", "least"),
    [
        ("ink", "paper", 7), ("ink-soft", "paper", 4.5), ("ink-soft", "surface", 4.5), ("brand", "surface", 4.5),
        ("brand", "paper", 4.5), ("brand", "brand-soft", 4.5), ("accent", "surface", 4.5), ("ok", "ok-soft", 4.5),
        ("warn", "warn-soft", 4.5), ("danger", "danger-soft", 4.5), ("info", "info-soft", 4.5),
        ("neutral", "neutral-soft", 4.5), ("line-strong", "surface", 3), ("accent", "paper", 3),
    ],
)  # fmt: skip
def test_colours_can_be_read(ink: str, ground: str, least: float) -> None:
    assert contrast(TOKENS[ink], TOKENS[ground]) >= least
