"""What pages and API show of an elder: numbers always masked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

from eldercare.core.crypto import keyring, mask_id, mask_phone
from eldercare.core.errors import TooLarge
from eldercare.core.i18n import N_, gettext
from eldercare.people.models import Circumstance, Elder
from eldercare.people.rules import DISABILITY_TYPES, VALUES, Kind, age_on

T = TypeVar("T")


EXPORT_LIMIT = 20_000


def whole(rows: Sequence[T]) -> Sequence[T]:
    """Rows asked for with a limit of EXPORT_LIMIT + 1: a list that was cut off is refused, never handed out as whole."""
    if len(rows) > EXPORT_LIMIT:
        raise TooLarge(N_("The list has more than %(most)s rows. Narrow it by division or search."), most=EXPORT_LIMIT)
    return rows


def masked_id(elder: Elder) -> str | None:
    return mask_id(keyring().decrypt(elder.id_number)) if elder.id_number else None


def masked_phone(elder: Elder) -> str | None:
    return mask_phone(keyring().decrypt(elder.phone)) if elder.phone else None


def age_text(elder: Elder, today: date) -> str:
    """Whole years, of the dead those at death."""
    return str(age_on(elder.birth_date, elder.death_date or today))


def value_text(kind: str, value: str, regions: dict[str, str] | None = None) -> str:
    """The value in the reader's language. `regions`: names by division code."""
    found = Kind(kind)
    if found in VALUES:
        return gettext(VALUES[found].get(value, value))
    if found is Kind.DISABILITY:
        if value == "none":
            return gettext("None")
        sort, _, degree = value.partition(":")
        return gettext("%(sort)s, degree %(degree)s", sort=gettext(DISABILITY_TYPES[sort]), degree=degree)
    return f"{regions[value]} ({value})" if regions and value in regions else value


def api_elder(elder: Elder) -> dict[str, Any]:
    return {
        "id": elder.id,
        "name": elder.name,
        "sex": elder.sex,
        "birth_date": elder.birth_date,
        "death_date": elder.death_date,
        "id_number": masked_id(elder),
        "phone": masked_phone(elder),
        "region_path": elder.region_path,
        "hukou_path": elder.hukou_path,
        "version": elder.version,
    }


def api_fact(fact: Circumstance) -> dict[str, Any]:
    return {
        "kind": fact.kind,
        "value": fact.value,
        "valid_from": fact.valid.lower,
        "valid_to": fact.valid.upper,
        "origin": fact.origin,
        "recorded_at": fact.recorded_at,
    }
