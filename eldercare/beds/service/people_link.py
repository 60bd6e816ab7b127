"""What a stay means for the person's file: who may be admitted, and that the institution may see its resident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from eldercare.beds.models import Bed
from eldercare.beds.queries import lookup
from eldercare.core import identifiers
from eldercare.core.actor import Actor
from eldercare.core.errors import Invalid
from eldercare.core.i18n import N_
from eldercare.people import service as people
from eldercare.people.rules import Sex
from eldercare.people.service import grants
from eldercare.regions.queries import find_region


@dataclass(frozen=True)
class NewPerson:
    """Whoever stands at the desk with an identity card: full number and name, both as printed there.

    `residence` and `hukou` are division codes; they matter only for a person who is not on file yet.
    """

    id_number: str
    name: str
    residence: str | None = None
    hukou: str | None = None


def elder_to_admit(actor: Actor, bed: Bed, *, elder_id: UUID | None, new_person: NewPerson | None) -> lookup.Elder:
    """The person, locked: one in scope by id, or anybody by card. Nothing is told about persons out of scope."""
    if (elder_id is None) == (new_person is None):
        raise Invalid.one("elder_id", N_("Choose a person, or give the ID number and the name."))
    if new_person is not None:
        elder_id = _registered(actor, bed, new_person)
    assert elder_id is not None
    return lookup.lock_elders([elder_id])[elder_id]


def _registered(actor: Actor, bed: Bed, person: NewPerson) -> UUID:
    """A new file, or the one that number and name unlock; sex and birth date are those inside the number.

    Residence defaults to the institution's division, the household registration to the division in the number.
    """
    number = identifiers.parse_resident_id(person.id_number)
    birth_date = identifiers.birth_date(number)
    assert birth_date is not None
    here = bed.region_path.rstrip("/").rsplit("/", 1)[1]
    residence = person.residence or here
    hukou = person.hukou or (number[:6] if find_region(number[:6]) else residence)
    new = people.NewElder(
        name=person.name.strip(), sex=Sex(identifiers.sex(number)), birth_date=birth_date, residence=residence,
        hukou=hukou, id_number=number,
    )  # fmt: skip
    return people.register(actor, new, institution_id=bed.institution_id).id


def grant(actor: Actor, elder_id: UUID, bed: Bed, since: date) -> None:
    """The institution may see its resident from the day of admission."""
    grants.grant_stay(actor, elder_id=elder_id, institution_id=bed.institution_id, valid_from=since)


def end_grant(actor: Actor, elder_id: UUID, bed: Bed, last_day: date) -> None:
    """... and until the end of the day of discharge."""
    grants.end_stay_grants(
        actor, elder_id=elder_id, institution_id=bed.institution_id, ends_on=last_day + timedelta(days=1)
    )


def regrant(actor: Actor, elder_id: UUID, bed: Bed, since: date, last_day: date | None) -> None:
    """After a correction of the dates; the elder's row is locked and in scope by the grant that is replaced."""
    grant(actor, elder_id, bed, since)
    if last_day is not None:
        end_grant(actor, elder_id, bed, last_day)


def record_death(actor: Actor, elder_id: UUID, day: date) -> None:
    people.record_death(actor, elder_id=elder_id, died_on=day)
