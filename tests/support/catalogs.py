"""What the code and the templates ask to be translated, and what the catalogs give."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "lazy": None}
PLACES = re.compile(r"%\((\w+)\)")


def wanted() -> dict[str, set[str]]:
    """{msgid: places that use it, 'path:line'}"""
    found: dict[str, set[str]] = defaultdict(set)
    for folder, pattern, extract in (
        (ROOT / "eldercare", "*.py", extract_python),
        (ROOT / "workers", "*.py", extract_python),
        (ROOT / "templates", "*.html", babel_extract),
    ):
        for path in sorted(folder.rglob(pattern)):
            with path.open("rb") as file:
                for line, _function, messages, _comments in extract(file, KEYWORDS, [], {}):
                    for msgid in messages if isinstance(messages, (tuple, list)) else (messages,):
                        if isinstance(msgid, str) and msgid:
                            found[msgid].add(f"{path.relative_to(ROOT)}:{line}")
    return dict(found)


def given() -> dict[str, dict[str, str]]:
    """{msgid: {catalog path: Chinese}}; both forms of a plural count."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for path in sorted((ROOT / "eldercare").glob("*/locale/zh.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh"):
                ids = message.id if isinstance(message.id, tuple) else (message.id,)
                text = message.string[0] if isinstance(message.string, (tuple, list)) else message.string
                for msgid in ids:
                    if msgid:
                        found[msgid][str(path.relative_to(ROOT))] = str(text)
    return dict(found)


def places(text: str) -> set[str]:
    """The named places of a message: {'count'} of '%(count)s beds'."""
    return set(PLACES.findall(text))
