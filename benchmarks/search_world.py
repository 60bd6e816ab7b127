"""Facilities with single beds, current stays and ratings for `search`: forty beds each, six of seven taken."""

from __future__ import annotations

import psycopg
from psycopg import sql

from eldercare.core import clock
from eldercare.institutions.rules import NATIONAL_SCHEME

BEDS_EACH = 40
DISTRICTS = 16
TAKEN = "i %% 7 > 0"


def _id(kind: int, number: str) -> str:
    """An id that follows from kind and number, so that each table can name the rows of the others; spread as real ones."""
    return f"md5('{kind} ' || ({number}))::uuid"


def _path(number: str) -> str:
    return f"'/cn/37/3702/3702' || lpad((({number}) %% {DISTRICTS})::text, 2, '0') || '/'"


HOME_OF_BED = f"(i - 1) / {BEDS_EACH} + 1"
HOME = {"institution_id": _id(2, "i"), "region_path": _path("i")}
OF_BED = {"institution_id": _id(2, HOME_OF_BED), "region_path": _path(HOME_OF_BED)}

# Each table: how many numbers i, which of them, and every column as an expression of i.
TABLES: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("region", "districts", "true", {
        "id": _id(1, f"i %% {DISTRICTS}"), "code": f"'3702' || lpad((i %% {DISTRICTS})::text, 2, '0')",
        "name": "'区' || i", "level": "'county'", "kind": "'administrative'", "path": _path("i"), "pinyin": "'qu'",
        "initials": "'q'", "search_key": "'qu'",
    }),
    ("institution", "facilities", "true", {
        "id": _id(2, "i"), "name": "'养老院' || i", "pinyin": "'yanglaoyuan' || i", "initials": "'yly' || i",
        "search_key": "'养老院' || i || ' yanglaoyuan' || i", "address": "'示范路' || i || '号'",
        "phone": "'0532-90' || lpad(i::text, 6, '0')", "kind": "'care_home'",
        "region_id": _id(1, f"i %% {DISTRICTS}"), "region_path": _path("i"), "published": "true",
        "price_low_fen": "200000 + i", "price_high_fen": "400000 + i", "updated_by": "'bench'",
        "created_at": "%(now)s", "updated_at": "%(now)s",
    }),
    ("institution_rating", "facilities", "i %% 10 < 7", {
        "id": _id(3, "i"), **HOME, "scheme": f"'{NATIONAL_SCHEME}'", "stars": "1 + i %% 5",
        "valid": "daterange(%(today)s::date - 300, %(today)s::date + 300)", "recorded_at": "%(now)s",
        "recorded_by": "'bench'",
    }),
    ("room", "facilities", "true", {"id": _id(4, "i"), **HOME, "name": "'1'"}),
    ("bed", "beds", "true", {
        "id": _id(5, "i"), **OF_BED, "room_id": _id(4, HOME_OF_BED), "label": "i::text",
        "bed_type": "CASE WHEN i %% 10 < 6 THEN 'nursing' ELSE 'ordinary' END",
        "open": "tstzrange('2022-01-01', NULL)",
    }),
    ("elder", "beds", "true", {
        "id": _id(6, "i"), "name": "'王秀英'", "name_pinyin": "'wangxiuying'", "name_initials": "'wxy'", "sex": "'f'",
        "birth_date": "date '1940-05-01'", "region_path": _path(HOME_OF_BED), "hukou_path": _path(HOME_OF_BED),
        "created_at": "%(now)s", "version": "1",
    }),
    ("episode", "beds", TAKEN, {"id": _id(7, "i"), **OF_BED, "elder_id": _id(6, "i"), "created_at": "%(now)s"}),
    ("bed_occupancy", "beds", TAKEN, {
        "id": _id(8, "i"), "fact_id": _id(8, "i"), "bed_id": _id(5, "i"), **OF_BED, "kind": "'stay'",
        "elder_id": _id(6, "i"), "episode_id": _id(7, "i"),
        "during": "tstzrange(%(now)s::timestamptz - (i %% 700 + 1) * interval '1 day', NULL)",
        "recorded_at": "%(now)s", "recorded_by": "'bench'",
    }),
)  # fmt: skip


def fill(database: psycopg.Connection[tuple[object, ...]], facilities: int) -> None:
    """Every table by one INSERT from a series of numbers."""
    values = {"now": clock.now(), "today": clock.today()}
    counts = {"districts": DISTRICTS, "facilities": facilities, "beds": facilities * BEDS_EACH}
    for table, series, chosen, columns in TABLES:
        text = (
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())}"
            f" FROM generate_series(1, {counts[series]}) AS i WHERE {chosen}"
        )
        database.execute(sql.SQL(text), values)  # type: ignore[arg-type]
