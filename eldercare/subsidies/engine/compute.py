"""Facts and a pack -> lines. Integers only: amounts as numerators over 12 x days of the month, one rounding a line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from eldercare.core.i18n import N_
from eldercare.policy.model import Dated, Grouping, Pack, Period, Row, Scheme, Table, Value
from eldercare.subsidies.engine.frame import FACT_KINDS, Frame
from eldercare.subsidies.engine.reasons import MISSING, Reason
from eldercare.subsidies.engine.segments import Month, birthday, segments, with_facts
from eldercare.subsidies.rules import NoRuleForMonth

LINE_COLUMNS = ("elder_id", "region_path", "division", "scheme", "days", "amount_fen", "assumed", "trace")
SKIP_COLUMNS = ("elder_id", "region_path", "division", "scheme", "reason", "detail")
GROUPING = "county_group"
_SCALE = {"fen_per_month": 12, "fen_per_year": 1}


@dataclass(frozen=True)
class Result:
    """What a frame gives: lines to pay, and per person and scheme why nothing is paid."""

    lines: pl.DataFrame
    skipped: pl.DataFrame

    @property
    def total_fen(self) -> int:
        return int(self.lines["amount_fen"].sum())

    def lines_hash(self) -> str:
        """Over the canonical rows of lines and skips."""
        content = self.lines.write_csv().encode() + b"--skipped--\n" + self.skipped.write_csv().encode()
        return hashlib.sha256(content).hexdigest()


def rules_in(pack: Pack, schemes: Sequence[Scheme], month: Month) -> list[Scheme]:
    """The schemes that have a rule for at least a day of the month. Raises NoRuleInForce when none has."""
    found = [s for s in schemes if any(e.period.touches(month.first, month.last) for e in pack.tables[s.table].entries)]
    if not found:
        raise NoRuleForMonth(
            N_("%(pack)s has no rule in force in %(month)s. Its tables hold for: %(known)s."),
            pack=pack.code,
            month=str(month),
            known=", ".join(known_periods(pack, schemes)),
        )
    return found


def known_periods(pack: Pack, schemes: Sequence[Scheme]) -> list[str]:
    """Stretches of months for which the schemes' tables give amounts: ['2023-01 - 2025-12']."""
    periods = sorted(
        {(e.period.valid_from, e.period.valid_to) for s in schemes for e in pack.tables[s.table].entries},
        key=lambda p: p[0],
    )
    merged: list[tuple[date, date | None]] = []
    for start, end in periods:
        if merged and merged[-1][1] is not None and start <= merged[-1][1] + timedelta(days=1):
            merged[-1] = (merged[-1][0], end if end is None else max(end, merged[-1][1]))
        elif not merged or merged[-1][1] is not None:
            merged.append((start, end))
    return [f"{start:%Y-%m} - {end:%Y-%m}" if end else f"{start:%Y-%m} -" for start, end in merged]


def compute(pack: Pack, schemes: Sequence[Scheme], month: Month, frame: Frame) -> Result:
    """The lines and skips of a month. One code path for one person and for a million.

    Raises NoRuleInForce when no scheme has a rule in the month.
    """
    in_force = rules_in(pack, schemes, month)
    values = {s.key: _values(pack, s, month) for s in in_force}
    rows = segments(frame, month, [age for age, _ in values.values()], _rule_changes(pack, in_force, month))
    rows = with_facts(rows, frame, (*FACT_KINDS, GROUPING))
    rows = rows.join(frame.persons.with_row_index("p"), on="p", how="left", maintain_order="left")
    rows = rows.with_columns(division=_division()).with_columns(county_group=_group(pack, month))
    decided = [_decide(pack, s, month, rows, *values[s.key]) for s in in_force]
    lines = pl.concat([part.lines for part in decided]).sort("elder_id", "scheme")
    skipped = pl.concat([part.skipped for part in decided]).sort("elder_id", "scheme")
    return Result(lines, skipped)


