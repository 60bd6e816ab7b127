"""Which pack and calendar hold for a division, and the pack's inspection values as the rules want them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eldercare.core.errors import NoRuleInForce
from eldercare.inspections.rules import DueRules, Rule
from eldercare.inspections.scheduling.model import Weights
from eldercare.policy import Pack, shipped_pack

_WEIGHTS = {
    "unplaced": "weight_unplaced",
    "late_day": "weight_late_day",
    "early_day": "weight_early_day",
    "crowded": "weight_crowded",
    "away": "weight_away",
    "mixed_zones": "weight_mixed_zones",
    "load": "weight_load",
    "fill_percent": "comfortable_share",
}


@dataclass(frozen=True, slots=True)
class Policy:
    """The values in force on the planning day, and the pack they come from."""

    pack: Pack
    calendar: str
    due: DueRules
    team_size: Rule
    weights: Weights


def root_of(path: str) -> str:
    """`/us/us-ma/` -> `us`: the country decides pack and calendar."""
    return path.split("/")[1]


def policy_for(path: str, on: date) -> Policy:
    """Raises NoRuleInForce when the pack says nothing on that day, Invalid for a country without a pack."""
    root = root_of(path)
    pack = shipped_pack("national" if root == "cn" else root)

    def rule(key: str) -> Rule:
        found = pack.value(f"inspections.{key}", on)
        return Rule(int(found.value), found.source.text(), found.assumed)

    due = DueRules(
        check_interval_months=rule("onsite_check_interval"),
        check_window_days=rule("check_window"),
        check_lead_days=rule("check_lead"),
        first_check_working_days=_first_check(pack, on),
        rating_window_days=rule("rating_window"),
        rating_lead_days=rule("rating_lead"),
        catch_up_days=rule("catch_up"),
    )
    weights = Weights(**{name: rule(key).value for name, key in _WEIGHTS.items()})
    return Policy(pack, root, due, rule("team_size"), weights)


def _first_check(pack: Pack, on: date) -> Rule | None:
    """The first check after filing is a duty since a day of its own, and only in China."""
    if pack.code != "national" and "inspections.first_check_after_filing" not in pack.values:
        return None
    try:
        found = pack.value("inspections.first_check_after_filing", on)
    except NoRuleInForce:
        return None
    return Rule(int(found.value), found.source.text(), found.assumed)
