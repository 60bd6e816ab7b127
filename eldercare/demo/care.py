"""Ability assessments, home care beds and regular visits of the city's elders."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np

from eldercare.assessments.rules import Result, score, valid_until
from eldercare.core import clock
from eldercare.demo.draw import Draw, daterange, days, weighted, years_before
from eldercare.demo.people import RECORDED_BY, Array, Elders
from eldercare.demo.places import Homes
from eldercare.demo.size import Size
from eldercare.policy.standards import Standard, load

STANDARD = "gbt42195-2022"
#: Shares of the demo's elders by how much of each item they keep: from all of it to hardly any.
KEPT = ((1.0, 0.40), (0.93, 0.28), (0.66, 0.14), (0.44, 0.10), (0.20, 0.08))
ASSESSORS = ("演示评估员甲", "演示评估员乙", "演示评估员丙", "演示评估员丁")


def write_assessments(draw: Draw, elders: Elders, size: Size) -> Array:
    """One assessment for each of `size.assessments` elders; the level of each elder, -1 where there is none."""
    rng = draw.stream("assessments")
    book = load(STANDARD)
    chosen = np.sort(rng.permutation(len(elders))[: size.assessments])
    answers, results = _answer_all(rng, book, len(chosen))
    ages = rng.integers(0, 700, len(chosen))
    dates = [draw.today - timedelta(days=int(age)) for age in ages]
    until = _Until(book)
    pair = rng.integers(0, len(ASSESSORS), len(chosen))
    draw.put(
        "assessment",
        {
            "id": draw.uuids("assessments", len(chosen)),
            "elder_id": elders.ids[chosen],
            "standard": book.id,
            "standard_hash": book.content_hash,
            "assessed_on": [day.isoformat() for day in dates],
            "due_on": [until(day) for day in dates],
            "reason": 1,
            "first_assessor": [ASSESSORS[i] for i in pair],
            "second_assessor": [ASSESSORS[(i + 1) % len(ASSESSORS)] for i in pair],
            "answers": answers,
            "coma": False,
            "dementia": [any(r.rule == "mental" for r in result.reasons) for result in results],
            "mental_disorder": False,
            "risk_events_30d": 0,
            "total": [result.total for result in results],
            "dimensions": [json.dumps(result.dimensions) for result in results],
            "preliminary_level": [result.preliminary_level for result in results],
            "level": [result.level for result in results],
            "reasons": [_reasons(result) for result in results],
            "note": "",
            "recorded_at": clock.now(),
            "recorded_by": RECORDED_BY,
        },
    )
    levels = np.full(len(elders), -1)
    levels[chosen] = [result.level for result in results]
    return levels


def _answer_all(rng: np.random.Generator, book: Standard, count: int) -> tuple[list[str], list[Result]]:
    """Answers as JSON and their results by the standard's own rules. Equal answers are scored once."""
    items = [item for dimension in book.dimensions for item in dimension.items]
    kept = weighted(rng, [k for k, _ in KEPT], [w for _, w in KEPT], count).astype(float)
    spread = np.where(kept == 1.0, 0.0, 0.22)
    best = np.array([item.best for item in items])
    level = kept[:, None] + spread[:, None] * rng.standard_normal((count, len(items)))
    table = np.clip(np.rint(level * best), 0, best).astype(int)
    dementia = (rng.random(count) < 0.04) & (kept < 0.9)
    codes = [item.code for item in items]

    @cache
    def scored(row: tuple[int, ...], ill: bool) -> tuple[str, Result]:
        answers = dict(zip(codes, row, strict=True))
        return json.dumps(answers), score(book, answers, dementia=ill)

    both = [scored(tuple(row), bool(ill)) for row, ill in zip(table.tolist(), dementia.tolist(), strict=True)]
    return [pair[0] for pair in both], [pair[1] for pair in both]


def _reasons(result: Result) -> str:
    return json.dumps(
        [
            {"rule": r.rule, "zh": r.text.zh, "en": r.text.en, "clause": r.clause, "assumed": r.assumed}
            for r in result.reasons
        ],
        ensure_ascii=False,
    )


class _Until:
    """`valid_until` of a day, remembered: the same few hundred days come again and again."""

    def __init__(self, book: Standard) -> None:
        self.book = book
        self.known: dict[date, str] = {}

    def __call__(self, day: date) -> str:
        if day not in self.known:
            self.known[day] = valid_until(self.book, day).isoformat()
        return self.known[day]


def write_home_beds(draw: Draw, homes: Homes, elders: Elders, levels: Array, at_home: Array, size: Size) -> None:
    """Home care beds of impaired elders who live at home, each with a provider of their own district."""
    rng = draw.stream("home_beds")
    candidates = np.flatnonzero(at_home & (levels >= 1))
    chosen = np.sort(rng.permutation(candidates)[: size.home_beds])
    if len(chosen) < size.home_beds:  # a small demo: take elders without an assessment as well
        others = np.setdiff1d(np.flatnonzero(at_home), chosen)
        chosen = np.sort(np.r_[chosen, rng.permutation(others)[: size.home_beds - len(chosen)]])
    since = days(years_before(draw.today, 2), rng.integers(0, 700, len(chosen)))
    provider = rng.integers(len(homes.ids), size=len(chosen))
    draw.put(
        "home_bed",
        {
            "id": draw.uuids("home_beds", len(chosen)),
            "contract_id": draw.uuids("home_beds.contract", len(chosen)),
            "elder_id": elders.ids[chosen],
            "institution_id": homes.ids[provider],
            "region_path": elders.paths[chosen],
            "valid": daterange(since),
            "level": np.maximum(levels[chosen], 0),
            "note": "",
            "recorded_at": clock.now(),
            "recorded_by": RECORDED_BY,
        },
    )


def write_visits(draw: Draw, elders: Elders, at_home: Array) -> None:
    """Recent regular visits to a part of the elders, so that some are up to date and others overdue."""
    rng = draw.stream("visits")
    chosen = np.flatnonzero(at_home & (rng.random(len(elders)) < 0.1))
    visited = [day.isoformat() for day in _recent(draw.today, rng.integers(0, 60, len(chosen)))]
    draw.put(
        "community_visit",
        {
            "id": draw.uuids("visits", len(chosen)),
            "elder_id": elders.ids[chosen],
            "visited_on": visited,
            "outcome": weighted(rng, ["well", "needs_help", "hospital", "not_met"], [86, 7, 2, 5], len(chosen)),
            "note": "",
            "visitor_name": "演示社区工作者",
            "recorded_at": clock.now(),
            "recorded_by": RECORDED_BY,
        },
    )


def _recent(today: date, ages: np.ndarray[Any, Any]) -> Iterator[date]:
    for age in ages.tolist():
        yield today - timedelta(days=age)