def _values(pack: Pack, scheme: Scheme, month: Month) -> tuple[int, Value]:
    """The scheme's minimum age and proration on the first day of the month."""
    age = pack.value(scheme.age_minimum, month.first).value
    assert isinstance(age, int)
    return age, pack.value(scheme.proration, month.first)


def _rule_changes(pack: Pack, schemes: Sequence[Scheme], month: Month) -> list[date]:
    dated: list[Dated[Table] | Dated[Grouping]] = [pack.tables[s.table] for s in schemes]
    dated += list(pack.groupings.values())
    days = [d for one in dated for e in one.entries for d in _edges(e.period)]
    return [day for day in days if month.first < day <= month.last]


def _edges(period: Period) -> list[date]:
    return [period.valid_from] + ([period.valid_to + timedelta(days=1)] if period.valid_to else [])


def _division() -> pl.Expr:
    """Six places of the residence that held; where none was recorded, of the register's division."""
    parts = pl.col("region_path").str.split("/")
    county = parts.list.get(4, null_on_oob=True)
    city = parts.list.get(3, null_on_oob=True).str.pad_end(6, "0")
    registered = pl.when(county == "").then(city).otherwise(county)
    return pl.coalesce("residence", registered).str.slice(0, 6)


def _in(period: Period) -> pl.Expr:
    held = pl.col("start") >= period.valid_from
    return held if period.valid_to is None else held & (pl.col("start") <= period.valid_to)


def _group(pack: Pack, month: Month) -> pl.Expr:
    """The county group of the division; the group that was given where no division was."""
    dated = pack.groupings.get(GROUPING)
    found: list[pl.Expr] = []
    for entry in dated.entries if dated else ():
        if entry.period.touches(month.first, month.last):
            codes = {code: group.key for group in entry.groups for code in group.divisions}
            mapped = pl.col("division").replace_strict(codes, default=None, return_dtype=pl.String)
            found.append(pl.when(_in(entry.period)).then(mapped))
    given = pl.when(pl.col("division").is_null()).then(pl.col(GROUPING))
    return pl.coalesce([*found, given])


def _decide(pack: Pack, scheme: Scheme, month: Month, rows: pl.DataFrame, age: int, proration: Value) -> Result:
    entries = [e for e in pack.tables[scheme.table].entries if e.period.touches(month.first, month.last)]
    reason = _reason(pack, scheme, age, entries)
    looked_up = rows.with_columns(
        amount=_per_row(entries, lambda row: pl.lit(row.amount_fen, pl.Int64)),
        row=_per_row(entries, lambda row: pl.lit(row.key)),
    )
    judged = looked_up.with_columns(reason=reason)
    paid = _paid(judged.filter(pl.col("reason").is_null()), month, str(proration.value))
    unit = pack.tables[scheme.table].unit
    lines = _lines(pack, scheme, month, paid, unit, entries, proration)
    return Result(lines, _skips(scheme, judged, lines))


def _per_row(entries: Sequence[Table], take: Callable[[Row], pl.Expr]) -> pl.Expr:
    """`take(row)` of the first row whose conditions hold, among the entries in force."""
    choices = []
    for entry in entries:
        for row in entry.rows:
            holds = _in(entry.period)
            for name, allowed in row.when:
                holds = holds & pl.col(name).is_in(list(allowed)).fill_null(False)
            choices.append(pl.when(holds).then(take(row)))
    return pl.coalesce(choices)


def _reason(pack: Pack, scheme: Scheme, age: int, entries: Sequence[Table]) -> pl.Expr:
    """Why a stretch is not paid; null when it is. The first that applies, gravest first."""
    in_force = pl.any_horizontal([_in(e.period) for e in entries])
    category = pl.col("economic_category")
    outside = ~pl.any_horizontal([pl.col("division").str.starts_with(p) for p in pack.divisions] or [pl.lit(True)])
    checks: list[tuple[pl.Expr, Reason]] = [
        (pl.col("death_date") < pl.col("start"), Reason.DEAD),
        (pl.col("conflict"), Reason.CONFLICT),
        (outside, Reason.OUTSIDE),
        (category.is_null(), Reason.NO_CATEGORY),
        (~category.is_in(list(scheme.economic_categories)), Reason.CATEGORY),
        (pl.col("start") < birthday(age), Reason.UNDER_AGE),
        *((pl.col(name).is_null(), MISSING[name]) for name in scheme.requires),
        (~in_force, Reason.NO_RULE),
        (pl.col("amount").is_null(), Reason.NO_ROW),
    ]
    return pl.coalesce([pl.when(when.fill_null(False)).then(pl.lit(str(reason))) for when, reason in checks])


