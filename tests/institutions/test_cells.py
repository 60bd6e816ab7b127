"""Cells, columns and rows of a register file, without a database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eldercare.core.csvfile import CsvFile, decode_text, escape, read_csv, unescape, write_csv
from eldercare.core.errors import Invalid
from eldercare.institutions.imports.cells import READERS, Wrong
from eldercare.institutions.imports.mapping import all_mappings, get_mapping, read_mapping
from eldercare.institutions.imports.records import (
    REASON_COLUMNS,
    check_header,
    occupied_beds,
    read_records,
    without_reasons,
)
from eldercare.institutions.rules import RatedPeriod, search_key, with_rating, without_rating
from eldercare.policy.errors import PackError
from tests.factories.institutions import USCC, bureau_row, csv_of

DAY = date(2026, 11, 1)
TODAY = date(2026, 11, 22)


def records(*rows: dict[str, str], encoding: str = "utf-8"):
    return read_records(read_csv(csv_of(*rows, encoding=encoding)), get_mapping("generic-zh"), DAY, TODAY)


def problems(**more: str) -> list[tuple[str, int | None]]:
    return [(p.field, p.row) for p in records(bureau_row(**more))[0].problems]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("whole", "１２０", 120), ("whole", " 7 ", 7), ("decimal", "91.6", Decimal("91.6")), ("decimal", "100", Decimal(100)),
        ("yuan", "3,280.5元", 328050), ("yuan", "0", 0), ("date", "2025-6-1", date(2025, 6, 1)),
        ("date", "2025年06月01日", date(2025, 6, 1)), ("date", "20250601", date(2025, 6, 1)),
        ("date", "2025/6/1", date(2025, 6, 1)), ("yes_no", "有", True), ("yes_no", "否", False),
        ("degrees", "120.38", 120.38), ("uscc", f" {USCC[0].lower()} ", USCC[0]), ("region", "370203000000", "370203"),
    ],
)  # fmt: skip
def test_a_cell_is_read_as_offices_write_it(kind, text, value):
    assert READERS[kind](text, "x") == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("whole", "3.7"), ("whole", "-1"), ("whole", "1e3"), ("whole", "一百"), ("decimal", "-0.1"), ("decimal", "nan"),
        ("decimal", "91,6"), ("yuan", "3280.555"), ("yuan", "-5"), ("date", "2025-02-30"), ("date", "01/02/2025"),
        ("date", "1650-01-01"), ("yes_no", "也许"), ("degrees", "181"), ("uscc", USCC[0][:-1] + "9"), ("text", "a\x00b"),
        ("text", "x" * 201),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_refused(kind, text):
    with pytest.raises(Wrong):
        READERS[kind](text, "x")


@pytest.mark.parametrize(("average", "beds"), [("91.6", 92), ("78.4", 78), ("20.5", 21), ("0.4", 0), ("100", 100)])
def test_an_average_is_rounded_half_up(average, beds):
    assert occupied_beds(Decimal(average)) == beds


@pytest.mark.parametrize(
    ("more", "column"),
    [
        ({"机构名称": ""}, "机构名称"), ({"区划代码": ""}, "区划代码"), ({"床位数": "三百"}, "床位数"), ({"星级": "6"}, "星级"),
        ({"机构类型": "酒店"}, "机构类型"), ({"评定日期": "2025-13-01"}, "评定日期"), ({"机构编号": ""}, "统一社会信用代码"),
        ({"机构名称": "院" * 201}, "机构名称"), ({"等级有效期至": "2024-01-01"}, "等级有效期至"),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_naming_row_and_column(more, column):
    assert problems(**more) == [(column, 1)]


def test_every_wrong_cell_of_a_row_is_named_at_once():
    assert len(problems(床位数="x", 护理型床位数="y", 星级="9")) == 3


def test_more_residents_than_beds_is_kept_with_a_warning():
    record = records(bureau_row(护理型入住人数="85.5"))[0]
    assert not record.problems
    assert record.values["nursing_residents"] == Decimal("85.5")
    assert [w.field for w in record.warnings] == ["护理型入住人数"]


def test_an_empty_cell_states_nothing():
    assert "residents" not in records(bureau_row())[0].values


def test_the_same_institution_twice_in_a_file_is_refused_the_second_time():
    first, second = records(bureau_row(), bureau_row(机构名称="另一家"))
    assert not first.problems and [p.row for p in second.problems] == [2]


def test_figures_of_the_future_are_refused():
    assert problems(数据日期="2027-01-01") == [("数据日期", 1)]


def test_a_row_too_short_or_too_long_is_refused_and_kept():
    content = csv_of(bureau_row()) + "QD002,短行\r\n".encode()
    record = read_records(read_csv(content), get_mapping("generic-zh"), DAY, TODAY)[1]
    assert record.problems[0].field == "row" and record.cells == ["QD002", "短行"]


# --- the header -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "named"),
    [
        (["机构编号", "机构类型", "区划代码"], "机构名称"),
        (["机构编号", "机构名称", "机构类型", "区划代码", "星座"], "星座"),
        (["机构编号", "机构名称", "机构名称", "机构类型", "区划代码"], "机构名称"),
    ],
)
def test_missing_unknown_and_double_columns_are_named(header, named):
    with pytest.raises(Invalid) as refused:
        check_header(header, get_mapping("generic-zh"))
    assert any(p.params.get("name") == named for p in refused.value.problems)


def test_our_column_of_reasons_is_dropped_again():
    file = CsvFile("utf-8", ["机构编号", REASON_COLUMNS[0], "机构名称"], [["1", "星级: ...", "甲"]], [2])
    assert without_reasons(file).header == ["机构编号", "机构名称"]
    assert without_reasons(file).rows == [["1", "甲"]]


# --- encodings and formulas -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_files_of_all_usual_encodings_read_alike(encoding):
    file = read_csv("机构名称,地址\r\n福利院,香港中路1号\r\n".encode(encoding))
    assert (file.header, file.rows) == (["机构名称", "地址"], [["福利院", "香港中路1号"]])


def test_gbk_is_told_from_utf8():
    assert decode_text("机构名称,星级\n".encode("gbk"))[0] == "gbk"
    assert decode_text("机构名称,㐂\n".encode("gb18030"))[0] == "gb18030"


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0rest", b"a,b\x00c\n1,2\n", '名,称\n"甲,乙\n'.encode(),
     "机构名称,地址\n".encode() + b"\xff\xfe\xfa,1\n", b"%PDF-1.7"],
)  # fmt: skip
def test_what_is_no_table_is_refused_as_a_whole(content):
    with pytest.raises(Invalid) as refused:
        read_csv(content)
    assert refused.value.problems[0].field == "file"


def test_a_damaged_utf8_file_names_the_line():
    with pytest.raises(Invalid) as refused:
        read_csv("机构名称,地址\n甲,乙\n".encode() + b"\xe4\xb8,x\n")
    assert refused.value.problems[0].params["line"] == 3


@pytest.mark.parametrize("cell", ["=1+1", "+86 532", "-5", "@SUM(A1)", "\tx", "'=x", "＝1+1", "－5", "普通"])
def test_formulas_are_written_escaped_and_read_back(cell):
    written = write_csv(["a"], [[cell]])
    assert read_csv(written).rows[0] == [cell]
    assert escape(cell)[0] not in "=+-@\t＝＋－＠"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_nul_is_refused_in_every_encoding(encoding):
    with pytest.raises(Invalid):
        read_csv("机构名称,地址\n甲\x00,乙\n".encode(encoding))


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00")))
def test_any_text_survives_escaping(cell):
    assert unescape(escape(cell)) == cell
    assert escape(cell)[:1] not in tuple("=+-@\t\r")


@given(
    st.lists(
        st.lists(
            st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1).filter(str.strip),
            min_size=2,
            max_size=2,
        ),
        max_size=5,
    )
)
def test_a_table_survives_writing_and_reading(rows):
    file = read_csv(write_csv(["a", "b"], rows))
    assert file.rows == rows


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(content):
    try:
        read_csv(content)
    except Invalid as refused:
        assert refused.problems[0].field == "file"


# --- ratings over time ----------------------------------------------------------------------------------------------

A, B, C = date(2021, 1, 1), date(2022, 1, 1), date(2023, 1, 1)


@pytest.mark.parametrize(
    ("before", "stars", "since", "after"),
    [
        ([], 3, A, [RatedPeriod(3, A)]),
        ([RatedPeriod(3, A)], 3, B, [RatedPeriod(3, A)]),
        ([RatedPeriod(3, A)], 4, B, [RatedPeriod(3, A, B), RatedPeriod(4, B)]),
        ([RatedPeriod(3, A)], 4, A, [RatedPeriod(4, A)]),
        ([RatedPeriod(3, B)], 2, A, [RatedPeriod(2, A, B), RatedPeriod(3, B)]),
        ([RatedPeriod(3, A, B)], 4, C, [RatedPeriod(3, A, B), RatedPeriod(4, C)]),
        ([RatedPeriod(3, A, C)], 5, B, [RatedPeriod(3, A, B), RatedPeriod(5, B, C)]),
    ],
)
def test_a_new_rating_ends_what_it_denies(before, stars, since, after):
    assert with_rating(before, stars, since) == after


@pytest.mark.parametrize(
    ("before", "since", "after"),
    [
        ([RatedPeriod(3, A)], B, [RatedPeriod(3, A, B)]),
        ([RatedPeriod(3, A, B)], C, [RatedPeriod(3, A, B)]),
        ([RatedPeriod(3, B)], B, []),
    ],
)
def test_a_withheld_rating_ends(before, since, after):
    assert without_rating(before, since) == after


@given(st.lists(st.tuples(st.integers(1, 5), st.dates(date(2015, 1, 1), date(2030, 1, 1))), max_size=8))
def test_periods_never_overlap_and_the_last_word_holds(told):
    periods: list[RatedPeriod] = []
    for stars, since in told:
        periods = with_rating(periods, stars, since)
        assert [p.stars for p in periods if p.since <= since and (p.until is None or since < p.until)] == [stars]
        for one, next_one in pairwise(periods):
            assert one.until is not None and one.since < one.until <= next_one.since


# --- mappings -------------------------------------------------------------------------------------------------------

GOOD = """
mapping: m
title: {zh: 表, en: table}
note: {zh: 注, en: note}
register: r
fields:
  number: {column: Nr}
  name: {column: Name, required: true}
  kind: {value: care_home}
  region: {column: Code, required: true}
