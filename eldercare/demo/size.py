"""How much of everything: the full city of the demonstration, and a small one for tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

CITY, YANTAI, GANSU, FOREIGN = "370200", "370600", "620000", "us"
#: First day of the story of destitute elders: their tables of amounts begin in 2019.
STORY_BEGINS = date(2018, 1, 1)
YEARS_OF_STAYS = 3
#: Share of towns and streets with a centre: the city's plan, base year 2020 (71 %).
CENTRE_SHARE = Fraction(71, 100)
#: Share of nursing-type beds: the city's plan, base year 2020 (58.9 %).
NURSING_SHARE = Fraction(589, 1000)


@dataclass(frozen=True)
class Size:
    homes: int
    beds: int
    stations: int
    home_beds: int
    elders: int
    assessments: int
    destitute: int
    inspectors: int
    foreign_inspectors: int
    homes_with_counts: int


FULL = Size(
    homes=300, beds=62_000, stations=1_000, home_beds=8_000, elders=200_000, assessments=60_000,
    destitute=3_000, inspectors=40, foreign_inspectors=40, homes_with_counts=12,
)  # fmt: skip
SMALL = Size(
    homes=8, beds=400, stations=12, home_beds=40, elders=1_500, assessments=300,
    destitute=60, inspectors=8, foreign_inspectors=8, homes_with_counts=1,
)  # fmt: skip
