"""Facts of many persons as two tables, and their canonical bytes.

`persons`: one row a person. `facts`: one row a fact with the days `[valid_from, valid_to)` for which it holds.
The canonical rows are what is hashed and kept with a run; their order does not depend on how they were read.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

PERSON_SCHEMA = {
    "elder_id": pl.String,
    "birth_date": pl.Date,
    "death_date": pl.Date,
    "region_path": pl.String,
}
FACT_SCHEMA = {
    "elder_id": pl.String,
    "fact_id": pl.Int64,
    "kind": pl.String,
    "value": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "origin": pl.String,
}
#: What the engine reads; `county_group` only when a person is given without a division.
FACT_KINDS = ("economic_category", "self_care_tier", "support_setting", "urban_rural", "residence")
_SEPARATOR = b"--facts--\n"


@dataclass(frozen=True)
class Frame:
    persons: pl.DataFrame
    facts: pl.DataFrame

    @classmethod
    def of(cls, persons: pl.DataFrame, facts: pl.DataFrame) -> Frame:
        """A frame in canonical order, with exactly the known columns."""
        return cls(
            persons.select(pl.col(name).cast(kind) for name, kind in PERSON_SCHEMA.items()).sort("elder_id"),
            facts.select(pl.col(name).cast(kind) for name, kind in FACT_SCHEMA.items()).sort(
                "elder_id", "kind", "valid_from", "fact_id", nulls_last=True
            ),
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> Frame:
        persons, facts = content.split(_SEPARATOR, 1)
        return cls(
            pl.read_csv(io.BytesIO(persons), schema=PERSON_SCHEMA),
            pl.read_csv(io.BytesIO(facts), schema=FACT_SCHEMA),
        )

    @classmethod
    def unpack(cls, packed: bytes) -> Frame:
        return cls.from_bytes(zlib.decompress(packed))

    def to_bytes(self) -> bytes:
        """The canonical rows."""
        return self.persons.write_csv().encode() + _SEPARATOR + self.facts.write_csv().encode()

    def packed(self) -> tuple[bytes, str]:
        """The canonical rows compressed for keeping, and the hash over the rows themselves."""
        content = self.to_bytes()
        return zlib.compress(content, 1), hashlib.sha256(content).hexdigest()

    def chunks(self, size: int) -> Iterator[Frame]:
        """Parts of at most `size` persons, each with its facts."""
        for offset in range(0, self.persons.height, size):
            persons = self.persons.slice(offset, size)
            facts = self.facts.join(persons.select("elder_id"), on="elder_id", how="semi", maintain_order="left")
            yield Frame(persons, facts)

    def person(self, elder_id: str) -> Frame:
        """One person with all facts, for an explanation."""
        mine = pl.col("elder_id") == elder_id
        return Frame(self.persons.filter(mine), self.facts.filter(mine))
