"""Golden cases of a pack: persons in few words and the amounts that a human worked out by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from eldercare.core.money import fen_of
from eldercare.policy import strict_yaml
from eldercare.policy.shape import Node
from eldercare.policy.shipped import PACKS_DIR

CASES_FILE = "cases.yaml"
FACTS = {"urban_rural", "self_care_tier", "support_setting", "economic_category"}


@dataclass(frozen=True)
class Case:
    """`facts` of the person from the beginning, and `changes`: from a day on, other values of some of them."""

    pack: str
    name: str
    month: str
    division: str
    born: date
    died: date | None
    facts: dict[str, str]
    changes: tuple[tuple[date, dict[str, str]], ...]
    lines: dict[str, int]
    arithmetic: str


def shipped_cases() -> list[Case]:
    """The cases of every shipped pack. Raises PackError when a file is wrong."""
    return [case for file in sorted(PACKS_DIR.glob(f"*/{CASES_FILE}")) for case in read(file.parent.name, file)]


def read(pack: str, file: Path) -> list[Case]:
    name = f"packs/{pack}/{CASES_FILE}"
    # The strict reader wants a mapping at the top: the list goes under one key.
    content = b"cases:\n" + file.read_bytes()
    return [_case(pack, node) for node in Node(name, "", strict_yaml.parse(name, content))["cases"].list()]


def _case(pack: str, node: Node) -> Case:
    node.fields({"name", "month", "person", "lines", "arithmetic"}, {"changes"})
    person = node["person"]
    person.fields({"division", "born"}, FACTS | {"died"})
    died = person.get("died")
    changes = node.get("changes")
    return Case(
        pack=pack,
        name=node["name"].text(),
        month=str(node["month"].data),
        division=person["division"].text(),
        born=person["born"].date(),
        died=died.date() if died else None,
        facts={key: child.text() for key, child in person.items() if key in FACTS},
        changes=tuple(_change(child) for child in changes.list()) if changes else (),
        lines={key: fen_of(child.text()) for key, child in node["lines"].items()},
        arithmetic=node["arithmetic"].text(),
    )


def _change(node: Node) -> tuple[date, dict[str, str]]:
    node.fields({"from"}, FACTS | {"division"})
    return node["from"].date(), {key: child.text() for key, child in node.items() if key != "from"}
