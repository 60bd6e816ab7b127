"""What a plan promised and where it stands, from figures and dates alone. Exact fractions, no floats.

The plans are data (`data/plan_indicators.yaml`, each row with its section in the source document).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from eldercare.core.i18n import N_, Text

DATA = Path(__file__).resolve().parent / "data" / "plan_indicators.yaml"
_KNOWN = {
    "code", "name", "name_en", "unit", "measure", "baseline", "target", "kind", "section", "masked", "at_source",
    "cumulative", "min_floor_area_m2", "criteria", "standard", "note",
}  # fmt: skip


class Kind(StrEnum):
    BINDING = "binding"  # 约束性
    EXPECTED = "expected"  # 预期性
    TASK = "task"  # stated in the body text


class Standing(StrEnum):
    REACHED = "reached"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    MISSED = "missed"
    NO_TARGET = "no_target"
    TARGET_MASKED = "target_masked"
    NOT_RECORDED = "not_recorded"
    NOT_COMPARABLE = "not_comparable"


KIND_NAMES = {Kind.BINDING: N_("Binding"), Kind.EXPECTED: N_("Expected"), Kind.TASK: N_("Task")}
STANDING_NAMES = {
    Standing.REACHED: N_("Target reached"),
    Standing.ON_TRACK: N_("On track"),
    Standing.BEHIND: N_("Behind"),
    Standing.MISSED: N_("Target missed"),
    Standing.NO_TARGET: N_("No target set"),
    Standing.TARGET_MASKED: N_("Target to be entered"),
    Standing.NOT_RECORDED: N_("Figure to be entered"),
    Standing.NOT_COMPARABLE: N_("Target of the whole area"),
}


@dataclass(frozen=True)
class Indicator:
    """One row of a plan. `target` None with `masked`: the source hides the figure."""

    code: str
    name: Text
    unit: str
    kind: Kind
    section: str
    measure: str = ""
    baseline: Fraction | None = None
    baseline_at: str = ""
    target: Fraction | None = None
    due: int | None = None
    due_inferred: bool = False
    masked: bool = False
    cumulative: bool = False
    min_floor_area_m2: int | None = None
    note: str = ""

    @property
    def is_share(self) -> bool:
        return self.unit == "%"


@dataclass(frozen=True)
class Plan:
    """A jurisdiction's plan; `division` None: a city that its user has to set up."""

    key: str
    title: Text
    division: str | None
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True)
class Actual:
    """A figure from the recorded facts: `part` of `whole` for shares, else a count."""

    part: int
    whole: int | None = None

    @property
    def value(self) -> Fraction | None:
        """Percent for shares; None when there is nothing to divide by."""
        if self.whole is None:
            return Fraction(self.part)
        return Fraction(100 * self.part, self.whole) if self.whole else None


@dataclass(frozen=True)
class Row:
    """An indicator with its present figure and what follows from both."""

    indicator: Indicator
    actual: Actual | None
    standing: Standing
    expected: Fraction | None = None

    @property
    def value(self) -> Fraction | None:
        return self.actual.value if self.actual else None

    @property
    def distance(self) -> Fraction | None:
        """What is missing to the target; 0 when reached."""
        if self.value is None or self.indicator.target is None or self.standing is Standing.NOT_COMPARABLE:
            return None
        return max(Fraction(0), self.indicator.target - self.value)


def expected_on(indicator: Indicator, day: date) -> Fraction | None:
    """Where a straight line from the baseline (its year's end) to the target (its year's end) stands on the day.

    None without both ends. A cumulative figure starts at 0 at the end of the year before the plan.
    """
    if indicator.target is None or indicator.due is None:
        return None
    start = Fraction(0) if indicator.cumulative else indicator.baseline
    if start is None:
        return None
    since = date(2020, 12, 31) if indicator.cumulative else date(int(indicator.baseline_at[-4:]), 12, 31)
    until = date(indicator.due, 12, 31)
    if day >= until or until <= since:
        return indicator.target
    passed = Fraction(max(0, (day - since).days), (until - since).days)
    return start + (indicator.target - start) * passed


def judge(indicator: Indicator, actual: Actual | None, day: date, *, whole_area: bool = True) -> Row:
    """Where the indicator stands. `whole_area` False: the figure is of a part, so counts say nothing about the target."""
    expected = expected_on(indicator, day)
    value = actual.value if actual else None
    if indicator.target is None:
        standing = Standing.TARGET_MASKED if indicator.masked else Standing.NO_TARGET
    elif value is None:
        standing = Standing.NOT_RECORDED
    elif not whole_area and not indicator.is_share:
        standing = Standing.NOT_COMPARABLE
    elif value >= indicator.target:
        standing = Standing.REACHED
    elif indicator.due is not None and day > date(indicator.due, 12, 31):
        standing = Standing.MISSED
    else:
        standing = Standing.BEHIND if expected is None or value < expected else Standing.ON_TRACK
    return Row(indicator, actual, standing, expected)


def decimal_text(value: Fraction | None, digits: int = 1) -> str:
    """'58.9', '20,000'; whole numbers without a decimal; a dash for none. Halves go up."""
    if value is None:
        return "—"
    scale = 10**digits
    scaled = (2 * value.numerator * scale + value.denominator) // (2 * value.denominator)
    whole, rest = divmod(scaled, scale)
    return f"{whole:,}" if rest == 0 else f"{whole:,}.{rest:0{digits}d}"


# --- reading the data ---------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def plans() -> dict[str, Plan]:
    """The shipped plans by key."""
    return parse(yaml.safe_load(DATA.read_text(encoding="utf-8")))


def parse(raw: Mapping[str, Any]) -> dict[str, Plan]:
    """Strict: an unknown key, an unknown kind or a wrong figure raises ValueError naming plan and indicator."""
    return {
        key: Plan(
            key, Text(plan["title"]["zh"], plan["title"]["en"]), plan["division"],
            tuple(_indicator(key, row) for row in plan["indicators"]),
        )
        for key, plan in raw.items()
    }  # fmt: skip


def _indicator(plan: str, row: Mapping[str, Any]) -> Indicator:
    where = f"plan {plan}, indicator {row.get('code')}"
    if unknown := set(row) - _KNOWN:
        raise ValueError(f"{where}: unknown keys {sorted(unknown)}")
    target = row.get("target") or {}
    if set(target) - {"at", "min", "above"}:
        raise ValueError(f"{where}: a target has 'at' and 'min' or 'above'")
    baseline = next(iter((row.get("baseline") or {}).items()), (None, None))
    figure = target.get("min", target.get("above"))
    masked = bool(row.get("masked", False))
    if masked and figure is not None:
        raise ValueError(f"{where}: masked, yet it has a figure")
    return Indicator(
        code=row["code"], name=Text(row["name"], row["name_en"]), unit=row["unit"], kind=Kind(row["kind"]),
        section=row["section"], measure=row.get("measure", ""), baseline=_exact(where, baseline[1]),
        baseline_at="" if baseline[0] is None else str(baseline[0]), target=_exact(where, figure),
        due=target.get("at"), due_inferred=row.get("at_source") == "inferred", masked=masked,
        cumulative=bool(row.get("cumulative", False)), min_floor_area_m2=row.get("min_floor_area_m2"),
        note=row.get("note", ""),
    )  # fmt: skip


def _exact(where: str, value: float | None) -> Fraction | None:
    """58.9 as it is written, not as the machine holds it."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        raise ValueError(f"{where}: {value!r} is not a figure")
    return Fraction(str(value))
