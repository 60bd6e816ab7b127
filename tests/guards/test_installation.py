"""Migrations and models agree, the API's description is what it was, the slices import one way."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from eldercare import migrate
from eldercare.audit.ddl import APPEND_ONLY_TABLES
from tests.guards.source import ROOT, refuse

OPENAPI = ROOT / "docs" / "openapi.json"


def test_there_is_one_head():
    assert len(ScriptDirectory(str(migrate.FOLDER)).get_heads()) == 1


def test_models_and_migrations_agree(committed_db):
    """What the models would make is what the migrations made; alembic names the difference."""
    migrate.check(committed_db.owner_url)


def test_every_migration_can_be_undone_and_done_again(committed_db):
    from eldercare.core.db import session

    session().close()
    migrate.downgrade(committed_db.owner_url, "base")
    migrate.upgrade(committed_db.owner_url)
    migrate.check(committed_db.owner_url)


def test_the_migrated_log_is_append_only(committed_db):
    from eldercare.core.db import session

    found = set(
        session().scalars(text("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%_append_only'"))
    )
    assert found == set(APPEND_ONLY_TABLES)


def described(client):
    """The API's description as it is served."""
    return client.get("/api/v1/openapi.json").json


def test_the_api_is_described_as_agreed(client):
    """A change of the API is made on purpose: run with UPDATE_OPENAPI=1 and commit docs/openapi.json."""
    now = json.dumps(described(client), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("UPDATE_OPENAPI") == "1":
        OPENAPI.write_text(now, encoding="utf-8")
    assert OPENAPI.exists(), "docs/openapi.json is missing: run with UPDATE_OPENAPI=1"
    agreed = json.loads(OPENAPI.read_text(encoding="utf-8"))
    current = json.loads(now)
    changed = [
        f"{path}: {'added' if path not in agreed['paths'] else 'gone' if path not in current['paths'] else 'changed'}"
        for path in sorted({*agreed["paths"], *current["paths"]})
        if agreed["paths"].get(path) != current["paths"].get(path)
    ]
    refuse(changed, "The API differs from docs/openapi.json (UPDATE_OPENAPI=1 if on purpose):")
    assert agreed == current


def test_every_api_route_says_what_it_does(client):
    found = [
        f"{method.upper()} {path}"
        for path, methods in described(client)["paths"].items()
        for method, operation in methods.items()
        if method in ("get", "post", "put", "patch", "delete") and not operation.get("summary")
    ]
    refuse(found, "API routes without a docstring:")


@pytest.mark.skipif(importlib.util.find_spec("importlinter") is None, reason="import-linter is a development tool")
def test_slices_import_one_way():
    result = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    broken = [line for line in result.stdout.splitlines() if "->" in line or "BROKEN" in line or "not allowed" in line]
    assert result.returncode == 0, "Imports against the layers:\n  " + "\n  ".join(
        broken or [result.stdout, result.stderr]
    )
