"""Public identifiers: the 18-digit resident ID and the 18-character unified social credit code."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Literal

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from eldercare.core.errors import Invalid
from eldercare.core.i18n import N_

_RESIDENT_ID = re.compile(r"[1-9][0-9]{16}[0-9X]")  # not \d: that takes the digits of every script
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


def clean(text: str) -> str:
    """Full-width to half-width, capitals, no spaces: what people type or paste becomes comparable."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()


def is_resident_id(text: str) -> bool:
    """By check digit and birth date only.

    The division code at the front is not looked up: people keep the code of a county that was dissolved since.
    """
    return _RESIDENT_ID.fullmatch(text) is not None and text[17] == check_digit(text) and birth_date(text) is not None


def check_digit(text: str) -> str:
    """ISO 7064 MOD 11-2 over the first 17 digits (GB 11643-1999)."""
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(text[:17], _WEIGHTS, strict=True)) % 11]


def birth_date(resident_id: str) -> date | None:
    """The date in the number; None when there is no such day."""
    try:
        return date(int(resident_id[6:10]), int(resident_id[10:12]), int(resident_id[12:14]))
    except ValueError:
        return None


def sex(resident_id: str) -> Literal["m", "f"]:
    """The 17th digit: odd is male."""
    return "m" if int(resident_id[16]) % 2 else "f"


def parse_resident_id(text: str, *, field: str = "id_number") -> str:
    """The cleaned number. Raises Invalid naming `field`; the message does not repeat the number."""
    number = clean(text)
    if not _RESIDENT_ID.fullmatch(number):
        raise Invalid.one(field, N_("A resident ID has 17 digits and then a digit or X."))
    if birth_date(number) is None:
        raise Invalid.one(field, N_("The birth date inside the ID number is no real day."))
    if number[17] != check_digit(number):
        raise Invalid.one(field, N_("The check digit of the ID number is wrong; please look for a typing error."))
    return number


def parse_credit_code(text: str, *, field: str = "credit_code") -> str:
    """The cleaned code. Raises Invalid naming `field`."""
    code = clean(text)
    try:
        return str(uscc.validate(code))
    except ValidationError:
        raise Invalid.one(
            field, N_("A unified social credit code has 18 characters and a check digit; this one does not fit.")
        ) from None
