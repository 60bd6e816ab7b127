"""What the API's blueprints stand on: bodies are read strictly, refusals are described as they are (RFC 9457)."""

from __future__ import annotations

import json
from typing import Any

import flask_smorest
from flask import Request
from marshmallow import Schema, fields
from webargs.core import missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from eldercare.core.i18n import N_

PROBLEM = "application/problem+json"


class _Unreadable(ValueError):
    """The text is JSON for some readers and not for others; the message is an id to translate."""


def read_json(content: bytes) -> Any:
    """The value of a JSON text (RFC 8259). Raises BadRequest that says what is wrong with it.

    A name given twice, NaN and Infinity are refused: two readers would understand them differently.
    """
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_once_each, parse_constant=_no_constant)
    except _Unreadable as error:
        raise _bad(str(error)) from None
    except RecursionError:
        raise _bad(N_("The body is nested too deeply.")) from None
    except ValueError:  # no JSON, no UTF-8, or a number of thousands of digits
        raise _bad(N_("The body is not valid JSON in UTF-8.")) from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Unreadable(N_("The body names a field twice."))
    return found


def _no_constant(_name: str) -> Any:
    raise _Unreadable(N_("NaN and Infinity are no JSON numbers."))


def _bad(msgid: str) -> BadRequest:
    error = BadRequest()
    error.data = {"messages": {"json": [msgid]}}  # type: ignore[attr-defined]
    return error


class JsonParser(FlaskParser):
    """Reads bodies. A body of another content type is refused, never taken for an absent one."""

    def load_json(self, req: Request, schema: Schema) -> Any:
        content = req.get_data()
        if not content:
            return missing
        if req.content_length is None and len(content) >= (req.max_content_length or len(content) + 1):
            raise RequestEntityTooLarge  # a body of unknown length was cut off at the limit
        if not req.is_json:
            raise UnsupportedMediaType
        return read_json(content)


class Blueprint(flask_smorest.Blueprint):
    """A blueprint of the API."""

    ARGUMENTS_PARSER = JsonParser()


class ProblemDetails(Schema):
    """Every refusal. `errors` names the fields, where fields are wrong."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "Stable and machine-readable"})
    detail = fields.String(required=True, metadata={"description": "What is wrong and what to do, for people"})
    request_id = fields.String(allow_none=True)
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))


class Api(flask_smorest.Api):
    """The description of the API says how refusals really look."""

    ERROR_SCHEMA = ProblemDetails

    def _register_responses(self) -> None:
        """All of these are refusals: answers are described by their views."""
        usual: str = self.DEFAULT_RESPONSE_CONTENT_TYPE  # type: ignore[has-type]
        self.DEFAULT_RESPONSE_CONTENT_TYPE = PROBLEM
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = usual
