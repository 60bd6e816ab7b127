"""What officials do: take a register in from a file, decide a month's subsidies by two people, plan inspections."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from eldercare.core.db import commit
from tests.factories import inspections
from tests.factories import subsidies as make
from tests.factories.institutions import bureau_row, csv_of
from tests.factories.regions import some_regions
from tests.support.browser import signed_in_cookies, violations
from tests.support.cast import CAST, Member
from tests.support.signed_in import account_of

pytestmark = [pytest.mark.browser, pytest.mark.db]


def sign_in(page: Page, committed_db: Any, live_server: str, member: Member) -> Page:
    """The page's browser holds the member's session from now on."""
    user = account_of(member)
    commit()
    page.context.clear_cookies()
    page.context.add_cookies(signed_in_cookies(committed_db.app, user.username, live_server))
    return page


def no_barrier(page: Page) -> None:
    assert violations(page) == []


def test_an_official_takes_a_register_in_from_a_file(
    page: Page, committed_db: Any, live_server: str, tmp_path: Path, clean_console: list[str]
) -> None:
    some_regions("370202")
    sign_in(page, committed_db, live_server, CAST["official_a"])
    file = tmp_path / "register.csv"
    good = bureau_row(区划代码="370202")
    file.write_bytes(csv_of(good, good | {"机构编号": "QD-2", "机构名称": "第二福利院", "床位数": "many"}))
    page.goto("/registry/imports")
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="查看将有哪些变化").click()
    page.get_by_role("link", name="未通过 1").click()
    expect(page.get_by_role("table")).to_contain_text("床位数")
    no_barrier(page)
    with page.expect_download() as refused:
        page.get_by_role("link", name="下载未通过的行").click()
    page.get_by_role("button", name="导入 1 行").click()
    corrected = tmp_path / "corrected.csv"
    corrected.write_text(Path(refused.value.path()).read_text("utf-8-sig").replace("many", "40"), "utf-8")
    page.goto("/registry/imports")
    page.set_input_files("input[type=file]", corrected)
    page.get_by_role("button", name="查看将有哪些变化").click()
    page.get_by_role("button", name="导入 1 行").click()
    page.goto("/registry")
    expect(page.get_by_role("table")).to_contain_text("第二福利院")


def test_two_officials_decide_a_month(
    page: Page, committed_db: Any, live_server: str, clean_console: list[str]
) -> None:
    make.regions()
    make.elder(tier="half")
    sign_in(page, committed_db, live_server, make.MAKER)
    page.goto("/subsidies/runs/new")
    page.locator("input[name=month]").fill("2024-01")
    page.locator("main form[method=post] button[type=submit]").click()
    committed_db.work_queues()
    expect(page.locator(".steps .here")).to_have_text("已计算", timeout=15_000)
    expect(page.locator("main")).to_contain_text("制单人不能复核自己的批次")
    run = page.url
    page.goto(f"{run}/lines")
    page.locator("td.row-actions a").first.click()
    expect(page.locator("main")).to_contain_text("依据")
    no_barrier(page)
    sign_in(page, committed_db, live_server, make.CHECKER)
    for step, state in (("review", "已复核"), ("approve", "已批准")):
        page.goto(run)
        page.locator(f"main a[href$='/{step}']").click()
        page.locator("main form button[type=submit]").click()
        expect(page.locator(".steps .here")).to_have_text(state)
    no_barrier(page)


def test_a_plan_is_solved_and_published(
    page: Page, committed_db: Any, live_server: str, clean_console: list[str]
) -> None:
    inspections.make_district()
    sign_in(page, committed_db, live_server, CAST["official_a"])
    page.goto("/inspections/plans/new")
    expect(page.get_by_label("区划")).to_have_value("370202")
    for name, day in (("as_of", "2026-03-02"), ("first_day", "2026-03-03"), ("last_day", "2026-03-31")):
        page.locator(f"input[name={name}]").fill(day)
    page.locator("input[name=seconds]").fill("5")
    page.locator("main form[method=post] button[type=submit]").click()
    committed_db.work_queues()
    page.reload()
    expect(page.locator(".figures")).to_contain_text("符合全部规则")
    no_barrier(page)
    page.locator("main a[href$='/publish']").first.click()
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("计划已发布")
    no_barrier(page)
