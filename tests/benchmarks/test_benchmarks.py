"""Every benchmark runs, in a tiny size, and prints the line it promises. No time is asserted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.run import NAMES
from benchmarks.support import Result, alternate

ROOT = Path(__file__).resolve().parents[2]


def benchmark(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


@pytest.mark.db
@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_runs_and_prints_one_line(name: str) -> None:
    done = benchmark("--only", name, "--tiny")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 1
    result = json.loads(lines[0])
    assert {"name", "figure", "floor", "ratio", "goal", "holds", "n"} <= result.keys()
    assert result["name"] == name
    assert result["figure"] > 0
    assert result["floor"] > 0
    assert result["ratio"] == pytest.approx(result["figure"] / result["floor"], rel=0.05)


def test_an_unknown_name_is_told_which_there_are() -> None:
    done = benchmark("--only", "speed")
    assert done.returncode == 2
    assert all(name in done.stderr for name in NAMES)


@pytest.mark.parametrize(
    ("ratio", "at_least", "holds"), [(0.4, True, True), (0.39, True, False), (1.5, False, True), (1.51, False, False)]
)
def test_a_goal_is_a_bound_from_below_for_rates_and_from_above_for_times(
    ratio: float, at_least: bool, holds: bool
) -> None:
    goal = 0.4 if at_least else 1.5
    assert Result("x", 1, 1, ratio, goal, at_least, "s", 5).holds is holds


def test_figures_and_floors_are_taken_in_turn() -> None:
    order: list[str] = []
    values = iter([5.0, 1.0, 4.0, 2.0, 3.0] * 2)

    def measure(name: str) -> float:
        order.append(name)
        return next(values)

    result = alternate("x", lambda: measure("figure"), lambda: measure("floor"), goal=1, at_least=True, unit="s")
    assert sorted(order[:2]) == sorted(order[2:4]) == ["figure", "floor"]
    assert order.count("figure") == order.count("floor") == result.n == 5
