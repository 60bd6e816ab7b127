"""`/api/v1/docs`: the API's description as a page of our own, from the same specification as openapi.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app

from eldercare.core.web import public, render

blueprint = Blueprint("apidocs", __name__, url_prefix="/api/v1/docs")
METHODS = ("get", "post", "put", "patch", "delete")
_REF = "#/components/schemas/"
_DEEPEST = 4


@dataclass(frozen=True)
class Field:
    """A property of a body, or a parameter: `schema` names the object it holds, where it holds one."""

    name: str
    type: str
    required: bool
    note: str
    schema: str = ""


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    anchor: str
    summary: str
    description: str
    parameters: list[Field]
    takes: str
    gives: str
    example: str
    statuses: list[str]


@dataclass(frozen=True)
class Group:
    name: str
    title: str
    operations: list[Operation]


@blueprint.get("")
@public
def show() -> Response:
    """Every operation, what it takes and gives, and the objects behind it."""
    spec = specification()
    schemas = spec.get("components", {}).get("schemas", {})
    return render(
        "ops/apidocs.html",
        groups=groups(spec),
        schemas={name: fields_of(schema) for name, schema in sorted(schemas.items())},
        version=spec["info"]["version"],
    )


def specification() -> dict[str, Any]:
    """What openapi.json says."""
    found: dict[str, Any] = current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict()
    return found


def groups(spec: Mapping[str, Any]) -> list[Group]:
    """The operations under their tags, in the order of the tags."""
    schemas = spec.get("components", {}).get("schemas", {})
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in spec.get("tags", [])}
    for path, methods in sorted(spec["paths"].items()):
        shared = methods.get("parameters", [])
        for method in METHODS:
            if method in methods:
                operation = methods[method]
                tag = (operation.get("tags") or ["api"])[0]
                found.setdefault(tag, []).append(_operation(method, path, operation, shared, schemas))
    titles = {tag["name"]: tag.get("description") or tag["name"] for tag in spec.get("tags", [])}
    return [Group(name, titles.get(name, name), rows) for name, rows in found.items() if rows]


def _operation(
    method: str, path: str, operation: Mapping[str, Any], shared: list[Any], schemas: Mapping[str, Any]
) -> Operation:
    body = _json_schema(operation.get("requestBody", {}))
    answers = operation.get("responses", {})
    good: Mapping[str, Any] = next((answer for status, answer in answers.items() if str(status).startswith("2")), {})
    parameters = [_parameter(one) for one in [*shared, *operation.get("parameters", [])] if "name" in one]
    return Operation(
        method=method.upper(),
        path=path,
        anchor=f"{method}-{path}".replace("/", "-").replace("{", "").replace("}", "").replace("_", "-"),
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        parameters=parameters,
        takes=_named(body),
        gives=_named(_json_schema(good)),
        example=_pretty(example_of(body, schemas)) if body else "",
        statuses=sorted(str(status) for status in answers if status != "default"),
    )


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _json_schema(holder: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a body; of several kinds of content the first."""
    for content in holder.get("content", {}).values():
        schema: dict[str, Any] = content.get("schema", {})
        return schema
    return {}


def _parameter(one: Mapping[str, Any]) -> Field:
    schema = one.get("schema", {})
    note = " · ".join(part for part in (one.get("in", ""), one.get("description", ""), _limits(schema)) if part)
    return Field(one["name"], type_of(schema), bool(one.get("required")), note)


def fields_of(schema: Mapping[str, Any]) -> list[Field]:
    """The properties of an object, the required ones first."""
    required = set(schema.get("required", []))
    rows = [
        Field(name, type_of(inner), name in required, _note(inner), _named(inner))
        for name, inner in schema.get("properties", {}).items()
    ]
    return sorted(rows, key=lambda row: (not row.required, row.name))


def _note(schema: Mapping[str, Any]) -> str:
    return " · ".join(part for part in (schema.get("description", ""), _limits(schema)) if part)


def _limits(schema: Mapping[str, Any]) -> str:
    """The limits as a reader of JSON writes them down."""
    words = {
        "minimum": "≥ %s", "maximum": "≤ %s", "minLength": "length ≥ %s", "maxLength": "length ≤ %s", "pattern": "%s",
        "default": "default %s",
    }  # fmt: skip
    parts = [text % json.dumps(schema[key], ensure_ascii=False) for key, text in words.items() if key in schema]
    if "enum" in schema:
        parts.append(" | ".join(str(value) for value in schema["enum"]))
    return " · ".join(parts)


def type_of(schema: Mapping[str, Any]) -> str:
    """`string (date)`, `integer or null`, `list of Line`."""
    if name := schema.get("$ref", "").removeprefix(_REF):
        return str(name)
    for key in ("allOf", "anyOf", "oneOf"):
        if key in schema:
            return " / ".join(type_of(part) for part in schema[key])
    if schema.get("type") == "array":
        return f"list of {type_of(schema.get('items', {}))}"
    kind = schema.get("type", "any")
    text = " / ".join(kind) if isinstance(kind, list) else str(kind)
    if "format" in schema:
        text += f" ({schema['format']})"
    return f"{text} or null" if schema.get("nullable") else text


def _named(schema: Mapping[str, Any]) -> str:
    """The object a schema is, or is a list of; '' when it has no name."""
    if name := schema.get("$ref", "").removeprefix(_REF):
        return str(name)
    for key in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(key, []):
            if name := _named(part):
                return name
    return _named(schema["items"]) if "items" in schema else ""


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int = 0) -> Any:
    """A body that shows the shape: examples and defaults where given, else a value of the type."""
    if name := schema.get("$ref", "").removeprefix(_REF):
        return example_of(schemas.get(name, {}), schemas, depth + 1) if depth < _DEEPEST else {}
    for key in ("example", "default"):
        if key in schema:
            return schema[key]
    if "enum" in schema:
        return schema["enum"][0]
    for key in ("allOf", "anyOf", "oneOf"):
        if key in schema:
            return example_of(schema[key][0], schemas, depth + 1)
    if "properties" in schema:
        return {key: example_of(inner, schemas, depth + 1) for key, inner in schema["properties"].items()}
    if schema.get("type") == "array":
        return [example_of(schema.get("items", {}), schemas, depth + 1)]
    by_type: dict[str, Any] = {"integer": schema.get("minimum", 0), "number": 0, "boolean": False, "object": {}}
    samples = {
        "date": "2023-01-15",
        "uuid": "00000000-0000-0000-0000-000000000000",
        "date-time": "2023-01-15T08:00:00Z",
    }
    kind = schema.get("type")
    return by_type[kind] if kind in by_type else samples.get(schema.get("format", ""), "")
