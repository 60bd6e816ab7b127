"""Who is due for a visit, and the file that says how often. No database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import yaml

from eldercare.community.rules import due
from eldercare.people.rules import VALUES, Kind
from eldercare.policy.standards import FOLDER, StandardError
from eldercare.policy.visits import parse, regular_visits

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("situation", "since", "seen", "due_on", "late"),
    [
        ("alone", date(2026, 1, 1), None, date(2026, 1, 1), 325),
        ("alone", date(2026, 1, 1), date(2026, 11, 1), date(2026, 12, 1), -9),
        ("alone", date(2026, 1, 1), date(2026, 10, 23), date(2026, 11, 22), 0),
        ("empty_nest", date(2026, 1, 1), date(2026, 10, 22), date(2026, 11, 21), 1),
        ("left_behind", date(2026, 11, 20), date(2026, 1, 1), date(2026, 11, 20), 2),
        ("lost_child", date(2026, 11, 22), None, date(2026, 11, 22), 0),
    ],
)
def test_due(situation: str, since: date, seen: date | None, due_on: date, late: int) -> None:
    found = due(regular_visits(), situation, since, seen, TODAY)
    assert found is not None
    assert (found.due_on, found.days_late) == (due_on, late)


@pytest.mark.parametrize("situation", ["with_family", "institution"])
def test_others_are_not_visited(situation: str) -> None:
    assert due(regular_visits(), situation, date(2026, 1, 1), None, TODAY) is None


def test_the_file_speaks_of_situations_that_exist() -> None:
    assert regular_visits().living_situations <= set(VALUES[Kind.LIVING_SITUATION])


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda d: d.pop("source"), "source is missing"),
        (lambda d: d["risks"][0].update(interval_days=0), "risks[0].interval_days"),
        (lambda d: d["risks"][0].update(living_situation="alone"), "risks[0].living_situation"),
        (lambda d: d["risks"][1].update(living_situation=["alone"]), "given twice"),
        (lambda d: d["risks"][0].update(colour="red"), "unknown key colour"),
        (lambda d: d.update(in_force="2022"), "in_force"),
    ],
)
def test_mistakes_are_refused(change: Callable[[dict[str, Any]], None], where: str) -> None:
    data = yaml.safe_load((FOLDER / "regular-visits.yaml").read_bytes())
    change(data)
    with pytest.raises(StandardError) as caught:
        parse(yaml.safe_dump(data, allow_unicode=True).encode(), "bad.yaml")
    assert where in str(caught.value)
