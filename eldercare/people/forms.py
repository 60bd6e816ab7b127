"""From validated input to the values the services take."""

from __future__ import annotations

from typing import Any

from eldercare.people.rules import Kind, Sex
from eldercare.people.service import NewElder

FACT_FIELDS = (Kind.ECONOMIC_CATEGORY, Kind.LIVING_SITUATION, Kind.URBAN_RURAL)


def new_elder(values: dict[str, Any]) -> NewElder:
    """Household registration is where the person lives, unless said otherwise."""
    return NewElder(
        name=values["name"],
        sex=Sex(values["sex"]),
        birth_date=values["birth_date"],
        residence=values["residence"],
        hukou=values["hukou"] or values["residence"],
        id_number=values["id_number"],
        phone=values["phone"],
        since=values["since"],
        facts={kind: values[kind] for kind in FACT_FIELDS if values[kind]},
    )
