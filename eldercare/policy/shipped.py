"""The packs that come with the product."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from eldercare.core.errors import Invalid
from eldercare.core.i18n import N_
from eldercare.policy.errors import PackError
from eldercare.policy.loader import load
from eldercare.policy.model import Pack

PACKS_DIR = Path(__file__).parent / "packs"
BASE = "national"
PACK_FILE = "pack.yaml"


@lru_cache(maxsize=1)
def load_packs() -> dict[str, Pack]:
    """All shipped packs by code, the national one first. Raises PackError when one is wrong."""
    national = _read(PACKS_DIR / BASE, None)
    packs = {national.code: national}
    for folder in sorted(PACKS_DIR.iterdir()):
        if folder.is_dir() and folder.name != BASE:
            packs[folder.name] = _read(folder, national)
    return packs


def shipped_pack(code: str) -> Pack:
    """One shipped pack. Raises Invalid naming `jurisdiction` when there is none of that code."""
    packs = load_packs()
    if code not in packs:
        raise Invalid.one(
            "jurisdiction",
            N_("There is no policy pack %(code)s. Known: %(known)s."),
            code=code,
            known=", ".join(sorted(packs)),
        )
    return packs[code]


def _read(folder: Path, base: Pack | None) -> Pack:
    file = folder / PACK_FILE
    name = f"packs/{folder.name}/{PACK_FILE}"
    if not file.is_file():
        raise PackError(name, "", "the file is missing")
    pack = load(name, file.read_bytes(), base)
    if pack.code != folder.name:
        raise PackError(name, "pack", f"the code {pack.code!r} differs from the folder {folder.name!r}")
    return pack
