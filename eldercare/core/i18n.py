"""Chinese first, English second: message ids are English, each slice keeps `locale/zh.po` beside its code.

The catalogs are read once per process and merged; nothing has to be compiled before the start.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from flask import has_request_context, request
from flask_babel import get_locale
from markupsafe import escape

LOCALES = ("zh", "en")
COOKIE = "lang"
_ROOT = Path(__file__).resolve().parent.parent


def N_(msgid: str) -> str:  # noqa: N802 - the usual name of the marker
    """Mark a message id for translation without translating it here."""
    return msgid


@lru_cache(maxsize=1)
def catalog() -> dict[str, str]:
    """All Chinese translations of all slices, merged. {msgid: msgstr}"""
    merged: dict[str, str] = {}
    for path in sorted(_ROOT.glob("*/locale/zh.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh"):
                if isinstance(message.id, str) and message.id and message.string:
                    merged[message.id] = str(message.string)
                elif isinstance(message.id, tuple) and message.string:
                    forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
                    merged[message.id[0]] = merged[message.id[1]] = str(forms[0])
    return merged


_spoken: ContextVar[str] = ContextVar("spoken", default="zh")


def speak(language: str) -> None:
    """The language outside of requests (a command line's); Chinese unless said."""
    _spoken.set("zh" if language.startswith("zh") else "en")


def locale() -> str:
    """`zh` or `en`: of the request where there is one, else what was said by `speak`."""
    if not has_request_context():
        return _spoken.get()
    found = get_locale()
    return "en" if found is not None and found.language == "en" else "zh"


def select_locale() -> str:
    """For Flask-Babel: explicit choice (`?lang=`), the cookie, then the browser for the API only; Chinese first."""
    chosen = request.args.get("lang") or request.cookies.get(COOKIE)
    if chosen in LOCALES:
        return chosen
    if request.path.startswith("/api/"):
        return request.accept_languages.best_match(["zh", "en"], default="zh") or "zh"
    return "zh"


def gettext(msgid: str, **params: Any) -> str:
    text = catalog().get(msgid, msgid) if locale() == "zh" else msgid
    return text % params if params else text


def ngettext(singular: str, plural: str, num: int, **params: Any) -> str:
    msgid = singular if num == 1 else plural
    return gettext(msgid, num=num, **params)


_ = gettext


class LazyText:
    """A message that is translated when it is shown; for class-level labels."""

    def __init__(self, msgid: str, **params: Any) -> None:
        self.msgid, self.params = msgid, params

    def __str__(self) -> str:
        return gettext(self.msgid, **self.params)

    def __html__(self) -> str:
        return str(escape(str(self)))


def lazy(msgid: str, **params: Any) -> LazyText:
    return LazyText(msgid, **params)


@dataclass(frozen=True)
class Text:
    """A text of a rule or a policy pack in both languages."""

    zh: str
    en: str

    def pick(self, language: str | None = None) -> str:
        return self.en if (language or locale()) == "en" else self.zh

    def __str__(self) -> str:
        return self.pick()
