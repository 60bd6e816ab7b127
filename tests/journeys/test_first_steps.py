"""The first steps of anybody: the public page, the other language, signing in and out."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from eldercare.accounts.service import password_hash
from eldercare.core.db import commit
from tests.support.cast import CAST
from tests.support.signed_in import account_of

PASSWORD = "a long enough pass phrase"
pytestmark = pytest.mark.browser


@pytest.fixture
def official(committed_db: Any) -> str:
    user = account_of(CAST["official_a"])
    user.password = password_hash(PASSWORD)
    commit()
    return user.username


def test_the_public_page_opens_in_both_languages(page: Page, clean_console: list[str]) -> None:
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.goto("/?lang=en")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_an_official_signs_in_by_keyboard_and_sees_the_work_page(
    page: Page, official: str, clean_console: list[str]
) -> None:
    page.goto("/sign-in")
    page.locator("input[name=username], input[name=identity], input[name=email]").first.fill(official)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/work*")
    expect(page.locator("h1")).to_be_visible()
