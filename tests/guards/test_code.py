"""Rules of the house that a reader of one file cannot see broken: commit, time, money, words."""

from __future__ import annotations

import ast
import re

import pytest

from tests.guards.source import ROOT, at, name_of, nodes, python_files, refuse, tree

# --- the one commit -----------------------------------------------------------------------------------------------


def test_only_core_commits():
    """`core.db.commit()` is the only commit of the session; jobs leave with it."""
    found = [
        at(path, node.lineno, name_of(node.func))
        for path, node in nodes()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
        and re.search(r"session|^this$|^db\b", name_of(node.func.value))
        and path != ROOT / "eldercare/core/db.py"
    ]
    refuse(found, "Commit through core.db.commit(), once, at the edge:")


EDGES = re.compile(
    r"(pages|api|cli|security|web|worker|workers|demo|embedded|backup|ops|work|app|migrate|groundwork|core)\b"
)


def test_services_and_queries_never_commit():
    """Only edges (pages, api, cli, workers) call commit(); a service leaves it to them."""
    found = [
        at(path, node.lineno, f"{name_of(node.func)}()")
        for path, node in nodes("eldercare")
        if _layer(path) in ("service", "queries", "rules", "models", "schemas")
        and isinstance(node, ast.Call)
        and name_of(node.func).split(".")[-1] == "commit"
    ]
    refuse(found, "A service or query commits; leave it to the edge:")


def _layer(path):
    """The layer of a file inside its slice: `beds/service/stays.py` and `beds/service.py` are both 'service'."""
    inside = path.relative_to(ROOT / "eldercare").parts[1:]
    return inside[0].removesuffix(".py") if inside else ""


def test_services_know_no_web():
    """A service raises DomainErrors and takes values; requests, responses and status codes stay outside."""
    forbidden = {"request", "Response", "redirect", "flash", "render_template", "abort", "make_response", "jsonify"}
    found = []
    for path in python_files("eldercare"):
        if _layer(path) not in ("service", "queries", "rules", "models"):
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("flask", "werkzeug"):
                found += [at(path, node.lineno, alias.name) for alias in node.names if alias.name in forbidden]
            if isinstance(node, ast.ImportFrom) and node.module == "eldercare.core.web":
                # `Page` is a plain value: one page of a list.
                found += [at(path, node.lineno, f"core.web.{one.name}") for one in node.names if one.name != "Page"]
    refuse(found, "Web names inside a service, query, rule or model:")


# --- time ---------------------------------------------------------------------------------------------------------

_CLOCKS = re.compile(
    r"^(datetime|dt|datetime\.datetime|date|datetime\.date|dt\.datetime|dt\.date)\.(now|utcnow|today)$"
)


def test_time_comes_from_core_clock():
    found = [
        at(path, node.lineno, name_of(node.func))
        for path, node in nodes()
        if isinstance(node, ast.Call)
        and _CLOCKS.match(name_of(node.func))
        and path.name not in ("clock.py",)
        and "embedded" not in path.parts
    ]
    refuse(found, "Time comes from core.clock (tests move it):")


_SQL_NOW = re.compile(r"\b(now\(\)|current_timestamp|current_date|localtimestamp|statement_timestamp\(|clock_timestamp\(|"
                      r"transaction_timestamp\()", re.IGNORECASE)  # fmt: skip


def test_no_statement_asks_the_database_for_the_time():
    """The instant is a parameter, so that 'as of' and 'as known on' are the same query."""
    found = []
    for path in python_files():
        docs = {id(one) for one in _docstrings(tree(path))}
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and name_of(node) in (
                "func.now", "sa.func.now", "func.current_timestamp", "func.current_date"
            ):  # fmt: skip
                found.append(at(path, node.lineno, name_of(node)))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                if (hit := _SQL_NOW.search(node.value)) and re.search(
                    r"\b(select|default|where|values|set)\b", node.value, re.IGNORECASE
                ):
                    found.append(at(path, node.lineno, hit.group()))
    refuse(found, "SQL that asks for the present time:")


def _docstrings(module):
    for node in ast.walk(module):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value


# --- money --------------------------------------------------------------------------------------------------------


def test_money_columns_are_whole_fen(app_models):
    found = []
    for table in app_models.metadata.tables.values():
        for column in table.columns:
            kind = type(column.type).__name__
            if column.name.endswith("_fen") and kind != "BigInteger":
                found.append(f"{table.name}.{column.name} is {kind}, not BigInteger")
            if kind in ("Float", "REAL", "DOUBLE_PRECISION", "Double") and re.search(
                r"fen|amount|yuan|price|fee", column.name
            ):
                found.append(f"{table.name}.{column.name} is {kind}")
    refuse(found, "Money columns are BigInteger fen and end in _fen:")


