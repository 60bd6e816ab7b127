"""Pieces that the schemas of all slices share."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields


class Strict(Schema):
    """An unknown field is refused by name."""

    class Meta:
        unknown = RAISE


class Line(fields.String):
    """A text on one line, without blanks around it and without control characters."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs)).strip()
        if any(ord(char) < 32 for char in text):
            raise self.make_error("invalid")
        return text
