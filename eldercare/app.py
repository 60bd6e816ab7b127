"""The application factory. No global application, no work at import."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls
from flask import Flask
from flask.json.provider import DefaultJSONProvider
from flask_babel import Babel
from flask_migrate import Migrate
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from werkzeug.middleware.proxy_fix import ProxyFix

from eldercare.core import access, i18n, idempotency, look, web
from eldercare.core.api import Api
from eldercare.core.config import Config
from eldercare.core.crypto import Keyring
from eldercare.core.db import db


class _ReadableJson(DefaultJSONProvider):
    """Chinese as Chinese: people read answers of the API too."""

    ensure_ascii = False


ROOT = Path(__file__).resolve().parent.parent
# From the ground up; each module has init_app(app, api).
SLICES = (
    "audit", "packstore", "regions", "accounts", "notices", "people", "institutions", "staff", "assessments", "beds",
    "homebeds", "community", "inspections", "subsidies", "planning", "directory", "work", "ops",
)  # fmt: skip


def create_app(config: Config) -> Flask:
    """Build the application: settings, extensions, slices, error handlers."""
    app = Flask("eldercare", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "eldercare" / "static"))
    _configure(app, config)
    _extend(app, config)
    api = Api(app, spec_kwargs={"marshmallow_plugin": MarshmallowPlugin(schema_name_resolver=_schema_name)})
    for name in SLICES:
        import_module(f"eldercare.{name}").init_app(app, api)
    web.handle_errors(app)
    look.init_app(app)
    access.enforce(app)
    idempotency.guard_api(app)
    _declare_library_routes(app)
    _trust_proxies(app, config.trusted_proxies)
    return app


def _trust_proxies(app: Flask, count: int) -> None:
    """Take the caller's address and scheme from that many proxies in front of us; of none unless the operator says so."""
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]


def _schema_name(schema: Any) -> str:
    """A schema's name in the OpenAPI document, with its slice: `BedsElder`, `PeopleElder`."""
    cls = resolve_schema_cls(schema)
    if isinstance(cls, list):
        raise TypeError(f"ambiguous schema {schema!r}")
    place = cls.__module__.split(".")
    owner = place[1].title() if place[0] == "eldercare" and len(place) > 2 else ""
    name = cls.__name__.removesuffix("Schema")
    name = name if name.startswith(owner) else owner + name
    left_out = sorted(getattr(schema, "exclude", None) or ())
    return name + "".join(f"Without{field.title()}" for field in left_out)


def _configure(app: Flask, config: Config) -> None:
    app.extensions["config"] = config
    app.config.update(
        TESTING=config.testing,
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=config.max_upload_bytes,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_size": config.pool_size,
            "max_overflow": 5,
            "pool_pre_ping": True,
            "hide_parameters": True,  # an error's text goes to the logs: no person's data in it
            # Short statements only: compiling one to machine code would take longer than running it.
            "connect_args": {"options": "-c timezone=UTC -c jit=off"},
        },
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.secure_cookies,
        BABEL_DEFAULT_LOCALE="zh",
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        API_TITLE="eldercare",
        API_VERSION="v1",
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    app.json_provider_class = _ReadableJson  # libraries build theirs on it
    app.json = _ReadableJson(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _extend(app: Flask, config: Config) -> None:
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "eldercare" / "migrations"), compare_type=True)
    Babel(app, locale_selector=i18n.select_locale)
    # One quick second try: a Redis that is away must not hold up a request whose truth is in the database.
    app.extensions["redis"] = Redis.from_url(
        config.redis_url, socket_connect_timeout=2, socket_timeout=10, retry=Retry(NoBackoff(), 1)
    )
    app.extensions["keyring"] = Keyring.load(config.keys_dir)
    app.jinja_env.globals.update(_=i18n.gettext, gettext=i18n.gettext, ngettext=i18n.ngettext, locale=i18n.locale)


def _declare_library_routes(app: Flask) -> None:
    """Routes of libraries that are for everybody: static files and the API's description."""
    for endpoint in app.view_functions:
        if endpoint == "static" or endpoint.startswith("api-docs."):
            access.declare(app, endpoint, access.Access(is_public=True))
