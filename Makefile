# `make help` lists the targets. Needs Python 3.11+, git and make; no server, no Docker, no root.
SHELL := /bin/bash
PYTHON ?= python3
RUN := .venv/bin/python
DEV := .venv-dev/bin/python
# Test processes; the servers they use are the run's own.
JOBS ?= 2
ONLY ?=
ARGS ?=
LOCK_OPTIONS := --universal --python-version 3.11 --generate-hashes --no-header --quiet

.PHONY: help run test fast database browser lint format bench migrate revision lock clean venv venv-dev

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: venv ## Start everything at http://127.0.0.1:8000 (PORT, DATA_DIR, DEMO=small|none)
	@exec $(RUN) -m eldercare up

test: venv-dev ## The whole suite on real PostgreSQL and Redis (not the browser's journeys)
	$(DEV) -m pytest -n $(JOBS) -m "not browser" $(ARGS)

fast: venv-dev ## Rules and policy only, in seconds, without a server
	$(DEV) -m pytest -q -m "not db and not browser and not faults" $(ARGS)

database: venv-dev ## The database part once more on another PostgreSQL (PG_BIN=/usr/lib/postgresql/15/bin)
	ELDERCARE_TEST_PG_BIN=$(or $(PG_BIN),/usr/lib/postgresql/15/bin) $(DEV) -m pytest -n $(JOBS) -m "db and not browser and not faults" $(ARGS)

browser: venv-dev ## The journeys in Chromium (installed by .ci/run, or: apt install chromium fonts-noto-cjk)
	$(DEV) -m pytest -m browser $(ARGS)

lint: venv-dev ## ruff, mypy, import-linter
	$(DEV) -m ruff check .
	$(DEV) -m ruff format --check .
	$(DEV) -m mypy
	$(dir $(DEV))lint-imports --no-cache

format: venv-dev ## Put the code into ruff's format
	$(DEV) -m ruff check --fix .
	$(DEV) -m ruff format .

bench: venv-dev ## Benchmarks, one JSON line each (ONLY=bed_change|search|subsidy_run|demo_load)
	@$(DEV) -m benchmarks $(if $(ONLY),--only $(ONLY))

migrate: venv ## Bring the database to the newest revision
	$(RUN) -m eldercare db upgrade

revision: venv-dev ## A migration from changed models (MESSAGE="add ...")
	$(DEV) -m eldercare db revision "$(MESSAGE)"

lock: venv-dev ## Compile both locks again after a change of pyproject.toml (ARGS=--upgrade takes newer versions)
	$(DEV) -m uv pip compile pyproject.toml $(LOCK_OPTIONS) $(ARGS) -o requirements.lock
	$(DEV) -m uv pip compile pyproject.toml --group dev $(LOCK_OPTIONS) $(ARGS) -o requirements-dev.lock

clean: ## Remove environments and caches (never var/, where the data is)
	rm -rf .venv .venv-dev .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +

# The environments are made again when their lock changes.
venv: .venv/installed
venv-dev: .venv-dev/installed

.venv/installed: requirements.lock
	@PYTHON="$(PYTHON)" tools/make-venv .venv requirements.lock

.venv-dev/installed: requirements-dev.lock
	@PYTHON="$(PYTHON)" tools/make-venv .venv-dev requirements-dev.lock
