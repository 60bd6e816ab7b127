"""Ability assessment: answers to a score, a level and the reasons for it. Pure; the figures are in the standard's file."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from eldercare.core.errors import Invalid, Problem
from eldercare.core.i18n import N_, Text
from eldercare.policy.standards import Change, Item, Standard

MAX_RISK_EVENTS = 1000  # a bound of the input field, no rule: more than this is a typing error


@dataclass(frozen=True)
class Reason:
    """Why the level is what it is: a step of the standard, in both languages, with its clause."""

    rule: str
    text: Text
    clause: str
    assumed: bool = False


@dataclass(frozen=True)
class Result:
    total: int
    dimensions: dict[str, int]
    preliminary_level: int
    level: int
    level_name: Text
    reasons: tuple[Reason, ...]


def check_answers(standard: Standard, answers: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the answers, each problem named by its item (`answers.B.1.1`)."""
    problems = [problem for item in standard.items if (problem := _check_item(item, answers))]
    known = {item.code for item in standard.items}
    unknown = [code for code in answers if code not in known]
    return problems + [Problem(f"answers.{code}", N_("This standard has no such item.")) for code in unknown]


def _check_item(item: Item, answers: Mapping[str, Any]) -> Problem | None:
    field = f"answers.{item.code}"
    if item.code not in answers or answers[item.code] is None:
        return Problem(field, N_("This item has no answer."))
    answer = answers[item.code]
    if type(answer) is not int:  # neither 3.7 nor 3.0, true or "3": a score is one of the printed whole numbers
        return Problem(field, N_("The answer must be a whole number."))
    if answer not in item.scores:
        return Problem(field, N_("The answer must be from 0 to %(best)s."), {"best": item.best})
    return None


def score(
    standard: Standard,
    answers: Mapping[str, Any],
    *,
    coma: bool = False,
    dementia: bool = False,
    mental_disorder: bool = False,
    risk_events_30d: int = 0,
) -> Result:
    """Total, preliminary level and final level. Raises Invalid naming every wrong answer."""
    problems = check_answers(standard, answers)
    if type(risk_events_30d) is not int or not 0 <= risk_events_30d <= MAX_RISK_EVENTS:
        problems.append(
            Problem("risk_events_30d", N_("Must be a whole number from 0 to %(most)s."), {"most": MAX_RISK_EVENTS})
        )
    if problems:
        raise Invalid(problems)
    dimensions = {d.code: sum(answers[item.code] for item in d.items) for d in standard.dimensions}
    total = sum(dimensions.values())
    band = next(band for band in standard.bands if band.low <= total <= band.high)
    reasons = [Reason("total", _total_text(total, band.low, band.high, band.name), standard.source)]
    if coma:
        level = standard.coma.to_level or 0
        reasons.append(_reason("coma", standard.coma))
    else:
        raised = []
        if dementia or mental_disorder:
            raised.append(("mental", standard.mental))
        if risk_events_30d >= standard.risk.at_least:
            raised.append(("risk_events", standard.risk.change))
        level = _raise(standard, band.level, raised, reasons)
    return Result(total, dimensions, band.level, level, standard.level_name(level), tuple(reasons))


def _raise(standard: Standard, level: int, raised: Sequence[tuple[str, Change]], reasons: list[Reason]) -> int:
    reasons.extend(_reason(rule, change) for rule, change in raised)
    steps = [change.raise_by for _, change in raised]
    if len(steps) > 1 and standard.combine.mode == "once":
        reasons.append(Reason("combine", standard.combine.text, "C.4", assumed=standard.combine.assumed is not None))
    up = max(steps, default=0) if standard.combine.mode == "once" else sum(steps)
    # The cap bounds what the rules raise; it never lowers a level that the total alone gives.
    return max(level, min(level + up, standard.combine.cap_level))


def _reason(rule: str, change: Change) -> Reason:
    return Reason(rule, change.text, change.clause)


def _total_text(total: int, low: int, high: int, name: Text) -> Text:
    span = str(low) if low == high else f"{low}–{high}"
    return Text(
        zh=f"总分 {total} 分，在 {span} 分之间：初步等级为{name.zh}"
        if low != high
        else f"总分 {total} 分：初步等级为{name.zh}",
        en=f"Total {total}, within {span}: preliminary level {name.en}",
    )


def valid_until(standard: Standard, assessed_on: date) -> date:
    """The first day on which a re-assessment is due (half-open: the assessment holds before this day).

    A day that the target month does not have becomes its last day (31 August + 6 months = 28 or 29 February).
    """
    return add_months(assessed_on, standard.validity_months.value)


def add_months(day: date, months: int) -> date:
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, calendar.monthrange(year, month0 + 1)[1]))
