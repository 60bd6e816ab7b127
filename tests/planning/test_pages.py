"""Plan indicators counted from facts, by division, with export."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, session
from eldercare.planning import queries
from eldercare.planning.rules import Actual, Standing
from eldercare.regions.models import Region
from tests.factories import beds as factory
from tests.support.cast import CITY, DISTRICT_A, INSTITUTION_2, TOWN_A

ClientAs = Callable[[str], Any]


@pytest.fixture
def city(db_session: Any) -> Region:
    """The plan's city with a street that has a centre and one that has none, and a town without."""
    found = _region(CITY, "370200", "青岛市", "city")
    _region(DISTRICT_A, "370202", "市南区", "county")
    _region(TOWN_A, "370202001", "香港中路街道", "town")
    _region(f"{DISTRICT_A}370202002/", "370202002", "八大峡街道", "town")
    _region(f"{CITY}370203/370203101/", "370203101", "某某镇", "town")
    factory.institution(uuid4(), TOWN_A, name="街道中心").kind = "town_centre"
    home = factory.institution(INSTITUTION_2, DISTRICT_A)
    factory.beds(home, 6)
    factory.beds(home, 4, bed_type="ordinary")
    session().flush()
    return found


def _region(path: str, code: str, name: str, level: str) -> Region:
    row = Region(
        code=code, name=name, level=level, kind="administrative", path=path, pinyin=code, initials=code, search_key=code
    )
    session().add(row)
    session().flush()
    return row


def figures(actor: Actor) -> dict[str, Actual | None]:
    with acting_as(actor):
        choice = queries.choices(actor)[0]
        return {row.indicator.code: row.actual for row in queries.rows(choice)}


def test_figures_are_counted_from_facts(city: Region, actor_as: Callable[[str], Actor]) -> None:
    found = figures(actor_as("official_city"))
    assert found["nursing_bed_share"] == Actual(6, 10)
    assert found["town_center_coverage"] == Actual(1, 3)
    assert found["subdistrict_center_coverage"] == Actual(1, 2)
    assert found["home_beds"] == Actual(0)
    assert found["urban_community_coverage"] is None


def test_a_closed_home_and_a_small_centre_do_not_count(city: Region, actor_as: Callable[[str], Actor]) -> None:
    from datetime import date

    assert figures(actor_as("official_city"))["subdistrict_centers"] == Actual(0)  # no floor area recorded
    for home in session().query(factory.Institution):
        home.floor_area_m2, home.closed_on = 600, None if home.kind == "town_centre" else date(2020, 1, 1)
    session().flush()
    found = figures(actor_as("official_city"))
    assert found["subdistrict_centers"] == Actual(1)
    assert found["nursing_bed_share"] == Actual(0, 0)


def test_a_district_sees_its_part_against_the_citys_target(city: Region, actor_as: Callable[[str], Actor]) -> None:
    actor = actor_as("official_a")
    with acting_as(actor):
        choice = queries.choices(actor)[0]
        rows = {row.indicator.code: row for row in queries.rows(choice)}
    assert (choice.region and choice.region.code, choice.whole_area) == ("370202", False)
    assert rows["town_center_coverage"].actual == Actual(1, 2)
    assert rows["home_beds"].standing is Standing.NOT_COMPARABLE


def test_a_masked_target_waits_to_be_entered(city: Region, client_as: ClientAs) -> None:
    html = client_as("official_city").get("/planning?plan=anonymised_city").text
    assert "目标待填" in html
    assert "待填" in html


def test_the_page_and_its_export_agree(city: Region, client_as: ClientAs) -> None:
    client = client_as("evaluator")
    assert "60 %" in client.get("/planning").text
    answer = client.get("/planning/export.csv?plan=qingdao")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert answer.content_type == "text/csv; charset=utf-8"
    row = next(row for row in rows if "护理型" in row["指标"])
    assert (row["现状"], row["计数"], row["总数"], row["目标值"], row["差距"]) == ("60", "6", "10", "70", "10")


def test_english_is_complete(city: Region, client_as: ClientAs) -> None:
    html = client_as("official_city").get("/planning?lang=en").text
    assert "Nursing beds among all beds of care homes" in html


def test_strangers(city: Region, client: Any, client_as: ClientAs) -> None:
    assert client.get("/planning").status_code == 303
    assert client_as("operator_1").get("/planning").status_code == 403
    assert client_as("official_a").get("/planning?plan=qingdao&division=370203").status_code == 404
    assert client_as("official_a").get("/planning?plan=nowhere").status_code == 404
