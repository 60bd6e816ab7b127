"""Reading one cell: text to value, or a sentence saying what is wrong with it. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from eldercare.core.errors import Invalid
from eldercare.core.i18n import N_
from eldercare.core.identifiers import parse_credit_code
from eldercare.institutions.imports.mapping import CHOICES, LONGEST, Cell
from eldercare.regions.rules import full_code

_WHOLE = re.compile(r"[0-9]{1,9}")
_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,12})?")
_DATES = (
    re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"),
    re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})"),
    re.compile(r"([0-9]{4})\.([0-9]{1,2})\.([0-9]{1,2})"),
    re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日"),
    re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})"),
)
_YES = {"是", "有", "y", "yes", "true", "1", "√"}
_NO = {"否", "无", "n", "no", "false", "0", "×"}
MOST_BEDS = 100_000


class Wrong(Exception):
    """The cell cannot be read: a message id with its values."""

    def __init__(self, msgid: str, **params: Any) -> None:
        super().__init__(msgid)
        self.msgid, self.params = msgid, params


def read_text(text: str, target: str) -> str:
    longest = LONGEST.get(target, 200)
    if len(text) > longest:
        raise Wrong(N_("This has %(count)s characters; at most %(most)s are taken."), count=len(text), most=longest)
    if any(unicodedata.category(c) == "Cc" and c not in "\n\r\t" for c in text):
        raise Wrong(N_("This holds control characters."))
    return text


def read_whole(text: str, target: str) -> int:
    plain = _plain(text)
    if not _WHOLE.fullmatch(plain):
        raise Wrong(N_("“%(text)s” is not a whole number."), text=text[:40])
    value = int(plain)
    if target == "stars" and not 1 <= value <= 5:
        raise Wrong(N_("Stars go from 1 to 5, not %(text)s."), text=text[:40])
    if value > MOST_BEDS * 100:
        raise Wrong(N_("“%(text)s” is too large."), text=text[:40])
    return value


def read_decimal(text: str, target: str) -> Decimal:
    plain = _plain(text)
    if not _DECIMAL.fullmatch(plain):
        raise Wrong(N_("“%(text)s” is not a number from 0 up."), text=text[:40])
    value = Decimal(plain)
    if value > MOST_BEDS:
        raise Wrong(N_("“%(text)s” is too large."), text=text[:40])
    return value.normalize() + 0 if value else Decimal(0)


def read_yuan(text: str, target: str) -> int:
    """Yuan with at most two decimals, as fen."""
    plain = _plain(text).removesuffix("元").replace(",", "")
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,2})?", plain):
        raise Wrong(N_("“%(text)s” is not an amount in yuan with at most two decimals."), text=text[:40])
    return int(Decimal(plain) * 100)


def read_degrees(text: str, target: str) -> float:
    most = 90 if target == "latitude" else 180
    plain = _plain(text)
    if not _DEGREES.fullmatch(plain) or abs(Decimal(plain)) > most:
        raise Wrong(N_("“%(text)s” is not a position in degrees."), text=text[:40])
    return float(plain)


def read_date(text: str, target: str) -> date:
    plain = _plain(text)
    for pattern in _DATES:
        if match := pattern.fullmatch(plain):
            try:
                found = date(*(int(part) for part in match.groups()))
            except ValueError:
                break
            if 1800 <= found.year <= 2200:
                return found
    raise Wrong(N_("“%(text)s” is not a date. Write it as YYYY-MM-DD."), text=text[:40])


def read_yes_no(text: str, target: str) -> bool:
    word = _plain(text).lower()
    if word in _YES or word in _NO:
        return word in _YES
    raise Wrong(N_("“%(text)s” is neither yes nor no."), text=text[:40])


def read_uscc(text: str, target: str) -> str:
    try:
        return parse_credit_code(text, field=target)
    except Invalid as error:
        raise Wrong(error.problems[0].msgid) from None


def read_choice(text: str, target: str) -> str:
    """A word of ours; the mapping's own words were translated before."""
    if text in CHOICES[target]:
        return text
    raise Wrong(N_("“%(text)s” is not a known word here."), text=text[:40])


READERS: dict[str, Callable[[str, str], Any]] = {
    "text": read_text, "whole": read_whole, "decimal": read_decimal, "yuan": read_yuan, "degrees": read_degrees,
    "date": read_date, "yes_no": read_yes_no, "uscc": read_uscc, "choice": read_choice,
    "region": lambda text, _target: full_code(text)[:40],
}  # fmt: skip


def raw_text(cell: Cell, row: dict[str, str]) -> str:
    """The text of a cell: fixed, one column, or several joined; '' when it says nothing."""
    if cell.fixed is not None:
        return cell.fixed
    parts = [row.get(column, "").strip() for column in cell.columns]
    if cell.template is not None:
        return cell.template.format(*map(_slug, parts)) if all(parts) else ""
    return cell.join.join(part for part in parts if part)


def translated(cell: Cell, text: str, target: str) -> str:
    if not cell.choices:
        return text
    if text in cell.choices:
        return cell.choices[text]
    known = {**CHOICES}.get(target, set()) | set(cell.choices.values())
    if text in known:
        return text
    words = "、".join(cell.choices)
    raise Wrong(N_("“%(text)s” is not one of: %(words)s"), text=text[:40], words=words)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
