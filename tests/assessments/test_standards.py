"""The loader of assessment standards refuses every mistake with file, path and reason. No database."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from eldercare.policy.standards import FOLDER, StandardError, UnknownStandard, known_ids, load, parse

SOURCE = (FOLDER / "gbt42195-2022.yaml").read_bytes()


def broken(change: Callable[[dict[str, Any]], None]) -> bytes:
    data = copy.deepcopy(yaml.safe_load(SOURCE))
    change(data)
    return yaml.safe_dump(data, allow_unicode=True).encode()


def test_shipped_standards_load() -> None:
    assert "gbt42195-2022" in known_ids()
    for standard_id in known_ids():
        assert len(load(standard_id).content_hash) == 64


def test_unknown_standard_is_told_apart_from_a_bad_file() -> None:
    with pytest.raises(UnknownStandard):
        load("../gbt42195-2022")


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda d: d.update(colour="red"), "colour"),
        (lambda d: d.pop("source"), "source is missing"),
        (lambda d: d["source"].pop("document"), "document is missing"),
        (lambda d: d.update(max_total=91), "max_total"),
        (lambda d: d.update(in_force="soon"), "in_force"),
        (lambda d: d["levels"][1].update({"from": 67}), "total 66 must fall in exactly one band"),
        (lambda d: d["levels"][2].update({"to": 66}), "must fall in exactly one band"),
        (lambda d: d["levels"][4].update(level=3), "levels"),
        (lambda d: d["dimensions"][0].update(max=31), "dimensions[0].max"),
        (lambda d: d["dimensions"][1]["items"][0].update(code="B.1.1"), "B.1.1"),
        (lambda d: d["dimensions"][0]["items"][1].update(options="help"), "no option set help"),
        (lambda d: d["dimensions"][0]["items"][0]["options"].pop("2"), "every score from 0"),
        (lambda d: d["dimensions"][0]["items"][0]["name"].pop("en"), "en is missing"),
        (lambda d: d["changes"]["coma"].update(to_level=7), "changes.coma.to_level"),
        (lambda d: d["changes"]["mental"].update(raise_by=1.5), "changes.mental.raise_by"),
        (lambda d: d["changes"]["combine"].update(mode="twice"), "changes.combine.mode"),
        (lambda d: d["changes"]["risk_events"].pop("at_least"), "at_least"),
        (lambda d: d["practice"]["validity_months"].update(value=0), "practice.validity_months"),
        (lambda d: d["reasons"].append(dict(d["reasons"][0], name={"zh": "首次", "en": "First"})), "reasons"),
    ],
)
def test_mistakes_are_refused(change: Callable[[dict[str, Any]], None], where: str) -> None:
    with pytest.raises(StandardError, match=r"bad\.yaml") as caught:
        parse(broken(change), "bad.yaml")
    assert where in str(caught.value)


def test_a_key_given_twice_is_refused() -> None:
    with pytest.raises(StandardError, match="duplicate key 'max_total'"):
        parse(SOURCE + b"\nmax_total: 90\n", "bad.yaml")


def test_broken_yaml_is_refused() -> None:
    with pytest.raises(StandardError, match=r"bad\.yaml: line 1"):
        parse(b"id: [", "bad.yaml")
