"""Filters and macros, rendered in a bare application."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask, render_template_string

from eldercare.core import clock, look
from eldercare.core.errors import Problem
from eldercare.core.i18n import gettext, ngettext
from eldercare.core.web import Page
from tests.support.catalogs import ROOT

NOW = datetime(2026, 11, 22, 11, 4, tzinfo=UTC)


@pytest.fixture
def bare() -> Iterator[Flask]:
    """An application with the look alone, no database; the reader reads Chinese (no Babel: the default)."""
    from flask_babel import Babel

    app = Flask("look", template_folder=str(ROOT / "templates"), static_folder=str(look.STATIC))
    Babel(app, locale_selector=lambda: "zh")
    app.jinja_env.globals.update(_=gettext, ngettext=ngettext)
    look.init_app(app)
    app.add_url_rule("/list", endpoint="list", view_func=lambda: "")
    with app.test_request_context("/list?q=a&page=3"), clock.freeze(NOW):
        yield app


def shown(source: str, **context: object) -> str:
    return " ".join(render_template_string(source, **context).split())


@pytest.mark.parametrize(
    ("fen", "text"), [(140200, "¥1,402.00"), (-5, "-¥0.05"), (0, "¥0.00"), (None, "—"), (10**13, "¥100,000,000,000.00")]
)
def test_yuan(fen: int | None, text: str) -> None:
    assert look.yuan(fen) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(589, 1000, "58.9%"), (1, 3, "33.3%"), (2, 3, "66.7%"), (0, 0, "—"), (5, None, "—"), (1, 1, "100.0%")],
)
def test_percent(part: int, whole: int | None, text: str) -> None:
    assert look.percent(part, whole) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (NOW, "刚刚"),
        (NOW - timedelta(seconds=59), "刚刚"),
        (NOW - timedelta(minutes=59), "59 分钟前"),
        (NOW - timedelta(hours=23), "23 小时前"),
        (NOW - timedelta(days=3), "3 天前"),
        (NOW + timedelta(minutes=1), "刚刚"),  # a clock a little ahead
        (date(2026, 11, 22), "今天"),
        (date(2026, 11, 20), "2 天前"),
        (None, "从未"),
    ],
)
def test_ago(bare: Flask, value: date | None, text: str) -> None:
    assert look.ago(value) == text


def test_an_instant_is_shown_in_china_time() -> None:
    assert look.instant(datetime(2026, 11, 22, 17, 0, tzinfo=UTC)) == "2026-11-23 01:00"
    assert look.day(datetime(2026, 11, 22, 17, 0, tzinfo=UTC)) == "2026-11-23"


@pytest.mark.parametrize(
    ("here", "last", "numbers"),
    [
        (1, 1, [1]),
        (1, 3, [1, 2, 3]),
        (7, 20, [1, None, 6, 7, 8, None, 20]),
        (3, 20, [1, 2, 3, 4, None, 20]),
        (4, 20, [1, 2, 3, 4, 5, None, 20]),
        (20, 20, [1, None, 19, 20]),
    ],
)
def test_page_numbers(here: int, last: int, numbers: list[int | None]) -> None:
    assert look.page_numbers(here, last) == numbers


def test_paging_keeps_the_filters(bare: Flask) -> None:
    html = shown("{{ tables.paging(page) }}", page=Page([], 100, 3, 20))
    assert 'href="/list?q=a&amp;page=4"' in html
    assert 'aria-current="page">3<' in html
    assert "第 41–60 条，共 100 条" in html


def test_one_page_needs_no_paging(bare: Flask) -> None:
    assert "<ul>" not in shown("{{ tables.paging(page) }}", page=Page([1], 1, 1, 20))


def test_an_error_is_bound_to_its_field_and_its_text_escaped(bare: Flask) -> None:
    problems = [Problem("name", "No <b> here")]
    html = shown(
        "{{ forms.text_field('name', 'Name', value='\"><i>', hint='h', problems=problems, required=true) }}",
        problems=problems,
    )
    assert 'aria-describedby="e-name h-name"' in html
    assert 'aria-invalid="true"' in html
    assert "No &lt;b&gt; here" in html
    assert "<i>" not in html


def test_the_summary_leads_to_the_field_and_names_the_row(bare: Flask) -> None:
    html = shown("{{ forms.error_summary(p) }}", p=[Problem("name", "Give it"), Problem("beds", "Too many", row=4)])
    assert 'href="#f-name"' in html
    assert "第 4 行: Too many" in html
    assert not shown("{{ forms.error_summary([]) }}")


def test_a_choice_keeps_what_was_chosen(bare: Flask) -> None:
    html = shown("{{ forms.select_field('x', 'X', [(1, 'a'), (2, 'b')], value='2') }}")
    assert '<option value="2" selected>' in html
    assert '<option value="1">' in html


def test_progress_polls_only_while_work_goes_on(bare: Flask) -> None:
    assert 'hx-get="/p"' in shown("{{ ui.progress('i', 1, 4, 'L', poll_url='/p') }}")
    still = shown("{{ ui.progress('i', 4, 4, 'L') }}")
    assert "hx-get" not in still
    assert "100.0%" in still


def test_state_is_never_colour_alone(bare: Flask) -> None:
    html = shown("{{ ui.badge('Refused', 'danger') }}")
    assert "✕" in html
    assert "Refused" in html


def test_an_old_figure_says_so_in_words(bare: Flask) -> None:
    html = shown("{{ ui.freshness(t) }}", t=NOW - timedelta(days=20))
    assert "20 天前确认，可能已过时" in html
    assert "可能已过时" not in shown("{{ ui.freshness(t) }}", t=NOW - timedelta(days=2))


def test_a_static_file_has_its_fingerprint(bare: Flask) -> None:
    assert look.asset("css/tokens.css").startswith("/static/css/tokens.css?v=")
