"""The named cast of all tests: who they are and what they may see. Each page has its stranger."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

NAMESPACE = UUID("5d6b6f9a-6a55-4f3e-9a55-0e1de9c0a001")
CITY = "/cn/37/3702/"
DISTRICT_A = "/cn/37/3702/370202/"
DISTRICT_B = "/cn/37/3702/370203/"
TOWN_A = "/cn/37/3702/370202/370202001/"
TOWN_B = "/cn/37/3702/370203/370203001/"
INSTITUTION_1 = uuid5(NAMESPACE, "institution 1 in district A")
INSTITUTION_2 = uuid5(NAMESPACE, "institution 2 in district B")


@dataclass(frozen=True)
class Member:
    """One of the cast; `role` is None for the public."""

    name: str
    title: str
    role: str | None
    region_paths: tuple[str, ...] = ()
    institution_ids: tuple[UUID, ...] = ()
    elder_ids: tuple[UUID, ...] = ()

    @property
    def user_id(self) -> UUID:
        return uuid5(NAMESPACE, self.name)

    @property
    def email(self) -> str:
        return f"{self.name.replace('_', '-')}@cast.example"


ELDER_OF_FAMILY = uuid5(NAMESPACE, "the elder of the family")
MEMBERS = (
    Member("official_city", "Official of the city", "official", (CITY,)),
    Member("official_a", "Official of district A", "official", (DISTRICT_A,)),
    Member("official_a2", "Second official of district A", "official", (DISTRICT_A,)),
    Member("official_b", "Official of district B", "official", (DISTRICT_B,)),
    Member("operator_1", "Operator of institution 1", "operator", (), (INSTITUTION_1,)),
    Member("operator_2", "Operator of institution 2", "operator", (), (INSTITUTION_2,)),
    Member("assessor", "Assessor in district A", "assessor", (DISTRICT_A,)),
    Member("inspector", "Inspector in district A", "inspector", (DISTRICT_A,)),
    Member("evaluator", "Evaluator of the city", "evaluator", (CITY,)),
    Member("community_worker", "Community worker of a town in A", "community_worker", (TOWN_A,)),
    Member("family", "Family of an elder", "family", (), (), (ELDER_OF_FAMILY,)),
    Member("administrator", "Administrator", "administrator", ("/cn/",)),
    Member("public", "The public", None),
)
CAST = {member.name: member for member in MEMBERS}
