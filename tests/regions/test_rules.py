"""Codes and paths of divisions."""

from __future__ import annotations

import pytest

from eldercare.regions.rules import full_code, path_of, shared_path, short_code
from eldercare.regions.service import SHIPPED, read_divisions

PARENTS = {"cn": "", "370000": "cn", "370200": "370000", "370203": "370200", "370203001": "370203"}


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("37", "370000"), ("3702", "370200"), ("370203", "370203"), ("370203001", "370203001"),
        ("370203001000", "370203001"), ("370203000000", "370203"), (" 370200 ", "370200"), ("US-MA", "us-ma"),
        ("3706z1", "3706Z1"),
    ],
)  # fmt: skip
def test_every_usual_spelling_of_a_code_is_understood(given, stored):
    assert full_code(given) == stored


@pytest.mark.parametrize(
    ("code", "short"),
    [
        ("370000", "37"),
        ("370200", "3702"),
        ("370203", "370203"),
        ("370203001", "370203001"),
        ("cn", "cn"),
        ("us-ma", "us-ma"),
    ],
)
def test_short_codes_drop_the_empty_levels(code, short):
    assert short_code(code) == short


def test_a_path_names_all_ancestors():
    assert path_of("370203001", PARENTS) == "/cn/37/3702/370203/370203001/"


def test_an_unknown_parent_is_named():
    with pytest.raises(ValueError, match="370200"):
        path_of("370203", {"370203": "370200"})


def test_a_circle_of_parents_is_found():
    with pytest.raises(ValueError, match="circle"):
        path_of("a", {"a": "b", "b": "a"})


@pytest.mark.parametrize(
    ("paths", "shared"),
    [
        ([], "/"),
        (["/cn/37/3702/"], "/cn/37/3702/"),
        (["/cn/37/3702/370202/", "/cn/37/3702/370203/"], "/cn/37/3702/"),
        (["/cn/37/3702/", "/cn/37/3706/370602/"], "/cn/37/"),
        (["/cn/37/", "/us/us-ma/"], "/"),
        (["/us/us-ma/", "/us/us-mar/"], "/us/"),
    ],
)
def test_the_smallest_shared_division(paths, shared):
    assert shared_path(paths) == shared


class TestShippedTree:
    rows = {row.code: row for row in read_divisions(SHIPPED.read_text(encoding="utf-8"))}

    def below(self, code: str, level: str) -> int:
        return sum(row.level == level and row.parent == code for row in self.rows.values())

    @pytest.mark.parametrize(("city", "counties"), [("370200", 10), ("370600", 11), ("350200", 6), ("620100", 8)])
    def test_counties_agree_with_the_ministry(self, city, counties):
        assert self.below(city, "county") == counties

    def test_gansu_is_whole(self):
        assert self.below("620000", "city") == 14
        assert sum(row.code.startswith("62") and row.level == "county" for row in self.rows.values()) == 86

    def test_every_county_has_towns_and_jiayuguan_has_its_own(self):
        counties = {code for code, row in self.rows.items() if row.level == "county" and row.kind == "administrative"}
        assert {code for code in counties if not self.below(code, "town")} == set()
        assert self.below("620200", "town") == 5

    @pytest.mark.parametrize("code", ["370676", "370671", "370634", "3706Z1"])
    def test_zones_of_the_subsidy_table_stand_under_yantai(self, code):
        assert (self.rows[code].parent, self.rows[code].kind) == ("370600", "zone")

    def test_every_row_says_its_source(self):
        assert all(row.source for row in self.rows.values())
