"""Keeping the register: institutions, their papers, their published state."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select, update

from eldercare.audit import service as audit
from eldercare.core import clock, facts, scope
from eldercare.core.actor import Actor
from eldercare.core.db import InstitutionScoped, acting_as, check_version, lock_rows, session
from eldercare.core.errors import Invalid, NotFound
from eldercare.core.i18n import N_
from eldercare.core.pinyin import spelled
from eldercare.institutions import queries
from eldercare.institutions.models import Institution, InstitutionPaper
from eldercare.institutions.rules import search_key
from eldercare.regions.models import Region
from eldercare.regions.queries import find_named, lineage

#: What the edit form may change, besides the division.
EDITABLE = (
    "name", "legal_name", "kind", "ownership", "nature", "uscc", "address", "latitude", "longitude", "phone",
    "filed_on", "opened_on", "closed_on", "licensed_beds", "beds_mode", "floor_area_m2", "has_clinic",
    "price_low_fen", "price_high_fen", "introduction", "published",
)  # fmt: skip


def put_search_words(institution: Institution, region_names: Iterable[str]) -> None:
    """Spelling, initials and the search key; call after a change of name, address or division."""
    institution.pinyin, initials = spelled(institution.name)
    institution.initials = initials[:200]
    institution.search_key = search_key(institution.name, institution.address or "", region_names)


def create_institution(actor: Actor, *, region_code: str, **values: Any) -> Institution:
    """Enter an institution. `values` are those of EDITABLE. Raises Invalid naming fields."""
    actor.require("registry.edit")
    region = _region_in_scope(actor, region_code)
    _check(values, None)
    institution = Institution(region_id=region.id, region_path=region.path, updated_by=actor.label)
    _put(actor, institution, values, region)
    session().add(institution)
    session().flush()
    _note(actor, institution, "create", None, _shown(values) | {"region": region.code})
    return institution


def change_institution(
    actor: Actor, *, institution_id: UUID, version: int | None, region_code: str, **values: Any
) -> Institution:
    """Change what the form shows. Raises StaleVersion when somebody else changed it since."""
    actor.require("registry.edit")
    found = lock_rows(Institution, [institution_id])
    if not found:
        raise NotFound
    institution = found[0]
    check_version(institution, version)
    region = _region_in_scope(actor, region_code)
    _check(values, institution.id)
    before = {name: getattr(institution, name) for name in values} | {"region": institution.region_path}
    after = values | {"region": region.path}
    changed = [name for name in after if before[name] != after[name]]
    if not changed:
        return institution
    if region.path != institution.region_path:
        move_rows(institution.id, region.path)
        institution.region_id, institution.region_path = region.id, region.path
    _put(actor, institution, values, region)
    session().flush()
    _note(actor, institution, "change", _shown({name: before[name] for name in changed}),
          _shown({name: after[name] for name in changed}))  # fmt: skip
    return institution


def move_rows(institution_id: UUID, region_path: str) -> None:
    """Give all rows of an institution, in every slice, its new division: scope follows the institution.

    As the system, because rows outside the actor's view move too. What is closed and paid keeps its division: such
    tables belong to divisions (RegionScoped), not to the institution.
    """
    with acting_as(Actor.system("registry.move")):
        for cls in scope.scoped_classes():
            if issubclass(cls, InstitutionScoped) and hasattr(cls, "__table__"):
                model = cast(Any, cls)
                session().execute(
                    update(model).where(model.institution_id == institution_id).values(region_path=region_path),
                    execution_options={"synchronize_session": False},
                )


def _region_in_scope(actor: Actor, code: str) -> Region:
    region = find_named(code, actor.region_paths)
    if region is None or not (actor.is_system or scope.within(region.path, actor.region_paths)):
        raise Invalid.one("region_code", N_("This division is unknown or outside your scope."))
    return region


def _check(values: dict[str, Any], own_id: UUID | None) -> None:
    """What single fields cannot show."""
    low, high = values.get("price_low_fen"), values.get("price_high_fen")
    if low is not None and high is not None and low > high:
        raise Invalid.one("price_high", N_("The highest price is below the lowest."))
    if (values.get("latitude") is None) != (values.get("longitude") is None):
        raise Invalid.one("latitude", N_("Give latitude and longitude together, or neither."))
    opened, closed = values.get("opened_on"), values.get("closed_on")
    if opened is not None and closed is not None and closed < opened:
        raise Invalid.one("closed_on", N_("The institution closes before it opens."))
    if code := values.get("uscc"):
        with acting_as(Actor.system("registry.unique")):
            other = session().scalar(select(Institution.id).where(Institution.uscc == code))
        if other is not None and other != own_id:
            raise Invalid.one("uscc", N_("This credit code is already in the register."))


def _put(actor: Actor, institution: Institution, values: dict[str, Any], region: Region) -> None:
    names = [name for step in lineage(region.path)[1:] for name in (step.name, step.name_en) if name]
    for name, value in values.items():
        if name not in EDITABLE:
            raise TypeError(f"not a field of the register form: {name}")
        setattr(institution, name, value)
    institution.updated_at, institution.updated_by = clock.now(), actor.label
    put_search_words(institution, names)


def _note(
    actor: Actor, institution: Institution, verb: str, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> None:
    audit.record(
        action=f"registry.institution.{verb}",
        subject_type="institution",
        subject_id=institution.id,
        before=before,
        after=after,
        region_path=institution.region_path,
    )
    facts.record_change(
        actor,
        kind=f"institution.{verb}",
        subject_type="institution",
        subject_id=institution.id,
        region_path=institution.region_path,
        institution_id=institution.id,
        valid_from=clock.today(),
    )


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


# --- papers ---------------------------------------------------------------------------------------------------------


def record_paper(
    actor: Actor,
    *,
    institution_id: UUID,
    kind: str,
    number: str,
    issuer: str = "",
    issued_on: date | None = None,
    expires_on: date | None = None,
) -> InstitutionPaper:
    """Enter a certificate, or renew the one of the same kind and number."""
    actor.require("registry.edit")
    institution = queries.get_institution(institution_id)
    if issued_on is not None and expires_on is not None and expires_on < issued_on:
        raise Invalid.one("expires_on", N_("The certificate expires before it was issued."))
    paper = session().scalar(
        select(InstitutionPaper).where(
            InstitutionPaper.institution_id == institution.id,
            InstitutionPaper.kind == kind,
            InstitutionPaper.number == number,
        )
    )
    before = None if paper is None else {"issued_on": str(paper.issued_on), "expires_on": str(paper.expires_on)}
    if paper is None:
        paper = InstitutionPaper(
            institution_id=institution.id, region_path=institution.region_path, kind=kind, number=number
        )
        session().add(paper)
    paper.issuer, paper.issued_on, paper.expires_on = issuer, issued_on, expires_on
    paper.recorded_at, paper.recorded_by = clock.now(), actor.label
    session().flush()
    audit.record(
        action="registry.paper.record",
        subject_type="institution",
        subject_id=institution.id,
        before=before,
        after={"kind": kind, "issued_on": str(issued_on), "expires_on": str(expires_on)},
        region_path=institution.region_path,
    )
    return paper


def remove_paper(actor: Actor, *, institution_id: UUID, paper_id: UUID) -> None:
    """Take out a certificate that was entered by mistake; the audit trail keeps what it said."""
    actor.require("registry.edit")
    paper = queries.get_paper(institution_id, paper_id)
    session().delete(paper)
    session().flush()
    audit.record(
        action="registry.paper.remove",
        subject_type="institution",
        subject_id=institution_id,
        before={"kind": paper.kind, "number": paper.number, "expires_on": str(paper.expires_on)},
        region_path=paper.region_path,
    )
