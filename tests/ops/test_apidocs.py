"""The page of the API: every operation of openapi.json is on it, for everybody, without a script of its own."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eldercare.ops.apidocs import example_of, fields_of, specification, type_of


@pytest.mark.db
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_operation_is_described(app: Flask, client: FlaskClient, language: str) -> None:
    client.set_cookie("lang", language)
    answer = client.get("/api/v1/docs")
    assert answer.status_code == 200
    with app.app_context():
        paths = specification()["paths"]
    assert len(paths) > 20
    for path in paths:
        assert f"<strong>{path}</strong>" in answer.text
    assert "SubsidiesEstimateIn" in answer.text


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string", "format": "date"}, "string (date)"),
        ({"type": "integer", "nullable": True}, "integer or null"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Line"}}, "list of Line"),
        ({"allOf": [{"$ref": "#/components/schemas/Line"}]}, "Line"),
        ({}, "any"),
    ],
)
def test_types_read_as_words(schema: dict[str, object], words: str) -> None:
    assert type_of(schema) == words


def test_required_fields_come_first_with_their_limits() -> None:
    rows = fields_of(
        {"required": ["b"], "properties": {"a": {"type": "integer", "minimum": 0}, "b": {"type": "string"}}}
    )
    assert [(row.name, row.required, row.note) for row in rows] == [("b", True, ""), ("a", False, "≥ 0")]


def test_an_example_follows_references_and_ends_in_a_circle() -> None:
    schemas = {
        "Node": {
            "type": "object",
            "properties": {"n": {"type": "integer", "example": 4}, "next": {"$ref": "#/components/schemas/Node"}},
        }
    }
    found = example_of({"$ref": "#/components/schemas/Node"}, schemas)
    assert found["n"] == 4
    assert found["next"]["n"] == 4
