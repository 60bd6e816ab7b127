"""The workbench per role, the frame of every page, the preferences."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from eldercare.work.shell import local_path
from tests.factories import beds as factory
from tests.support.cast import CAST, DISTRICT_B, INSTITUTION_2

ClientAs = Callable[[str], Any]
SIGNED_IN = [name for name, member in CAST.items() if member.role]


@pytest.mark.parametrize("name", SIGNED_IN)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_role_has_a_workbench(client_as: ClientAs, name: str, lang: str) -> None:
    answer = client_as(name).get(f"/work?lang={lang}")
    assert answer.status_code == 200
    assert CAST[name].title in answer.text


def test_the_public_is_asked_to_sign_in(client: Any) -> None:
    assert client.get("/work").status_code == 303


def test_an_operator_sees_its_own_home_and_no_other(client_as: ClientAs) -> None:
    own = factory.institution()
    factory.beds(own, 5)
    other = factory.institution(INSTITUTION_2, DISTRICT_B, name="别处养老院")
    factory.beds(other, 3)
    html = client_as("operator_1").get("/work").text
    assert "康宁养老院" in html
    assert f"/beds/{own.id}" in html
    assert "别处养老院" not in html
    assert _figures(html)[:2] == ["5", "5"]  # beds, free


def test_an_official_sees_the_beds_of_the_division_alone(client_as: ClientAs) -> None:
    factory.beds(factory.institution(), 5)
    factory.beds(factory.institution(INSTITUTION_2, DISTRICT_B, name="别处养老院"), 3)
    assert _figures(client_as("official_a").get("/work").text)[0] == "5"
    assert _figures(client_as("official_b").get("/work").text)[0] == "3"


def _figures(html: str) -> list[str]:
    return re.findall(r'<dd class="value">([\d,]+)', html)


def test_the_menu_holds_only_what_may_be_opened(client_as: ClientAs) -> None:
    for name in ("official_a", "assessor", "evaluator", "administrator"):
        client = client_as(name)
        menu = client.get("/work").text.split('class="wide"')[1].split("</nav>")[0]
        links = re.findall(r'href="([^"]+)"', menu)
        assert len(links) > 2
        assert {link: client.get(link, follow_redirects=True).status_code for link in links} == dict.fromkeys(
            links, 200
        )
    assert 'href="/audit"' not in client_as("assessor").get("/work").text


def test_language_and_print_are_remembered(client: Any) -> None:
    answer = client.get("/preferences?lang=en&next=/estimate%3Fa%3D1%26lang%3Dzh")
    assert (answer.status_code, answer.location) == (303, "/estimate?a=1")
    assert client.get_cookie("lang").value == "en"
    client.get("/preferences?large_print=1")
    html = client.get("/nowhere").text
    assert 'lang="en"' in html
    assert 'class="large-print"' in html
    assert "Not found" in html


@pytest.mark.parametrize(
    "address", ["https://evil.example/x", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "/a\nb", "x"]
)
def test_a_preference_leads_back_to_our_pages_only(client: Any, address: str) -> None:
    assert client.get("/preferences", query_string={"next": address, "lang": "en"}).location == "/"


def test_an_unknown_preference_sets_nothing(client: Any) -> None:
    client.get("/preferences?lang=fr&large_print=7")
    assert client.get_cookie("lang") is None
    assert client.get_cookie("large_print") is None


def test_local_path_keeps_the_query(app: Any) -> None:
    with app.test_request_context("/", base_url="http://host.example"):
        assert local_path("http://host.example/a?b=1") == "/a?b=1"
        assert local_path("http://other.example/a") is None


def test_the_style_guide_is_for_administrators(client_as: ClientAs) -> None:
    assert client_as("administrator").get("/style").status_code == 200
    assert client_as("official_a").get("/style").status_code == 403


def test_an_error_page_helps_and_tells_nothing(client_as: ClientAs) -> None:
    answer = client_as("official_a").get("/registry/00000000-0000-0000-0000-000000000000")
    assert answer.status_code == 404
    assert "回到首页" in answer.text
    assert "Traceback" not in answer.text
