"""Column mappings: which column of somebody's register is which fact of ours. Data, strictly read.

`eldercare/institutions/mappings/<name>.yaml`; every key is known or the file is refused with its place.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from eldercare.core.errors import NotFound
from eldercare.core.i18n import N_, Text
from eldercare.institutions.rules import SCHEMES, Kind, Nature, Ownership
from eldercare.policy.shape import Node
from eldercare.policy.strict_yaml import parse

FOLDER = Path(__file__).resolve().parent.parent / "mappings"

#: Facts a mapping may fill, with how their cell is read (see records.py).
TARGETS: dict[str, str] = {
    "number": "text", "name": "text", "legal_name": "text", "kind": "choice", "ownership": "choice", "nature": "choice",
    "uscc": "uscc", "address": "text", "phone": "text", "region": "region", "filed_on": "date", "opened_on": "date",
    "licensed_beds": "whole", "nursing_beds": "whole", "ordinary_beds": "whole", "residents": "decimal",
    "nursing_residents": "decimal", "ordinary_residents": "decimal", "floor_area_m2": "whole", "has_clinic": "yes_no",
    "price_low_fen": "yuan", "price_high_fen": "yuan", "latitude": "degrees", "longitude": "degrees",
    "introduction": "text", "stars": "whole", "rated_on": "date", "rated_until": "date", "certificate": "text",
    "rating_footnote": "text", "last_inspected_on": "date", "as_of": "date",
}  # fmt: skip
LONGEST = {
    "number": 60, "name": 200, "legal_name": 200, "address": 300, "phone": 40, "introduction": 2000, "certificate": 80,
    "rating_footnote": 200,
}  # fmt: skip
CHOICES: dict[str, set[str]] = {"kind": set(Kind), "ownership": set(Ownership), "nature": set(Nature)}
BED_TYPES = {"nursing", "ordinary", "dementia"}


@dataclass(frozen=True)
class Cell:
    """Where a fact comes from: columns joined, or a fixed value; `choices` translate the cell's words."""

    columns: tuple[str, ...] = ()
    join: str = ""
    fixed: str | None = None
    required: bool = False
    choices: dict[str, str] = field(default_factory=dict)
    template: str | None = None


@dataclass(frozen=True)
class BedCountRule:
    """Beds and residents of one type; the occupied beds are the residents rounded half up."""

    bed_type: str
    total: str
    occupied: str


@dataclass(frozen=True)
class Mapping:
    name: str
    title: Text
    note: Text
    register: str
    cells: dict[str, Cell]
    ignored: frozenset[str]
    ignore_others: bool
    all_columns: bool
    rating_scheme: str | None
    bed_counts: tuple[BedCountRule, ...]
    content_hash: str

    def columns(self) -> list[str]:
        """Every column that the mapping reads, in its order."""
        return list(dict.fromkeys(column for cell in self.cells.values() for column in cell.columns))

    def needed_columns(self) -> list[str]:
        if self.all_columns:
            return self.columns()
        return [column for cell in self.cells.values() if cell.required for column in cell.columns]


def mapping_names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


@lru_cache(maxsize=16)
def get_mapping(name: str) -> Mapping:
    """A shipped mapping. Raises NotFound naming those there are."""
    if name not in mapping_names():
        raise NotFound(N_("There is no mapping of this name. There are: %(names)s"), names=", ".join(mapping_names()))
    path = FOLDER / f"{name}.yaml"
    return read_mapping(path.name, path.read_bytes())


def all_mappings() -> list[Mapping]:
    return [get_mapping(name) for name in mapping_names()]


def read_mapping(file: str, content: bytes) -> Mapping:
    """Raises PackError with file, path and reason for an unknown key, target, choice or scheme."""
    top = Node(file, "", parse(file, content))
    top.fields(
        {"mapping", "title", "note", "register", "fields"},
        {"ignored_columns", "other_columns", "missing_columns", "rating_scheme", "bed_counts"},
    )
    cells = {target: _cell(node, target) for target, node in top["fields"].items()}
    if missing := {"name", "kind", "region"} - cells.keys():
        top["fields"].refuse(f"missing {', '.join(sorted(missing))}")
    if not {"number", "uscc"} & cells.keys():
        top["fields"].refuse("a row must be known again by number or uscc")
    others = top.get("other_columns")
    missing_columns = top.get("missing_columns")
    ignored = top.get("ignored_columns")
    scheme = top.get("rating_scheme")
    if ("stars" in cells) != (scheme is not None):
        top.refuse("stars and rating_scheme belong together")
    return Mapping(
        name=top["mapping"].text(),
        title=top["title"].both(),
        note=top["note"].both(),
        register=top["register"].text(),
        cells=cells,
        ignored=frozenset(node.text() for node in ignored.list()) if ignored else frozenset(),
        ignore_others=others is not None and others.one_of({"ignore", "refuse"}) == "ignore",
        all_columns=missing_columns is None or missing_columns.one_of({"refuse", "allow"}) == "refuse",
        rating_scheme=scheme.one_of(set(SCHEMES)) if scheme else None,
        bed_counts=_bed_counts(top.get("bed_counts"), set(cells)),
        content_hash=hashlib.sha256(content).hexdigest(),
    )


def _cell(node: Node, target: str) -> Cell:
    if target not in TARGETS:
        node.refuse(f"unknown fact (known: {', '.join(sorted(TARGETS))})")
    node.fields(set(), {"column", "columns", "join", "value", "required", "choices", "template"})
    given = {key for key in ("column", "columns", "value") if node.get(key)}
    if len(given) != 1:
        node.refuse("give one of column, columns, value")
    if "columns" in given:
        columns = tuple(child.text() for child in node["columns"].list())
    else:
        columns = (node["column"].text(),) if "column" in given else ()
    template = node.get("template")
    if template is not None and target != "region":
        template.refuse("only the region is made from a template")
    join, fixed = node.get("join"), node.get("value")
    return Cell(
        columns=columns,
        join=str(join.data) if join else "",
        fixed=fixed.text() if fixed else None,
        required=_flag(node.get("required")),
        choices=_choices(node.get("choices"), target),
        template=template.text() if template else None,
    )


def _flag(node: Node | None) -> bool:
    if node is None:
        return False
    if not isinstance(node.data, bool):
        node.refuse("true or false was expected")
    return bool(node.data)


def _choices(node: Node | None, target: str) -> dict[str, str]:
    if node is None:
        return {}
    found: dict[str, str] = {}
    for word, child in node.items():
        found[word] = child.one_of(CHOICES[target]) if target in CHOICES else child.text()
    return found


def _bed_counts(node: Node | None, known: set[str]) -> tuple[BedCountRule, ...]:
    rules = []
    for child in node.list() if node else []:
        child.fields({"type", "total", "occupied"})
        rules.append(
            BedCountRule(child["type"].one_of(BED_TYPES), child["total"].one_of(known), child["occupied"].one_of(known))
        )
    return tuple(rules)
