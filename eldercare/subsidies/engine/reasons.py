"""Why a person gets nothing from a scheme, in both languages."""

from __future__ import annotations

from enum import StrEnum

from eldercare.core.i18n import Text


class Reason(StrEnum):
    DEAD = "dead"
    CONFLICT = "conflicting_facts"
    OUTSIDE = "outside"
    NO_CATEGORY = "no_economic_category"
    CATEGORY = "other_economic_category"
    UNDER_AGE = "under_age"
    NO_GROUP = "no_county_group"
    NO_URBAN_RURAL = "no_urban_rural"
    NO_TIER = "no_self_care_tier"
    NO_SETTING = "no_support_setting"
    NO_DIVISION = "no_division"
    NO_RULE = "no_rule_in_force"
    NO_ROW = "no_row"
    NOTHING = "nothing_due"


#: Which reason a missing input gives.
MISSING: dict[str, Reason] = {
    "county_group": Reason.NO_GROUP,
    "urban_rural": Reason.NO_URBAN_RURAL,
    "self_care_tier": Reason.NO_TIER,
    "support_setting": Reason.NO_SETTING,
    "division": Reason.NO_DIVISION,
}

TEXTS: dict[Reason, Text] = {
    Reason.DEAD: Text("本月前或月内已去世", "Died before these days"),
    Reason.CONFLICT: Text(
        "同一时段有两条相互矛盾的情况记录，请先更正", "Two facts of one kind contradict each other; correct them first"
    ),
    Reason.OUTSIDE: Text("居住地不在本辖区", "Lives outside this jurisdiction"),
    Reason.NO_CATEGORY: Text("没有经济类别记录", "No economic category is recorded"),
    Reason.CATEGORY: Text("不属于特困人员", "Not in the economic category the scheme asks for"),
    Reason.UNDER_AGE: Text("未达到最低年龄", "Below the minimum age"),
    Reason.NO_GROUP: Text("居住地不在任何一个区市分组中", "The division belongs to no county group of the rules"),
    Reason.NO_URBAN_RURAL: Text("没有城乡类别记录", "Urban or rural is not recorded"),
    Reason.NO_TIER: Text("没有自理能力等级记录", "No self-care tier is recorded"),
    Reason.NO_SETTING: Text("没有供养方式记录", "The mode of support is not recorded"),
    Reason.NO_DIVISION: Text("没有居住地记录", "No residence is recorded"),
    Reason.NO_RULE: Text("这些日期没有有效的标准", "No rule is in force on these days"),
    Reason.NO_ROW: Text("标准表中没有相应的一行", "The table has no row for these facts"),
    Reason.NOTHING: Text("计算结果不足一分", "Less than one fen is due"),
}
