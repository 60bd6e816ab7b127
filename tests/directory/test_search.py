"""The public search: what families find, how fresh it is, and what is never shown."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.dialects.postgresql import Range

from eldercare.beds.models import BedCount
from eldercare.core.db import session
from eldercare.directory import queries
from eldercare.directory.rules import Criteria
from tests.factories.institutions import institution, rating
from tests.factories.regions import some_regions

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


def count(home, total: int, occupied: int, bed_type: str = "nursing", days_old: int = 2) -> None:
    session().add(
        BedCount(
            institution_id=home.id, region_path=home.region_path, bed_type=bed_type, total=total, occupied=occupied,
            during=Range(AT - timedelta(days=days_old), None), source="tests", recorded_by="tests",
        )
    )  # fmt: skip
    session().flush()


@pytest.fixture
def city(database, frozen_clock):
    """Free nursing beds in 市北; only ordinary ones in 市南; a full house; one that is not published."""
    frozen_clock(AT)
    regions = some_regions("370203", "370202", "370602")
    homes = {
        "free": institution(
            regions["370203"], "青岛市福利院", price_low_fen=280000, price_high_fen=420000, phone="0532-1"
        ),
        "ordinary": institution(regions["370202"], "海滨养老院"),
        "full": institution(regions["370203"], "满员养老院"),
        "hidden": institution(regions["370203"], "未公开养老院", published=False),
        "closed": institution(regions["370203"], "停业养老院", closed_on=date(2026, 1, 1)),
        "far": institution(regions["370602"], "烟台养老院"),
        "silent": institution(regions["370203"], "未报床位站", kind="station"),
    }
    count(homes["free"], 80, 61)
    count(homes["ordinary"], 30, 10, "ordinary")
    count(homes["full"], 20, 23)
    for name in ("hidden", "closed", "far"):
        count(homes[name], 9, 1, days_old=40)
    rating(homes["far"], 5)
    rating(homes["free"], 3)
    session().commit()
    return homes


def names(**criteria) -> list[str]:
    with queries.as_directory():
        return [place.name for place in queries.search_places(Criteria(**criteria), AT, 1, 20).items]


def test_by_default_places_with_a_free_nursing_bed_the_best_rated_first(city):
    assert names() == ["烟台养老院", "青岛市福利院"]


@pytest.mark.parametrize("sort", ["stars", "free", "price"])
def test_a_register_from_abroad_never_comes_before_the_places_at_home(city, sort):
    abroad = institution(some_regions("us-ma")["us-ma"], "ABERJONA NURSING CENTER", price_low_fen=1)
    count(abroad, 500, 0)
    rating(abroad, 5)
    assert names(sort=sort)[-1] == "ABERJONA NURSING CENTER"


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        ({"text": "qdsfly"}, ["青岛市福利院"]),
        ({"text": "qingdao"}, ["青岛市福利院"]),
        ({"text": "Qing Dao"}, ["青岛市福利院"]),
        ({"text": "福利"}, ["青岛市福利院"]),
        ({"text": "shibei"}, ["青岛市福利院"]),
        ({"text": "nichts"}, []),
        ({"region_path": "/cn/37/3706/"}, ["烟台养老院"]),
        ({"bed_type": "ordinary"}, ["海滨养老院"]),
        ({"bed_type": "any"}, ["烟台养老院", "青岛市福利院", "海滨养老院"]),
        ({"bed_type": "dementia"}, []),
        ({"stars": 4}, ["烟台养老院"]),
        ({"most_fen": 300000}, ["青岛市福利院"]),
        ({"most_fen": 200000}, []),
        ({"region_path": "/cn/37/3702/370203/", "only_free": False}, ["青岛市福利院", "满员养老院", "未报床位站"]),
    ],
)
def test_the_search_narrows(city, criteria, found):
    assert names(**criteria) == found


def test_a_place_tells_free_beds_their_age_stars_and_price(city):
    with queries.as_directory():
        place = queries.search_places(Criteria(text="qdsfly"), AT, 1, 20).items[0]
    assert (place.free, place.total, place.stars, place.rated_since) == (19, 80, 3, date(2025, 1, 1))
    assert (place.fresh_at, place.fresh_by) == (AT - timedelta(days=2), "report")
    assert (place.price_low_fen, place.price_high_fen, place.region) == (280000, 420000, "市北区")


def test_more_residents_than_beds_is_no_free_bed(city):
    with queries.as_directory():
        place = queries.search_places(Criteria(text="满员", only_free=False), AT, 1, 20).items[0]
    assert (place.free, place.total) == (0, 20)


def test_a_page_beyond_the_last_answers_the_last(city):
    with queries.as_directory():
        page = queries.search_places(Criteria(), AT, 99, 1)
    assert (page.page, page.total, len(page.items)) == (2, 2, 1)


class TestPage:
    def test_it_needs_no_account_and_stays_light(self, city, client):
        answer = client.get("/")
        assert answer.status_code == 200
        page = answer.get_data(as_text=True)
        assert "青岛市福利院" in page and "未公开" not in page and "停业" not in page
        assert "张空床" in page and len(answer.data) < 60_000 and " style=" not in page

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("?where=烟台市", "烟台养老院"), ("?where=yantai", "烟台养老院"), ("?in=3706", "烟台养老院"), ("?in=370203", "青岛市福利院"),
            ("?q=qdsfly", "青岛市福利院"), ("?bed_type=ordinary", "海滨养老院"), ("?lang=en", "free of 80"),
            ("?where=火星", "没有与“火星”相符的区划"),
        ],
    )  # fmt: skip
    def test_places_are_found(self, city, client, query, shown):
        assert shown in client.get("/" + query).get_data(as_text=True)

    def test_nothing_found_says_what_to_do(self, city, client):
        page = client.get("/?q=nichts&in=370203").get_data(as_text=True)
        assert "没有完全符合条件的机构" in page and "free=0" in page

    @pytest.mark.parametrize(
        "query", ["?stars=99", "?price=abc", "?page=-4", "?bed_type=x", "?sort=x", "?q=%25%5F'--", "?in=//"]
    )
    def test_a_strange_address_is_answered(self, city, client, query):
        assert client.get("/" + query).status_code == 200

    def test_what_no_database_takes_is_refused(self, city, client):
        assert client.get("/?in=%00").status_code == 400

    @pytest.mark.parametrize("order", ["stars", "free", "price"])
    def test_every_order_ends_with_the_places_that_have_no_free_bed(self, city, client, order):
        page = client.get(f"/?free=0&sort={order}").get_data(as_text=True)
        free = [mark == "" for mark in re.findall(r'<div class="free( none)?">', page)]
        assert len(free) > 1
        assert free == sorted(free, reverse=True)

    def test_the_lists_can_be_ordered_by_price_and_by_free_beds(self, city):
        assert names(bed_type="any", sort="free")[:2] == ["海滨养老院", "青岛市福利院"]
        assert names(bed_type="any", sort="price")[0] == "青岛市福利院"

    def test_nothing_in_the_district_shows_what_is_nearby(self, city, client):
        page = client.get("/?in=370202").get_data(as_text=True)
        assert "没有完全符合条件的机构" in page
        assert "青岛市福利院" in page
        assert "烟台养老院" not in page

    def test_one_place(self, city, client):
        page = client.get(f"/places/{city['free'].id}").get_data(as_text=True)
        assert "0532-1" in page and "19" in page and "山东省青岛市市北区" in page
        for name in ("hidden", "closed"):
            assert client.get(f"/places/{city[name].id}").status_code == 404

    def test_a_picker_offers_only_divisions_with_places(self, city, client):
        page = client.get("/").get_data(as_text=True)
        assert "in=370200" in page and "in=370600" in page and "in=620100" not in page


class TestApi:
    def test_the_same_facts(self, city, client):
        found = client.get("/api/v1/places?q=qdsfly").json
        assert found["total"] == 1
        place = found["items"][0]
        assert (place["free"], place["total"], place["stars"]) == (19, 80, 3)
        one = client.get(f"/api/v1/places/{place['id']}").json
        assert [(row["bed_type"], row["free"]) for row in one["beds"]] == [("nursing", 19)]
        assert client.get(f"/api/v1/places/{city['hidden'].id}").status_code == 404

    def test_wrong_parameters_are_named(self, city, client):
        refused = client.get("/api/v1/places?bed_type=golden&stars=9&per_page=1000&colour=red")
        assert refused.status_code == 422
        assert {"bed_type", "stars", "per_page", "colour"} <= set(refused.json["errors"])
        assert client.get("/api/v1/places?region=999999").status_code == 404
