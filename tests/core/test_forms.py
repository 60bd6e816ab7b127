"""One decoder for forms and JSON: what people type becomes what the schemas are strict about."""

from typing import Any

import pytest
from marshmallow import Schema, fields, validate
from werkzeug.datastructures import MultiDict

from eldercare.core.errors import Invalid
from eldercare.core.forms import form_to_data, load


class Stay(Schema):
    bed = fields.UUID(required=True)
    days = fields.Integer(strict=True, validate=validate.Range(1, 31))
    on = fields.Date()
    urgent = fields.Boolean()
    note = fields.String(validate=validate.Length(max=5))
    tags = fields.List(fields.Integer(strict=True))
    answers = fields.Dict(keys=fields.String(), values=fields.Integer(strict=True))


BED = "6f1d1f0a-6a5e-4f0e-9a3e-2b8e0d1f4c11"


def decoded(**form: Any) -> dict[str, Any]:
    return form_to_data(Stay(), MultiDict(form))


def test_full_width_digits_and_blanks() -> None:
    data = decoded(bed=BED, days=" ３１ ", on="２０２３-01-05", note="  ", urgent="on")
    assert data == {"bed": BED, "days": 31, "on": "2023-01-05", "urgent": True}


def test_an_absent_checkbox_is_false_and_the_token_is_no_field() -> None:
    assert decoded(bed=BED, csrf_token="x") == {"bed": BED, "urgent": False}


def test_nested_names_and_lists() -> None:
    form = MultiDict([("answers[B.1.1]", "4"), ("answers[B.1.2]", ""), ("tags", "1"), ("tags", "2"), ("tags", "")])
    assert form_to_data(Stay(), form) == {"answers": {"B.1.1": 4}, "tags": [1, 2], "urgent": False}


@pytest.mark.parametrize("typed", ["3.7", "three", "1e3", "9" * 30])
def test_what_is_no_whole_number_is_refused_by_name(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        load(Stay(), decoded(bed=BED, days=typed))
    assert [problem.field for problem in refused.value.problems] == ["days"]


@pytest.mark.parametrize("days", [3.7, 3.0, "3"])
def test_json_is_not_converted(days: Any) -> None:
    with pytest.raises(Invalid):
        load(Stay(), {"bed": BED, "days": days})


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        load(Stay(), {"days": 40, "note": "too long", "colour": "red", "answers": {"B.1.1": "x"}})
    assert {problem.field for problem in refused.value.problems} == {"bed", "days", "note", "colour", "answers.B.1.1"}


def test_a_body_that_is_no_object_is_refused() -> None:
    with pytest.raises(Invalid):
        load(Stay(), ["bed"])
