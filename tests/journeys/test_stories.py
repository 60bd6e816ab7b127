"""Whole stories in a browser, each wide and on a phone: a family finds a bed, an operator fills and frees one, two
operators want the same one, an assessor scores by keyboard. Every page on the way is measured by axe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from eldercare.accounts.models import User, UserScope
from eldercare.accounts.service import password_hash
from eldercare.core.db import commit, session
from tests.factories import beds as factory
from tests.factories.people import resident_id
from tests.support.browser import signed_in_cookies, violations
from tests.support.cast import CAST, DISTRICT_A, INSTITUTION_1
from tests.support.signed_in import account_of

PASSWORD = "a long enough pass phrase"
pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class City:
    """One home with three free nursing beds, one elder of the district, and the people who work there."""

    app: Any
    bed_id: UUID
    elder_id: UUID


@pytest.fixture
def city(committed_db: Any) -> City:
    home = factory.institution(phone="053280000001", address="示范路1号", price_low_fen=300_000, price_high_fen=500_000)
    home.search_key = "康宁养老院|kangning|kn"
    bed = factory.beds(home, 3)[0]
    elder = factory.elder("王秀英")
    operator = account_of(CAST["operator_1"])
    operator.password = password_hash(PASSWORD)
    account_of(CAST["assessor"])
    colleague = User(
        username="colleague", email="colleague@cast.example", display_name="另一经办人", password="!",
        fs_uniquifier="c" * 32, region_path="/cn/", created_by="system:tests",
        scopes=[UserScope(role="operator", institution_id=INSTITUTION_1, granted_by="system:tests")],
    )  # fmt: skip
    session().add(colleague)
    commit()
    return City(committed_db.app, bed.id, elder.id)


@pytest.fixture(params=[1280, 390], ids=["wide", "phone"])
def width(request: pytest.FixtureRequest, page: Page) -> int:
    page.set_viewport_size({"width": request.param, "height": 844})
    return int(request.param)


def fits(page: Page, width: int) -> None:
    """Nothing sticks out, and everybody can use it."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


def sign_in(page: Page, city: City, username: str, address: str) -> None:
    page.context.add_cookies(signed_in_cookies(city.app, username, address))  # type: ignore[arg-type]


def test_a_family_finds_a_free_nursing_bed_in_three_steps(
    page: Page, city: City, width: int, clean_console: list[str]
) -> None:
    page.goto("/")
    page.get_by_label("名称或地址").fill("kn")
    page.get_by_role("button", name="查询").click()
    expect(page.locator(".place .free strong")).to_have_text("3")
    fits(page, width)
    page.get_by_role("link", name="康宁养老院").click()
    expect(page.locator("h1")).to_have_text("康宁养老院")
    expect(page.locator('a[href="tel:053280000001"]').first).to_be_visible()
    fits(page, width)


def test_an_operator_admits_somebody_new_and_discharges(
    page: Page, city: City, width: int, clean_console: list[str]
) -> None:
    page.goto("/sign-in")
    page.locator("input[name=username], input[name=identity], input[name=email]").first.fill("operator_1")
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/work*")
    page.get_by_role("link", name="床位看板").first.click()
    bed = page.locator(f"#bed-{city.bed_id}")
    bed.click()
    panel = page.locator("#panel")
    panel.get_by_label("身份证号").fill(resident_id(date(1941, 3, 8)))
    panel.get_by_label("姓名").fill("李玉兰")
    fits(page, width)
    panel.locator("form button[type=submit]").click()
    expect(page.get_by_role("status").filter(has_text="已办理入住")).to_be_visible()
    expect(bed).to_contain_text("李玉兰")
    bed.click()
    panel.locator("select[name=end_reason]").select_option("home")
    panel.locator("form button[type=submit]").click()
    expect(page.locator(f"#bed-{city.bed_id}.bed--free")).to_be_visible()
    fits(page, width)


def test_of_two_operators_who_want_one_bed_the_second_is_told(
    page: Page, new_context: Any, city: City, width: int, live_server: str
) -> None:
    address = f"/beds/bed/{city.bed_id}"
    sign_in(page, city, "operator_1", live_server)
    other = new_context(base_url=live_server).new_page()
    sign_in(other, city, "colleague", live_server)
    for desk, name, born in ((page, "李玉兰", date(1941, 3, 8)), (other, "赵桂芳", date(1939, 9, 9))):
        desk.goto(address)
        desk.get_by_label("身份证号").fill(resident_id(born))
        desk.get_by_label("姓名").fill(name)
    other.locator("main form.stack button[type=submit]").click()
    expect(other.locator("h1")).to_have_text("康宁养老院")
    page.locator("main form.stack button[type=submit]").click()
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text("赵桂芳")
    expect(refusal.get_by_role("link")).to_have_count(2)
    fits(page, width)


def test_an_assessor_answers_all_items_by_keyboard_and_stores(
    page: Page, city: City, width: int, live_server: str, clean_console: list[str]
) -> None:
    sign_in(page, city, "assessor", live_server)
    page.goto(f"/assessments/new?elder_id={city.elder_id}")
    page.locator("select[name=reason]").select_option(index=1)
    page.locator("input[name=second_assessor]").fill("周评估")
    groups = page.locator("fieldset:has(input[name^='answers['])")
    assert groups.count() == 26
    page.keyboard.press("Tab")
    for _item in range(26):
        page.keyboard.press("Space")  # the best answer, then on to the next item
        page.keyboard.press("Tab")
    assert page.locator("input[name^='answers[']:checked").count() == 26
    fits(page, width)
    page.locator("button[name=action][value=preview]").click()
    expect(page.locator("#preview")).to_contain_text("90")
    page.locator("#preview button[value=save]").click()
    expect(page.locator("h1")).to_contain_text("王秀英")
    expect(page.locator("main")).to_contain_text("能力完好")
    fits(page, width)


def test_the_district_of_the_home_narrows_the_search(page: Page, city: City) -> None:
    page.goto(f"/?in={DISTRICT_A.rstrip('/').rsplit('/', 1)[1]}&sort=free")
    expect(page.locator(".place h3")).to_have_text(["康宁养老院"])