@pytest.fixture
def app_models():
    from eldercare import migrate
    from eldercare.core.db import Model

    migrate.import_models()
    return Model


def _mentions_fen(node):
    for one in ast.walk(node):
        name = one.id if isinstance(one, ast.Name) else one.attr if isinstance(one, ast.Attribute) else ""
        if name == "fen" or name.endswith("_fen") or name.startswith("fen_"):
            return name
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value.endswith("_fen"):
            return one.value
    return None


MONEY_FOLDERS = ("eldercare/subsidies", "eldercare/policy", "eldercare/core/money.py")


def test_no_float_on_the_money_path():
    """No float(), no float literal times money, no true division of fen: only integers and Fractions, rounded once."""
    found = []
    for path in python_files("eldercare"):
        on_path = str(path.relative_to(ROOT)).startswith(MONEY_FOLDERS)
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and name_of(node.func) in ("float", "round"):
                money = next((hit for arg in node.args if (hit := _mentions_fen(arg))), None)
                if money or (on_path and name_of(node.func) == "float"):
                    found.append(at(path, node.lineno, f"{name_of(node.func)}({money or ''})"))
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not _is_fraction(node):
                if money := _mentions_fen(node.left) or _mentions_fen(node.right):
                    found.append(at(path, node.lineno, f"{money} / …"))
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
                sides = (node.left, node.right)
                if any(isinstance(s, ast.Constant) and isinstance(s.value, float) for s in sides) and any(
                    map(_mentions_fen, sides)
                ):
                    found.append(at(path, node.lineno, "fen times a float"))
    refuse(found, "Money is whole fen and Fractions, never float:")


def _is_fraction(node):
    return any(name_of(one) in ("Fraction", "Fraction()", "Path", "Path()") for one in (node.left, node.right))


# --- jobs ---------------------------------------------------------------------------------------------------------


def test_every_job_name_resolves_to_a_function_of_the_workers():
    import importlib

    from eldercare.core.jobs import QUEUES, JobName, queue_of

    found = []
    for job in JobName:
        module, _, function = job.value.rpartition(".")
        try:
            target = getattr(importlib.import_module(module), function)
        except (ImportError, AttributeError) as error:
            found.append(f"{job.name}: {error}")
            continue
        if not callable(target) or not module.startswith("workers."):
            found.append(f"{job.name}: {job.value} is no function of workers")
        if queue_of(job) not in QUEUES:
            found.append(f"{job.name}: queue {queue_of(job)} is not known")
    refuse(found, "Jobs that nobody can run:")


def test_the_product_names_no_worker_module():
    found = [
        at(path, node.lineno, "imports workers")
        for path, node in nodes("eldercare")
        if (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "workers")
        or (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "workers" for alias in node.names))
    ]
    refuse(found, "eldercare enqueues by name and never imports workers:")


# --- size and words -----------------------------------------------------------------------------------------------


def test_files_stay_readable():
    """About 400 lines; data tables apart."""
    found = [
        f"{path.relative_to(ROOT)} has {count} lines"
        for path in python_files()
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 450
    ]
    refuse(found, "Split by use case:")


_UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def test_nothing_is_left_unfinished():
    found = []
    for path in python_files():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if hit := _UNFINISHED.search(line):
                found.append(at(path, number, hit.group()))
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Raise) and node.exc is not None and "NotImplementedError" in ast.dump(node.exc):
                found.append(at(path, node.lineno, "raise NotImplementedError"))
    refuse(found, "Finish it or take it out:")


_HOST_PATHS = re.compile(r"/work/(main|shared)|\.\./shared|/root/|\.library\b")


def test_no_file_knows_this_machine():
    """The product runs and is tested from a fresh clone anywhere."""
    found = []
    own = {".py", ".md", ".toml", ".html", ".yaml", ".yml", ".css", ".js", ".sh", ""}
    for path in _committed_files():
        if path.suffix not in own or path == ROOT / "tests/guards/test_code.py" or "vendor" in path.parts:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if hit := _HOST_PATHS.search(line):
                found.append(at(path, number, hit.group()))
    refuse(found, "Paths of one machine:")


def _committed_files():
    import subprocess

    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    listed = [ROOT / name for name in names.stdout.decode().split("\0") if name] if names.returncode == 0 else []
    return [path for path in listed or python_files() if path.is_file()]