"""


def test_shipped_mappings_are_sound():
    assert {mapping.name for mapping in all_mappings()} == {"cms", "generic-zh"}
    assert len(get_mapping("cms").ignored) == 71
    assert read_mapping("m.yaml", GOOD.encode()).needed_columns() == ["Nr", "Name", "Code"]


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("register: r", "register: r\ncolour: red", "colour"),
        ("{column: Nr}", "{column: Nr, colour: red}", "fields.number.colour"),
        ("number: {column: Nr}", "numbers: {column: Nr}", "fields.numbers"),
        ("{column: Name, required: true}", "{column: Name, value: x}", "fields.name"),
        ("{value: care_home}", "{column: K, choices: {X: hotel}}", "fields.kind.choices.X"),
        ("  region: {column: Code, required: true}\n", "", "fields"),
        ("register: r", "register: r\nrating_scheme: gbt37276-2018", "(top)"),
        ("register: r", "register: r\nbed_counts: [{type: nursing, total: x, occupied: name}]", "bed_counts[0].total"),
    ],
)
def test_a_wrong_mapping_is_refused_with_its_place(old, new, where):
    with pytest.raises(PackError) as refused:
        read_mapping("m.yaml", GOOD.replace(old, new).encode())
    assert refused.value.params["where"] == where


def test_the_search_key_holds_names_spellings_and_divisions():
    key = search_key("青岛市福利院", "香港中路1号", ["青岛市", "市北区"])
    for word in ("青岛市福利院", "qingdao", "qdsfly", "shibeiqu", "香港中路1号"):
        assert word in key
