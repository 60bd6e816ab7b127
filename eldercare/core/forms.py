"""One decoder of form data, so that marshmallow schemas validate JSON and forms alike.

Empty text counts as absent, an absent checkbox as false, full-width digits as digits, `a[b]` as a nested field.
Whole numbers in a form are turned into integers here, because the schemas are strict.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, cast

from flask import request
from marshmallow import Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict

from eldercare.core.errors import Invalid, Problem
from eldercare.core.i18n import N_, gettext

IGNORED = {"csrf_token", "submit", "lang"}
_WHOLE = re.compile(r"[+-]?\d+")
_NESTED = re.compile(r"^([^\[\]]+)\[([^\[\]]+)\]$")

# marshmallow's own sentences are English only: message ids of ours, by marshmallow's wording.
STANDARD_MESSAGES = {
    "Missing data for required field.": N_("This field is required."),
    "Unknown field.": N_("This field is not known here."),
    "Field may not be null.": N_("This field must not be empty."),
    "Not a valid string.": N_("This must be a text."),
    "Not a valid integer.": N_("This must be a whole number."),
    "Not a valid boolean.": N_("This must be true or false."),
    "Not a valid date.": N_("This is not a date. Write it as YYYY-MM-DD."),
    "Not a valid datetime.": N_("This is not a point in time. Write it as YYYY-MM-DDTHH:MM."),
    "Not a valid UUID.": N_("This is not a valid identifier."),
    "Not a valid number.": N_("This must be a number."),
    "Not a valid mapping type.": N_("This must be an object with named fields."),
    "Not a valid list.": N_("This must be a list."),
    "Invalid input type.": N_("The body must be a JSON object."),
    "Not a valid email address.": N_("This is not a valid e-mail address."),
}
# The same for sentences that hold a figure.
MESSAGES_WITH_FIGURES = (
    (r"Shorter than minimum length (?P<least>\d+)\.", N_("Write at least %(least)s characters.")),
    (r"Longer than maximum length (?P<most>\d+)\.", N_("Write at most %(most)s characters.")),
    (
        r"Length must be between (?P<least>\d+) and (?P<most>\d+)\.",
        N_("Write at least %(least)s and at most %(most)s characters."),
    ),
    (r"Length must be (?P<length>\d+)\.", N_("Write exactly %(length)s characters.")),
    (
        r"Must be greater than or equal to (?P<least>\S+) and less than or equal to (?P<most>\S+?)\.",
        N_("This must be from %(least)s to %(most)s."),
    ),
    (r"Must be greater than or equal to (?P<least>\S+?)\.", N_("This must be %(least)s or more.")),
    (r"Must be less than or equal to (?P<most>\S+?)\.", N_("This must be %(most)s or less.")),
    (r"Must be greater than (?P<bound>\S+?)\.", N_("This must be more than %(bound)s.")),
    (r"Must be less than (?P<bound>\S+?)\.", N_("This must be less than %(bound)s.")),
    (r"Must be one of: (?P<words>.*)\.", N_("This must be one of: %(words)s.")),
    (r"String does not match expected pattern\.", N_("This is not written as expected.")),
)


def decode(schema: Schema, data: MultiDict[str, str] | None = None) -> dict[str, Any]:
    """Read the request's form through `schema`. Raises Invalid that names each field."""
    source = request.form if data is None else data
    return load(schema, form_to_data(schema, source))


def load(schema: Schema, data: Any) -> dict[str, Any]:
    """Validate ready data (JSON or a decoded form). Raises Invalid that names each field."""
    try:
        return cast(dict[str, Any], schema.load(data))
    except ValidationError as error:
        raise Invalid(problems_of(error.messages)) from error


def form_to_data(schema: Schema, form: MultiDict[str, str]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name in form:
        if name in IGNORED:
            continue
        if nested := _NESTED.match(name):
            outer, inner = nested.groups()
            value = _value(_inner_field(schema.fields.get(outer), inner), form.getlist(name))
            if value is not None:
                data.setdefault(outer, {})[inner] = value
            continue
        value = _value(schema.fields.get(name), form.getlist(name))
        if value is not None:
            data[name] = value
    for name, field in schema.fields.items():
        if isinstance(field, fields.Boolean) and name not in form:
            data[name] = False
    return data


def _inner_field(field: Any, name: str) -> Any:
    if isinstance(field, fields.Dict):
        return field.value_field
    if isinstance(field, fields.Nested):
        return field.schema.fields.get(name)
    return None


def _value(field: Any, texts: list[str]) -> Any:
    if isinstance(field, fields.List):
        found = [_value(field.inner, [text]) for text in texts]
        return [item for item in found if item is not None]
    text = texts[-1].strip()
    if text == "":
        return None
    if isinstance(field, fields.Boolean):
        return text.lower() in ("1", "on", "true", "yes")
    plain = unicodedata.normalize("NFKC", text)
    if isinstance(field, fields.Integer):
        return int(plain) if _WHOLE.fullmatch(plain) and len(plain) < 20 else text
    if isinstance(field, (fields.Date, fields.DateTime, fields.UUID)):
        return plain
    return text


def problems_of(messages: Any, prefix: str = "") -> list[Problem]:
    """marshmallow's nested messages as a flat list; row numbers of `many=True` count from 1."""
    if isinstance(messages, str):
        messages = [messages]
    if isinstance(messages, Mapping):
        found: list[Problem] = []
        for key, value in messages.items():
            if key == "value" and prefix:  # marshmallow puts a dict's value errors under "value"
                found += problems_of(value, prefix)
                continue
            name = "" if key == "_schema" else str(key)
            found += problems_of(value, f"{prefix}.{name}" if prefix and name else prefix or name)
        return found
    return [_problem(prefix or "body", message) for message in messages]


def _problem(field: str, message: Any) -> Problem:
    if isinstance(message, Problem):
        return Problem(field, message.msgid, message.params, message.row)
    text = str(message)
    if text in STANDARD_MESSAGES:
        return Problem(field, STANDARD_MESSAGES[text])
    for pattern, msgid in MESSAGES_WITH_FIGURES:
        if found := re.fullmatch(pattern, text):
            return Problem(field, msgid, found.groupdict())
    return Problem(field, text)


def messages_by_field(problems: list[Problem]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for problem in problems:
        text = problem.message
        if problem.row is not None:
            text = gettext("Row %(row)s: %(text)s", row=problem.row, text=text)
        grouped.setdefault(problem.field, []).append(text)
    return grouped
