"""What the account pages and the API take."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from eldercare.accounts.rules import TOKEN_DAYS_MAX, Role


class NewUser(Schema):
    class Meta:
        unknown = RAISE

    username = fields.String(required=True, validate=validate.Length(max=64))
    display_name = fields.String(required=True, validate=validate.Length(min=1, max=80))
    email = fields.Email(load_default=None, validate=validate.Length(max=254))
    division = fields.String(required=True, validate=validate.Length(max=120))


class NewScope(Schema):
    """`where` is what the user typed, `target` what was picked from the list of matches."""

    class Meta:
        unknown = RAISE

    role = fields.String(required=True, validate=validate.OneOf([role.value for role in Role]))
    where = fields.String(load_default=None, validate=validate.Length(max=120))
    target = fields.String(load_default=None, validate=validate.Length(max=200))


class VersionOnly(Schema):
    class Meta:
        unknown = RAISE

    version = fields.Integer(strict=True, load_default=None)


class NewToken(Schema):
    class Meta:
        unknown = RAISE

    name = fields.String(required=True, validate=validate.Length(min=1, max=80))
    days = fields.Integer(strict=True, required=True, validate=validate.Range(min=1, max=TOKEN_DAYS_MAX))


class RoleChoice(Schema):
    class Meta:
        unknown = RAISE

    role = fields.String(required=True, validate=validate.OneOf([role.value for role in Role]))


class Me(Schema):
    """The caller, as the system sees it."""

    name = fields.String()
    user_id = fields.UUID()
    role = fields.String(allow_none=True)
    permissions = fields.List(fields.String())
    region_paths = fields.List(fields.String())
    institution_ids = fields.List(fields.UUID())
