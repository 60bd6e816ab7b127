"""What the register's forms and API take."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validates_schema

from eldercare.core.errors import Invalid, Problem
from eldercare.core.i18n import N_
from eldercare.core.identifiers import parse_credit_code
from eldercare.institutions.rules import NATIONAL_SCHEME, SCHEMES, BedsMode, Kind, Nature, Ownership, PaperKind


class Words(fields.String):
    """A text with a length, refused with a sentence of ours."""

    def __init__(self, longest: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = longest

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if len(text) > self.longest:
            problem = Problem(attr or "", N_("At most %(most)s characters are taken."), {"most": self.longest})
            raise ValidationError([problem])
        if any(unicodedata.category(char) == "Cc" and char not in "\n\r\t" for char in text):
            raise ValidationError([Problem(attr or "", N_("This holds control characters."))])
        return text.strip()


class Choice(fields.String):
    """One of the words of an enum."""

    def __init__(self, words: type[StrEnum], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words = {str(word) for word in words}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text not in self.words:
            raise ValidationError([Problem(attr or "", N_("Please choose one of the given answers."))])
        return text


class CreditCode(fields.String):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return parse_credit_code(text, field=attr or "uscc")
        except Invalid as error:
            raise ValidationError([error.problems[0]]) from None


class Yuan(fields.String):
    """An amount in yuan, at most two decimals, as integer fen."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        from eldercare.institutions.imports.cells import Wrong, read_yuan

        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return read_yuan(text, attr or "")
        except Wrong as wrong:
            raise ValidationError([Problem(attr or "", wrong.msgid, wrong.params)]) from None


class Between(fields.Integer):
    def __init__(self, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(strict=True, **kwargs)
        self.low, self.high = low, high

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        number = super()._deserialize(value, attr, data, **kwargs)
        if not self.low <= number <= self.high:
            params = {"low": self.low, "high": self.high}
            problem = Problem(attr or "", N_("This must lie between %(low)s and %(high)s."), params)
            raise ValidationError([problem])
        return number


class Degrees(fields.Float):
    def __init__(self, most: int, **kwargs: Any) -> None:
        super().__init__(allow_nan=False, **kwargs)
        self.most = most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        found = super()._deserialize(value, attr, data, **kwargs)
        if abs(found) > self.most:
            problem = Problem(attr or "", N_("This must lie between %(low)s and %(high)s."),
                              {"low": -self.most, "high": self.most})  # fmt: skip
            raise ValidationError([problem])
        return found


class InstitutionForm(Schema):
    """The register's edit form. A field that is left out is emptied."""

    class Meta:
        unknown = RAISE

    version = fields.Integer(strict=True, load_default=None)
    name = Words(200, required=True)
    legal_name = Words(200, load_default=None)
    kind = Choice(Kind, required=True)
    ownership = Choice(Ownership, load_default=None)
    nature = Choice(Nature, load_default=None)
    uscc = CreditCode(load_default=None)
    region_code = Words(40, required=True)
    address = Words(300, load_default="")
    latitude = Degrees(90, load_default=None)
    longitude = Degrees(180, load_default=None)
    phone = Words(40, load_default=None)
    filed_on = fields.Date(load_default=None)
    opened_on = fields.Date(load_default=None)
    closed_on = fields.Date(load_default=None)
    licensed_beds = Between(0, 100_000, load_default=None)
    beds_mode = Choice(BedsMode, load_default="single")
    floor_area_m2 = Between(0, 10_000_000, load_default=None)
    has_clinic = fields.Boolean(load_default=False)
    price_low = Yuan(load_default=None)
    price_high = Yuan(load_default=None)
    introduction = Words(2000, load_default="")
    published = fields.Boolean(load_default=False)

    @post_load
    def rename(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        data["price_low_fen"] = data.pop("price_low")
        data["price_high_fen"] = data.pop("price_high")
        return data


class PaperForm(Schema):
    class Meta:
        unknown = RAISE

    kind = Choice(PaperKind, required=True)
    number = Words(80, required=True)
    issuer = Words(120, load_default="")
    issued_on = fields.Date(load_default=None)
    expires_on = fields.Date(load_default=None)


class RatingForm(Schema):
    class Meta:
        unknown = RAISE

    scheme = Words(40, load_default=NATIONAL_SCHEME)
    stars = Between(1, 5, required=True)
    since = fields.Date(required=True)
    last_day = fields.Date(load_default=None)
    certificate = Words(80, load_default="")

    @validates_schema
    def known_scheme(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data["scheme"] not in SCHEMES:
            raise ValidationError([Problem("scheme", N_("Please choose one of the given answers."))], "scheme")


class ImportForm(Schema):
    class Meta:
        unknown = RAISE

    mapping = Words(40, required=True)
    as_of = fields.Date(load_default=None)


class DecisionForm(Schema):
    class Meta:
        unknown = RAISE

    version = fields.Integer(strict=True, required=True)
