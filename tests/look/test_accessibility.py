"""All main pages in a browser, per role, wide and on a phone: WCAG 2.2 AA by axe, no refused script or style, no page
wider than the phone."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.browser import signed_in_cookies, violations

pytestmark = pytest.mark.browser
ROLES = (None, "admin", "operator", "official", "yantai", "community", "assessor", "inspector", "evaluator", "family")
#: From the start page the crawl goes two steps: the menu's pages, and the first links on each of them.
DEPTH, LINKS_A_PAGE, PAGES_A_ROLE = 2, 6, 24
SKIPPED = (".csv", ".json", ".xlsx", "/preferences", "/sign-out", "/logout", "/api/")


@pytest.fixture
def city(committed_db: Any) -> Any:
    """The small demonstration: every list has rows."""
    from eldercare.core.db import commit
    from eldercare.demo.load import load
    from eldercare.demo.size import SMALL
    from eldercare.groundwork import lay

    with committed_db.app.app_context():
        lay()
        load(SMALL, say=lambda _what, _count: None)
        commit()
    return committed_db


def test_every_page_can_be_used_by_everybody(city: Any, live_server: str, browser: Any) -> None:
    faults: dict[str, list[str]] = {}
    shapes: set[str] = set()
    for role in ROLES:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
        if role:
            context.add_cookies(signed_in_cookies(city.app, role, live_server))
        page = context.new_page()
        _crawl(page, live_server, "/work" if role else "/", faults, role, shapes)
        context.close()
    assert len(shapes) > 20, sorted(shapes)
    assert not faults, "\n".join(f"{where}\n    " + "\n    ".join(what) for where, what in faults.items())


def _crawl(
    page: Any, address: str, start: str, faults: dict[str, list[str]], role: str | None, shapes: set[str]
) -> None:
    """Visit and follow. Pages that differ only in an id or a query count once a role, and are measured once in all;
    the workbench is another page for every role."""
    queue, done = [(start, 0)], set()
    while queue and len(done) < PAGES_A_ROLE:
        path, depth = queue.pop(0)
        shape = "/".join(
            "*" if any(sign.isdigit() for sign in part) else part for part in urlsplit(path).path.split("/")
        )
        if shape in done:
            continue
        done.add(shape)
        if found := _check(page, address, path, measure=shape not in shapes or shape == start):
            faults[f"{role or 'public'} {path}"] = found
        shapes.add(shape)
        if depth < DEPTH:
            queue += [(link, depth + 1) for link in _links(page, depth)]


def _check(page: Any, address: str, path: str, *, measure: bool) -> list[str]:
    found: list[str] = []
    page.set_viewport_size({"width": 1280, "height": 900})
    listener = lambda message: found.append(message.text) if message.type == "error" else None  # noqa: E731
    page.on("console", listener)
    answer = page.goto(address + path)
    if answer is None or answer.status >= 400:
        found.append(f"status {answer.status if answer else 'none'}")
    if measure:
        found += violations(page)
        page.set_viewport_size({"width": 390, "height": 844})
        if (width := page.evaluate("document.documentElement.scrollWidth")) > 390:
            found.append(f"{width} px wide on a phone of 390")
        found += [f"on a phone: {one}" for one in violations(page)]
    page.remove_listener("console", listener)
    return found


def _links(page: Any, depth: int) -> list[str]:
    """The menu from the first page, then the first links of each page's content."""
    where = "nav.wide a, main a" if depth == 0 else "main a"
    paths = page.eval_on_selector_all(where, "all => all.map(one => one.getAttribute('href'))")
    ours = [path for path in paths if path and path.startswith("/") and not any(part in path for part in SKIPPED)]
    return ours if depth == 0 else ours[:LINKS_A_PAGE]
