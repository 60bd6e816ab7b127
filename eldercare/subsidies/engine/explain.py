"""A line opened down to its facts, its rule row and its arithmetic, in words of both languages."""

from __future__ import annotations

from datetime import date
from typing import Any

from eldercare.core.i18n import Text
from eldercare.core.money import yuan
from eldercare.policy.model import Pack, Table
from eldercare.subsidies.engine.reasons import TEXTS, Reason

NAMES: dict[str, Text] = {
    "urban": Text("城市", "urban"),
    "rural": Text("农村", "rural"),
    "self": Text("全自理", "cares for self"),
    "half": Text("半护理", "half care"),
    "full": Text("全护理", "full care"),
    "home": Text("分散供养", "at home"),
    "institution": Text("集中供养", "in an institution"),
}
#: How a fact is said in a sentence; `%s` is its value in words.
_INPUTS: dict[str, Text] = {
    "urban_rural": Text("%s标准", "%s standard"),
    "self_care_tier": Text("%s", "%s"),
    "support_setting": Text("%s", "supported %s"),
    "county_group": Text("%s组区市", "county group %s"),
    "division": Text("区划代码%s", "division %s"),
}


def explain_line(pack: Pack, scheme: str, trace: dict[str, Any], amount_fen: int) -> Text:
    """One or more sentences: days, standard, facts, arithmetic, and what was assumed."""
    table = pack.schemes[scheme].table
    parts = [_stretch(pack, table, trace, stretch) for stretch in trace["stretches"]]
    total = _total(trace, amount_fen)
    assumed = assumptions(pack, scheme, trace)
    zh = "；".join(p.zh for p in parts) + f"。{total.zh}" + "".join(f"假定：{a.zh}。" for a in assumed)
    en = "; ".join(p.en for p in parts) + f". {total.en}" + "".join(f" Assumed: {a.en}." for a in assumed)
    return Text(zh, en)


def _stretch(pack: Pack, table: str, trace: dict[str, Any], stretch: dict[str, Any]) -> Text:
    dated = pack.tables[table]
    entry = pack.table(table, date.fromisoformat(stretch["from"]))
    facts_zh = "、".join(_fact(pack, name, stretch).zh for name in entry.inputs if stretch.get(name))
    facts_en = ", ".join(_fact(pack, name, stretch).en for name in entry.inputs if stretch.get(name))
    yearly = trace["unit"] == "fen_per_year"
    amount = yuan(stretch["fen"])
    return Text(
        f"{stretch['from']}至{stretch['to']}（{stretch['days']}天）：{dated.title.zh}（{facts_zh}）{amount}元/{'年' if yearly else '月'}",
        f"{stretch['from']} to {stretch['to']} ({stretch['days']} days): {dated.title.en} ({facts_en}) "
        f"{amount} yuan a {'year' if yearly else 'month'}",
    )


def _fact(pack: Pack, name: str, stretch: dict[str, Any]) -> Text:
    value = stretch[name]
    shown = NAMES.get(value, Text(value, value))
    label = _INPUTS[name]
    return Text(label.zh % shown.zh, label.en % shown.en)


def _total(trace: dict[str, Any], amount_fen: int) -> Text:
    """The arithmetic written out: 9,732.00 / 12 = 811.00, or days over the days of the month."""
    month_days = trace["denominator"] // 12
    yearly = trace["unit"] == "fen_per_year"
    stretches = trace["stretches"]
    whole = len(stretches) == 1 and stretches[0]["days"] == month_days
    if whole and not yearly:
        return Text(f"整月发放{yuan(amount_fen)}元。", f"The whole month: {yuan(amount_fen)} yuan.")
    terms = []
    for stretch in stretches:
        term = yuan(stretch["fen"]) + (" ÷ 12" if yearly else "")
        terms.append(term if whole else f"{term} × {stretch['days']}/{month_days}")
    exact = trace["numerator"] % trace["denominator"] == 0
    sign = "=" if exact else "≈"
    sum_of = f"{' + '.join(terms)} {sign} {yuan(amount_fen)}"
    return Text(
        f"计算：{sum_of}元{'' if exact else '（四舍五入到分）'}。",
        f"Computed: {sum_of} yuan{'' if exact else ' (rounded half up to the fen)'}.",
    )


def _entries(pack: Pack, scheme: str, trace: dict[str, Any]) -> list[Table]:
    found: list[Table] = []
    for stretch in trace["stretches"]:
        entry = pack.table(pack.schemes[scheme].table, date.fromisoformat(stretch["from"]))
        if entry not in found:
            found.append(entry)
    return found


def assumptions(pack: Pack, scheme: str, trace: dict[str, Any]) -> list[Text]:
    """What no source says and the line rests on."""
    found = [entry.assumed for entry in _entries(pack, scheme, trace) if entry.assumed]
    first = date.fromisoformat(trace["stretches"][0]["from"])
    split = len(trace["stretches"]) > 1 or sum(s["days"] for s in trace["stretches"]) * 12 < trace["denominator"]
    proration = pack.value(pack.schemes[scheme].proration, first)
    if split and proration.assumed:
        found.append(proration.assumed)
    return list(dict.fromkeys(found))


def source_of(pack: Pack, scheme: str, trace: dict[str, Any]) -> Text:
    """The documents and clauses the amounts stand in."""
    cited = list(dict.fromkeys(entry.source.text() for entry in _entries(pack, scheme, trace)))
    return Text("；".join(c.zh for c in cited), "; ".join(c.en for c in cited))


def explain_skip(reason: str, detail: str = "") -> Text:
    """Why nothing is paid, with the days where they are less than the whole month."""
    text = TEXTS[Reason(reason)]
    if not detail:
        return text
    first, _, last = detail.partition("/")
    return Text(f"{text.zh}（{first}至{last}）", f"{text.en} ({first} to {last})")