def _paid(rows: pl.DataFrame, month: Month, proration: str) -> pl.DataFrame:
    """The stretches that count. `whole_month`: the first one that is due stands for the month."""
    if proration == "by_day":
        return rows
    first = rows.unique("p", keep="first", maintain_order=True)
    return first.with_columns(days=pl.lit(month.days, pl.Int64))


def _lines(
    pack: Pack, scheme: Scheme, month: Month, paid: pl.DataFrame, unit: str, entries: Sequence[Table], proration: Value
) -> pl.DataFrame:
    denominator = 12 * month.days
    numerator = (pl.col("amount") * _SCALE[unit] * pl.col("days")).sum()
    by_assumption = pl.any_horizontal([_in(e.period) for e in entries if e.assumed] or [pl.lit(False)])
    split = pl.col("days").sum() < month.days if proration.assumed else pl.lit(False)
    grouped = paid.group_by("p", maintain_order=True).agg(
        pl.col("elder_id", "region_path").first(),
        pl.col("division").last(),
        days=pl.col("days").sum().cast(pl.Int64),
        numerator=numerator,
        assumed=by_assumption.any() | split | (pl.len() > 1 if proration.assumed else pl.lit(False)),
        stretches=_stretch(scheme).str.join(","),
    )
    amount = (2 * pl.col("numerator") + denominator) // (2 * denominator)
    trace = pl.concat_str(
        pl.lit('{"unit":"' + unit + '","numerator":'),
        pl.col("numerator").cast(pl.String),
        pl.lit(',"denominator":' + str(denominator) + ',"stretches":['),
        "stretches",
        pl.lit("]}"),
    )
    return (
        grouped.with_columns(scheme=pl.lit(scheme.key), amount_fen=amount, trace=trace)
        .filter(pl.col("amount_fen") > 0)
        .select(LINE_COLUMNS)
    )


def _stretch(scheme: Scheme) -> pl.Expr:
    """One stretch as canonical JSON: days, rule row, amount and the facts the row was chosen by."""
    facts = [pl.concat_str(pl.lit(f',"{name}":"'), pl.col(name), pl.lit('"')) for name in scheme.requires]
    division = (
        pl.when(pl.col("division").is_null())
        .then(pl.lit("null"))
        .otherwise(pl.concat_str(pl.lit('"'), pl.col("division"), pl.lit('"')))
    )
    return pl.concat_str(
        pl.lit('{"from":"'),
        pl.col("start").dt.to_string("%Y-%m-%d"),
        pl.lit('","to":"'),
        pl.col("end").dt.to_string("%Y-%m-%d"),
        pl.lit('","days":'),
        pl.col("days").cast(pl.String),
        pl.lit(',"row":"'),
        pl.col("row"),
        pl.lit('","fen":'),
        pl.col("amount").cast(pl.String),
        pl.lit(',"division":'),
        division,
        *facts,
        pl.lit("}"),
    )


def _skips(scheme: Scheme, judged: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Persons without a line, each with the reason of the last stretch of the month."""
    unpaid = judged.join(lines.select("elder_id"), on="elder_id", how="anti", maintain_order="left")
    return (
        unpaid.unique("p", keep="last", maintain_order=True)
        .with_columns(
            scheme=pl.lit(scheme.key),
            reason=pl.col("reason").fill_null(str(Reason.NOTHING)),
            detail=pl.concat_str(
                pl.col("start").dt.to_string("%Y-%m-%d"), pl.lit("/"), pl.col("end").dt.to_string("%Y-%m-%d")
            ),
        )
        .select(SKIP_COLUMNS)
    )
