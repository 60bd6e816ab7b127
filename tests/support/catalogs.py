"""What the code and the templates ask to be translated, and what the catalogs give."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import flask_security
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

ROOT = Path(__file__).resolve().parents[2]
#: Marker -> how many of its first arguments are messages.
KEYWORDS = {"_": 1, "gettext": 1, "ngettext": 2, "N_": 1, "lazy": 1, "_fsdomain": 1}
PLACES = re.compile(r"%\((\w+)\)")


def wanted() -> dict[str, set[str]]:
    """{msgid: places that use it, 'path:line'}"""
    found: dict[str, set[str]] = defaultdict(set)
    for folder, pattern, extract in (
        (ROOT / "eldercare", "*.py", _of_code),
        (ROOT / "workers", "*.py", _of_code),
        (ROOT / "templates", "*.html", _of_template),
    ):
        for path in sorted(folder.rglob(pattern)):
            for line, msgid in extract(path):
                found[msgid].add(f"{path.relative_to(ROOT)}:{line}")
    return dict(found)


def _of_code(path: Path) -> Iterator[tuple[int, str]]:
    """By the syntax tree: a marker inside another call is seen, strings in pieces are joined."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in KEYWORDS:
            texts = node.args[: KEYWORDS[getattr(node.func, "id", getattr(node.func, "attr", ""))]]
            yield from (
                (node.lineno, a.value) for a in texts if isinstance(a, ast.Constant) and isinstance(a.value, str)
            )


def _of_template(path: Path) -> Iterator[tuple[int, str]]:
    with path.open("rb") as file:
        for line, _function, messages, _comments in babel_extract(file, list(KEYWORDS), [], {}):
            for msgid in messages if isinstance(messages, (tuple, list)) else (messages,):
                if isinstance(msgid, str) and msgid:
                    yield line, msgid


def of_flask_security() -> set[str]:
    """The library's own messages, which our catalog of accounts may translate too."""
    from flask_security.core import _default_messages

    folder = Path(flask_security.__file__).parent
    known = {text for text, _level in _default_messages.values()}
    for path in folder.rglob("*.py"):
        known |= {msgid for _line, msgid in _of_code(path)}
    return known


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
