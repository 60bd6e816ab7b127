"""Register an elder, mend name, sex, birth date and phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from eldercare.audit import service as audit
from eldercare.core import clock, identifiers
from eldercare.core.actor import Actor
from eldercare.core.crypto import keyring
from eldercare.core.db import acting_as, check_version, lock_rows, session
from eldercare.core.effects import emit
from eldercare.core.errors import Conflict, Invalid, NotFound, Problem
from eldercare.core.facts import record_change
from eldercare.core.i18n import N_
from eldercare.core.pinyin import spelled_person
from eldercare.core.scope import within
from eldercare.people import queries
from eldercare.people.models import Circumstance, Elder
from eldercare.people.rules import Ground, Kind, Origin, Sex, check_value, rows_of_institutions
from eldercare.people.service.grants import add_grant
from eldercare.regions.queries import find_region

#: The same sentence whoever holds the number, so that it tells nothing of a person outside the actor's scope.
TAKEN = N_("This ID number cannot be registered here. Please ask the civil affairs office of the place of residence.")


@dataclass(frozen=True)
class NewElder:
    """`residence` and `hukou` are division codes; `facts` further circumstances that hold from `since` on."""

    name: str
    sex: Sex
    birth_date: date
    residence: str
    hukou: str
    id_number: str | None = None
    phone: str | None = None
    since: date | None = None
    facts: Mapping[Kind, str] = field(default_factory=dict)


def register(actor: Actor, new: NewElder, *, institution_id: UUID | None = None) -> Elder:
    """A new elder, or - for an institution that has person, name and ID before it - the one already on file.

    Raises Invalid naming the fields, Conflict when the number is on file.
    """
    actor.require("people.edit")
    institution_id = _own_institution(actor, institution_id)
    number, paths = _checked(actor, new, institution_id)
    if number is not None and (known := _on_file(number)):
        return _claim(actor, known, new, institution_id)
    pinyin, initials = spelled_person(new.name)
    elder = Elder(
        name=new.name, name_pinyin=pinyin, name_initials=initials, sex=new.sex, birth_date=new.birth_date,
        region_path=paths["residence"], hukou_path=paths["hukou"],
    )  # fmt: skip
    if number is not None:
        elder.id_number, elder.id_index = keyring().encrypt(number), queries.id_index(number)
    _set_phone(elder, new.phone)
    session().add(elder)
    session().flush()
    _first_facts(actor, elder, new)
    if institution_id is not None:
        add_grant(actor, elder, Ground.STAY, institution_id=institution_id, valid=Range(clock.today(), None))
    audit.record(
        action="people.elder.register", subject_type="elder", subject_id=elder.id, region_path=elder.region_path,
        after={"sex": elder.sex, "facts": sorted(new.facts)},
    )  # fmt: skip
    record_change(
        actor, kind="elder.registered", subject_type="elder", subject_id=elder.id, region_path=elder.region_path,
        valid_from=new.since or clock.today(),
    )  # fmt: skip
    return elder


def _own_institution(actor: Actor, institution_id: UUID | None) -> UUID | None:
    """Whose resident the person becomes. An operator registers for an institution of its own only."""
    if institution_id is not None:
        if not actor.is_system and institution_id not in actor.institution_ids:
            raise NotFound
        return institution_id
    if rows_of_institutions(actor):
        if len(actor.institution_ids) != 1:
            raise Invalid.one("institution_id", N_("Say for which of your institutions."))
        return next(iter(actor.institution_ids))
    return None


def _checked(actor: Actor, new: NewElder, institution_id: UUID | None) -> tuple[str | None, dict[str, str]]:
    """The cleaned ID number and the region paths. Raises Invalid with every problem at once."""
    problems: list[Problem] = []
    paths: dict[str, str] = {}
    for name, code in (("residence", new.residence), ("hukou", new.hukou)):
        region = find_region(code)
        if region is None:
            problems.append(Problem(name, N_("There is no division with this code.")))
        else:
            paths[name] = region.path
    number = None
    if new.id_number:
        try:
            number = identifiers.parse_resident_id(new.id_number)
        except Invalid as error:
            problems += error.problems
        else:
            problems += _disagreements(number, new)
    if new.birth_date > clock.today():
        problems.append(Problem("birth_date", N_("The birth date lies in the future.")))
    for kind, value in new.facts.items():
        try:
            check_value(kind, value)
        except Invalid as error:
            problems += [Problem(str(kind), p.msgid, p.params) for p in error.problems]
    if problems:
        raise Invalid(problems)
    outside = not any(within(path, actor.region_paths) for path in paths.values())
    if institution_id is None and not actor.is_system and outside:
        raise Invalid.one("residence", N_("Neither residence nor household registration lies in your division."))
    return number, paths


def _disagreements(number: str, new: NewElder) -> list[Problem]:
    found = []
    if identifiers.birth_date(number) != new.birth_date:
        found.append(Problem("birth_date", N_("The birth date differs from the one inside the ID number.")))
    if identifiers.sex(number) != new.sex:
        found.append(Problem("sex", N_("The sex differs from the one inside the ID number.")))
    return found


def _on_file(number: str) -> Elder | None:
    """Whether anybody anywhere holds the number. The system looks, the actor does not."""
    with acting_as(Actor.system("people.duplicate")):
        return session().scalar(select(Elder).where(Elder.id_index == queries.id_index(number)))


def _claim(actor: Actor, known: Elder, new: NewElder, institution_id: UUID | None) -> Elder:
    """An institution that knows full number, name and birth date of a person on file may see the file from today."""
    same = known.name == new.name and known.birth_date == new.birth_date
    if institution_id is None or not same or known.death_date is not None:
        raise Conflict(TAKEN)
    if queries.find_elder(known.id) is not None:
        return known
    add_grant(actor, known, Ground.STAY, institution_id=institution_id, valid=Range(clock.today(), None))
    audit.record(
        action="people.elder.claim", subject_type="elder", subject_id=known.id, region_path=known.region_path,
        after={"institution_id": str(institution_id)},
    )  # fmt: skip
    return known


def _first_facts(actor: Actor, elder: Elder, new: NewElder) -> None:
    since = new.since or clock.today()
    facts = {Kind.RESIDENCE: new.residence, Kind.HUKOU: new.hukou, **new.facts}
    session().add_all(
        Circumstance(
            elder_id=elder.id, kind=kind, value=value, valid=Range(since, None), origin=Origin.OFFICE,
            recorded_by=actor.label,
        )
        for kind, value in facts.items()
    )  # fmt: skip
    session().flush()


def _set_phone(elder: Elder, phone: str | None) -> None:
    if not phone:
        elder.phone = elder.phone_index = None
        return
    number = identifiers.clean(phone).replace("-", "")
    if not (number.removeprefix("+").isascii() and number.removeprefix("+").isdigit() and 5 <= len(number) <= 16):
        raise Invalid.one("phone", N_("A phone number has 5 to 15 digits."))
    elder.phone, elder.phone_index = keyring().encrypt(number), queries.phone_index(number)


def edit_elder(
    actor: Actor, elder_id: UUID, *, version: int | None, name: str, sex: Sex, birth_date: date,
    phone: str | None = None, remove_phone: bool = False,
) -> Elder:  # fmt: skip
    """Mend what was written down wrongly. An absent `phone` keeps the number on file. Raises NotFound, StaleVersion."""
    actor.require("people.edit")
    locked = lock_rows(Elder, [elder_id])
    if not locked:
        raise NotFound
    elder = locked[0]
    check_version(elder, version)
    _check_identity(elder, sex, birth_date)
    before: dict[str, Any] = {"sex": elder.sex, "birth_date": elder.birth_date.isoformat()}
    born_before = elder.birth_date
    elder.name, elder.sex, elder.birth_date = name, sex, birth_date
    elder.name_pinyin, elder.name_initials = spelled_person(name)
    if phone or remove_phone:
        _set_phone(elder, phone)
    session().flush()
    audit.record(
        action="people.elder.edit", subject_type="elder", subject_id=elder.id, region_path=elder.region_path,
        before=before, after={"sex": elder.sex, "birth_date": elder.birth_date.isoformat(), "phone_changed": bool(phone)},
    )  # fmt: skip
    if birth_date != born_before:
        record_change(
            actor, kind="elder.birth_date", subject_type="elder", subject_id=elder.id, region_path=elder.region_path
        )
        emit("elder.changed", actor=actor, elder_id=elder.id, kind="birth_date", valid_from=None)
    return elder


def _check_identity(elder: Elder, sex: Sex, birth_date: date) -> None:
    problems = []
    if elder.id_number is not None:
        number = keyring().decrypt(elder.id_number)
        if identifiers.birth_date(number) != birth_date:
            problems.append(Problem("birth_date", N_("The birth date differs from the one inside the ID number.")))
        if identifiers.sex(number) != sex:
            problems.append(Problem("sex", N_("The sex differs from the one inside the ID number.")))
    if birth_date > (elder.death_date or clock.today()):
        problems.append(Problem("birth_date", N_("The birth date lies after the death or in the future.")))
    if problems:
        raise Invalid(problems)
