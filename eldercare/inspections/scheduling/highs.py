"""A thin, deterministic door to HiGHS: columns and rows in, rounded values and a bound out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np

# One thread and a fixed seed: the same model gives the same answer. The node limit, unlike the clock, also stops
# at the same place every time; the clock is only the emergency brake.
_NODE_LIMIT = 5_000


@dataclass(slots=True)
class Model:
    """A minimisation in whole numbers, built row by row."""

    costs: list[float] = field(default_factory=list)
    lows: list[float] = field(default_factory=list)
    highs: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    row_lows: list[float] = field(default_factory=list)
    row_highs: list[float] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _index: list[int] = field(default_factory=list)
    _value: list[float] = field(default_factory=list)

    def column(self, cost: int, high: float = 1, *, whole: bool = False) -> int:
        self.costs.append(cost)
        self.lows.append(0)
        self.highs.append(high)
        self.whole.append(whole)
        return len(self.costs) - 1

    def row(self, terms: list[tuple[int, int]], low: float = -math.inf, high: float = math.inf) -> None:
        """low <= sum(coefficient x column) <= high."""
        self._starts.append(len(self._index))
        for column, coefficient in terms:
            self._index.append(column)
            self._value.append(coefficient)
        self.row_lows.append(low)
        self.row_highs.append(high)

    def to_lp(self) -> highspy.HighsLp:
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.costs), len(self.row_lows)
        lp.col_cost_ = np.array(self.costs, dtype=float)
        lp.col_lower_ = np.array(self.lows, dtype=float)
        lp.col_upper_ = np.array(self.highs, dtype=float)
        lp.row_lower_ = np.array(self.row_lows, dtype=float)
        lp.row_upper_ = np.array(self.row_highs, dtype=float)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array([*self._starts, len(self._index)], dtype=np.int32)
        lp.a_matrix_.index_ = np.array(self._index, dtype=np.int32)
        lp.a_matrix_.value_ = np.array(self._value, dtype=float)
        if any(self.whole):
            kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
            lp.integrality_ = [kinds[flag] for flag in self.whole]
        return lp


@dataclass(frozen=True, slots=True)
class Answer:
    """`values` is None when the solver found nothing in its time; `bound` is a proven lower bound or None."""

    status: str
    values: list[int] | None
    value: int
    bound: int | None

    @property
    def gap(self) -> float | None:
        if self.bound is None or self.values is None:
            return None
        return max(0, self.value - self.bound) / max(1, abs(self.value))


_STATUS = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kTimeLimit: "time_limit",
    highspy.HighsModelStatus.kSolutionLimit: "node_limit",
}


def minimise(model: Model, seconds: float) -> Answer:
    """Solve; every column must come out whole (integer columns, or a totally unimodular matrix)."""
    if not model.costs:
        return Answer("optimal", [], 0, 0)
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    options: dict[str, object] = {
        "output_flag": False,
        "threads": 1,
        "random_seed": 7,
        "time_limit": float(seconds),
        "mip_max_nodes": _NODE_LIMIT,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.999,
    }
    if not any(model.whole):
        options["solver"] = "simplex"  # a vertex, so a whole-number one
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(model.to_lp())
    solver.run()
    status = _STATUS.get(solver.getModelStatus(), "stopped")
    info = solver.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Answer(status, None, 0, None)
    raw = np.asarray(solver.getSolution().col_value)
    values = np.rint(raw)
    if np.abs(raw - values).max() > 1e-5:
        return Answer("fractional", None, 0, None)
    value = round(float(values @ np.array(model.costs)))
    return Answer(status, [int(v) for v in values], value, _bound(model, status, value, info))


def _bound(model: Model, status: str, value: int, info: highspy.HighsInfo) -> int | None:
    """Costs are whole numbers, so a fractional bound rounds up."""
    if status == "optimal":
        return value
    if any(model.whole) and math.isfinite(info.mip_dual_bound):
        return math.ceil(info.mip_dual_bound - 1e-6)
    return None
