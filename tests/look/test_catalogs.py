"""Every text has its Chinese, once, and with the same places for values."""

from __future__ import annotations

import re

import pytest

from tests.support import catalogs


@pytest.fixture(scope="module")
def wanted() -> dict[str, set[str]]:
    return catalogs.wanted()


@pytest.fixture(scope="module")
def given() -> dict[str, dict[str, str]]:
    return catalogs.given()


def test_every_message_has_chinese(wanted: dict[str, set[str]], given: dict[str, dict[str, str]]) -> None:
    missing = {msgid: min(where) for msgid, where in wanted.items() if not any(given.get(msgid, {}).values())}
    assert not missing, "\n".join(f"{where}  {msgid!r}" for msgid, where in sorted(missing.items(), key=lambda x: x[1]))


def test_no_two_catalogs_disagree(given: dict[str, dict[str, str]]) -> None:
    """The merged catalog has one text for a message: two catalogs must not give two."""
    torn = {msgid: texts for msgid, texts in given.items() if len(set(texts.values())) > 1}
    assert not torn, "\n".join(f"{msgid!r}: {texts}" for msgid, texts in torn.items())


def test_no_catalog_keeps_what_nobody_uses(wanted: dict[str, set[str]], given: dict[str, dict[str, str]]) -> None:
    used = wanted.keys() | catalogs.of_flask_security()
    unused = {msgid: sorted(texts) for msgid, texts in given.items() if msgid not in used}
    assert not unused, "\n".join(
        f"{texts[0]}  {msgid!r}" for msgid, texts in sorted(unused.items(), key=lambda x: x[1])
    )


def test_translations_keep_the_places_for_values(given: dict[str, dict[str, str]]) -> None:
    """A Chinese text may leave a number out, but a place that the message does not have would fail when shown."""
    wrong = {
        (catalog, msgid): text
        for msgid, texts in given.items()
        for catalog, text in texts.items()
        if catalogs.places(text) - catalogs.places(msgid)
    }
    assert not wrong, wrong


def test_the_extraction_sees_code_and_templates(wanted: dict[str, set[str]]) -> None:
    """A guard that reads nothing would always pass."""
    places = {place.split("/")[0] for where in wanted.values() for place in where}
    assert {"eldercare", "templates"} <= places
    assert "Skip to the content" in wanted


HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;?!]|[\u4e00-\u9fff]:(?!//)|[\u4e00-\u9fff]\([^)]*[\u4e00-\u9fff]")


def test_chinese_has_chinese_punctuation(given: dict[str, dict[str, str]]) -> None:
    """A half-width comma after a Chinese character is what a careful reader sees first."""
    wrong = {text: catalog for texts in given.values() for catalog, text in texts.items() if HALF_WIDTH.search(text)}
    assert not wrong, "\n".join(f"{catalog}  {text}" for text, catalog in sorted(wrong.items(), key=lambda x: x[1]))
