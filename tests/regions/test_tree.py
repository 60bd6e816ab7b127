"""Loading and reading the tree in the database; its pages and their stranger."""

from __future__ import annotations

import pytest

from eldercare.core.errors import Forbidden, Invalid
from eldercare.regions import queries
from eldercare.regions.service import ensure_regions, load_regions, read_divisions, region_id
from tests.factories.regions import HEADER, some_regions


def rows(*lines: str):
    return read_divisions("\n".join([HEADER, *lines]))


ROOT = "xx,,某国,,country,foreign,test"
CHILD = "xx-1,xx,某州,State One,state,foreign,test"


def test_loading_twice_changes_nothing(db_session, actor_as):
    from eldercare.core.actor import Actor

    system = Actor.system("tests")
    first = ensure_regions(system)
    assert first.new > 1900
    again = ensure_regions(system)
    assert (again.new, again.changed, again.unchanged) == (0, 0, first.new + first.unchanged)


def test_a_new_name_is_taken_and_a_move_refused(db_session):
    from eldercare.core.actor import Actor

    system = Actor.system("tests")
    load_regions(system, divisions=rows(ROOT, CHILD))
    done = load_regions(system, divisions=rows(ROOT, CHILD.replace("某州", "改名州")))
    assert (done.new, done.changed) == (0, 1)
    assert queries.get_region("xx-1").name == "改名州"
    with pytest.raises(Invalid) as refused:
        load_regions(system, divisions=rows(ROOT, CHILD.replace(",xx,", ",,")))
    assert "cannot move" in str(refused.value)
    assert queries.get_region("xx-1").path == "/xx/xx-1/"


@pytest.mark.parametrize(
    ("lines", "field", "row"),
    [
        (["xx,,某国,,planet,foreign,t"], "level", 1),
        (["xx,,某国,,country,alien,t"], "kind", 1),
        ([ROOT, "xx-1,xx"], "row", 2),
        ([ROOT, "xx-1,xx,,,state,foreign,t"], "name", 2),
    ],
)
def test_a_bad_row_is_named(lines, field, row):
    with pytest.raises(Invalid) as refused:
        rows(*lines)
    assert [(p.field, p.row) for p in refused.value.problems] == [(field, row)]


def test_a_code_twice_and_an_unknown_parent_are_refused_and_nothing_is_stored(db_session):
    from eldercare.core.actor import Actor

    with pytest.raises(Invalid) as refused:
        load_regions(Actor.system("tests"), divisions=rows(ROOT, ROOT, "yy,zz,无根,,state,foreign,t"))
    assert {(p.field, p.row) for p in refused.value.problems} == {("code", 2), ("parent", 3)}
    assert queries.find_region("xx") is None


def test_only_the_system_loads(db_session, actor_as):
    with pytest.raises(Forbidden):
        load_regions(actor_as("official_city"), divisions=rows(ROOT))


@pytest.mark.parametrize("text", ["市北", "shibei", "sbq", "370203", "37020300"])
def test_a_division_is_found_by_name_pinyin_initials_and_code(db_session, text):
    some_regions("370203", "370203005" if text == "37020300" else "370202")
    found = queries.search_regions(text)
    assert found and found[0].code.startswith("370203")


def test_signs_of_like_are_taken_literally(db_session):
    some_regions("370203")
    assert queries.search_regions("%") == []
    assert queries.search_regions("_") == []


def test_ids_are_the_same_everywhere(db_session):
    region = some_regions("370203")["370203"]
    assert region.id == region_id("370203")


def test_browse_search_and_export(db_session, client_as):
    some_regions("370203005", "370202")
    client = client_as("official_a")
    page = client.get("/regions/370200").get_data(as_text=True)
    assert "市北区" in page and "市南区" in page
    assert "辽宁路" not in client.get("/regions/370200?q=shinan").get_data(as_text=True)
    export = client.get("/regions/370203.csv").get_data(as_text=True)
    assert export.startswith("\ufeffcode,") and "370203005" in export and "370202" not in export
    assert client.get("/regions/999999").status_code == 404


def test_a_stranger_signs_in_first(client):
    assert client.get("/regions").status_code == 303
    assert client.get("/regions/370203.csv").status_code == 303


def test_the_api_is_for_everybody_and_names_bad_parameters(db_session, client):
    some_regions("370203", "370202")
    found = client.get("/api/v1/regions?q=sbq").json["items"]
    assert [item["code"] for item in found] == ["370203"]
    assert found[0]["full_name"] == "山东省青岛市市北区"
    assert {item["code"] for item in client.get("/api/v1/regions?parent=370200").json["items"]} == {"370202", "370203"}
    assert client.get("/api/v1/regions?parent=000000").status_code == 404
    refused = client.get("/api/v1/regions?limit=0&colour=red")
    assert refused.status_code == 422 and {"limit", "colour"} <= set(refused.json["errors"])
