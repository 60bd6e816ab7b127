"""Keeping the register by hand: pages, API, versions, strangers."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from eldercare.core.db import acting_as, session
from eldercare.core.errors import Forbidden, Invalid, NotFound, StaleVersion
from eldercare.institutions import queries, service
from eldercare.institutions.models import Institution, InstitutionPaper
from eldercare.institutions.queries import Filters
from tests.factories.institutions import USCC, institution, rating
from tests.factories.regions import some_regions
from tests.support.cast import INSTITUTION_1

TODAY = date(2026, 11, 22)


@pytest.fixture
def home(database):
    regions = some_regions("370202", "370203")
    institution(regions["370203"], "市北区某养老院", address="东路2号")
    home = institution(regions["370202"], id=INSTITUTION_1)
    rating(home, 3, date(2024, 1, 1), date(2027, 1, 1))
    session().commit()
    return home


def form_of(home: Institution, **more: str) -> dict[str, str]:
    return {"version": str(home.version), "name": home.name, "kind": home.kind, "region_code": "370202", "beds_mode": "counts",
            "address": home.address} | more  # fmt: skip


@pytest.mark.parametrize("text", ["福利院", "qdsfly", "fuli", "示范路", "shinan", "Shi Nan"])
def test_the_register_is_searched_by_name_spelling_initials_address_and_division(home, text):
    found = queries.list_institutions(Filters(text=text), TODAY, 1, 20)
    assert [row.name for row in found.items] == ["青岛市福利院"]


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (Filters(), 2), (Filters(stars=3), 1), (Filters(stars=4), 0), (Filters(kind="station"), 0), (Filters(text="%"), 0),
        (Filters(region_path="/cn/37/3702/370202/"), 1), (Filters(text="_"), 0),
    ],
)  # fmt: skip
def test_filters(home, filters, count):
    if filters.text in ("%", "_"):  # signs alone fold to nothing: the list is not narrowed
        count = 2
    assert queries.list_institutions(filters, TODAY, 1, 20).total == count


def test_closed_ones_are_shown_only_when_asked_for(home):
    home.closed_on = date(2026, 1, 1)
    session().flush()
    assert queries.list_institutions(Filters(), TODAY, 1, 20).total == 1
    assert queries.list_institutions(Filters(closed=True), TODAY, 1, 20).total == 2


def test_one_sees_ones_own(home, actor_as):
    for name, count in (("official_city", 2), ("official_a", 1), ("operator_1", 1), ("operator_2", 0), ("public", 0)):
        with acting_as(actor_as(name)):
            assert queries.list_institutions(Filters(), TODAY, 1, 20).total == count, name


def test_edit_counts_versions(home, actor_as):
    official = actor_as("official_a")
    with acting_as(official):
        values = {"name": "青岛市第一福利院", "kind": "care_home", "uscc": USCC[0]}
        changed = service.change_institution(
            official, institution_id=home.id, version=home.version, region_code="370202", **values
        )
        assert (changed.version, changed.initials, changed.uscc) == (2, "qdsdyfly", USCC[0])
        with pytest.raises(StaleVersion):
            service.change_institution(official, institution_id=home.id, version=1, region_code="370202", **values)


def test_a_foreign_division_or_institution_is_refused(home, actor_as):
    official = actor_as("official_a")
    other = session().scalars(select(Institution).where(Institution.id != home.id)).one()
    with acting_as(official):
        with pytest.raises(Invalid) as refused:
            service.change_institution(
                official, institution_id=home.id, version=1, region_code="370203", name="x", kind="station"
            )
        assert refused.value.problems[0].field == "region_code"
        with pytest.raises(NotFound):
            service.change_institution(
                official, institution_id=other.id, version=1, region_code="370202", name="x", kind="station"
            )
    with acting_as(actor_as("operator_1")), pytest.raises(Forbidden):
        service.change_institution(
            actor_as("operator_1"), institution_id=home.id, version=1, region_code="370202", name="x"
        )


def test_papers_are_renewed_and_taken_out(home, actor_as):
    official = actor_as("official_a")
    with acting_as(official):
        for until in (date(2026, 1, 1), date(2027, 1, 1)):
            service.record_paper(official, institution_id=home.id, kind="fire", number="F-1", expires_on=until)
        paper = session().scalars(select(InstitutionPaper)).one()
        assert paper.expires_on == date(2027, 1, 1)
        with pytest.raises(Invalid):
            service.record_paper(official, institution_id=home.id, kind="food", number="1", issued_on=date(2026, 2, 1),
                                 expires_on=date(2026, 1, 1))  # fmt: skip
        service.remove_paper(official, institution_id=home.id, paper_id=paper.id)
        assert session().scalars(select(InstitutionPaper)).all() == []


class TestPages:
    def test_list_show_edit_and_export(self, home, client_as):
        client = client_as("official_a")
        page = client.get("/registry?q=qdsfly").get_data(as_text=True)
        assert "青岛市福利院" in page and "市北区某养老院" not in page
        assert client.get(f"/registry/{home.id}").status_code == 200
        assert client.get(f"/registry/{home.id}/edit").status_code == 200
        sent = client.post(
            f"/registry/{home.id}/edit",
            data=form_of(home, name="青岛市新福利院", price_low="2800", price_high="4,200.50"),
        )
        assert sent.status_code == 303
        assert "青岛市新福利院" in client.get(sent.location).get_data(as_text=True)
        export = client.get("/registry/export.csv").get_data(as_text=True)
        assert "4200.50" in export and "370202" in export and "市北区某养老院" not in export

    @pytest.mark.parametrize(
        ("more", "text"),
        [
            ({"name": ""}, "必填"), ({"name": "院" * 201}, "200"), ({"kind": "hotel"}, "选项"), ({"uscc": "123"}, "18"),
            ({"licensed_beds": "3.7"}, "整数"), ({"region_code": "999999"}, "区划"), ({"latitude": "91", "longitude": "1"}, "90"),
            ({"latitude": "36"}, "经度"), ({"price_low": "9", "price_high": "8"}, "最高价"), ({"price_low": "-1"}, "金额"),
            ({"colour": "red"}, ""), ({"address": "a\x00b"}, "控制字符"), ({"opened_on": "2026-02-30"}, "日期"),
        ],
    )  # fmt: skip
    def test_a_bad_form_names_the_field_and_stores_nothing(self, home, client_as, more, text):
        answer = client_as("official_a").post(f"/registry/{home.id}/edit", data=form_of(home, **more))
        assert answer.status_code == 422 and text in answer.get_data(as_text=True)
        assert home.name == "青岛市福利院"

    def test_two_people_edit(self, home, client_as):
        client = client_as("official_a")
        form = form_of(home, name="甲的名字")
        assert client.post(f"/registry/{home.id}/edit", data=form).status_code == 303
        late = client.post(f"/registry/{home.id}/edit", data={**form, "name": "乙的名字"})
        assert late.status_code == 409 and "乙的名字" in late.get_data(as_text=True)

    def test_enter_a_new_one_and_its_papers(self, home, client_as):
        client = client_as("official_a")
        form = form_of(home, name="新开的院", published="1")
        form.pop("version")
        sent = client.post("/registry/new", data=form)
        assert sent.status_code == 303
        paper = client.post(
            sent.location + "/papers", data={"kind": "fire", "number": "消防1", "expires_on": "2030-01-01"}
        )
        assert paper.status_code == 303
        assert "消防1" in client.get(sent.location).get_data(as_text=True)
        assert client.post(sent.location + "/papers", data={"kind": "fire"}).status_code == 422

    def test_strangers(self, home, client_as, client):
        for path in ("", "/edit"):
            assert client_as("official_b").get(f"/registry/{home.id}{path}").status_code == 404
        assert client_as("operator_1").get(f"/registry/{home.id}").status_code == 200
        assert client_as("operator_1").get(f"/registry/{home.id}/edit").status_code == 403
        assert client_as("operator_2").get(f"/registry/{home.id}").status_code == 404
        assert client_as("family").get("/registry").status_code == 403
        assert client.get("/registry").status_code == 303


class TestApi:
    def test_list_one_and_strangers(self, home, client_as, client):
        found = client_as("official_a").get("/api/v1/institutions?q=qdsfly").json
        assert found["total"] == 1 and found["items"][0]["region_path"].endswith("/370202/")
        assert client_as("official_b").get(f"/api/v1/institutions/{home.id}").status_code == 404
        assert client.get("/api/v1/institutions").status_code == 401
        assert client_as("family").get("/api/v1/institutions").status_code == 403
        refused = client_as("official_a").get("/api/v1/institutions?stars=9&colour=red")
        assert refused.status_code == 422 and {"stars", "colour"} <= set(refused.json["errors"])
