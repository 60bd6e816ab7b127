"""What the guards read: the product's own files, parsed once. A finding is `file:line what`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("eldercare", "workers")


@cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """Own Python files; the migrations' versions are generated and checked apart."""
    found = [path for folder in folders or CODE for path in sorted((ROOT / folder).rglob("*.py"))]
    return tuple(path for path in found if "__pycache__" not in path.parts and "versions" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def nodes(*folders: str) -> Iterator[tuple[Path, ast.AST]]:
    for path in python_files(*folders):
        for node in ast.walk(tree(path)):
            yield path, node


def at(path: Path, line: int, what: str) -> str:
    return f"{path.relative_to(ROOT)}:{line} {what}"


def name_of(node: ast.AST) -> str:
    """Dotted name of a call's function or an attribute: `session().execute` -> 'session().execute'."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return f"{name_of(node.func)}()"
    return "?"


def refuse(findings: list[str], rule: str) -> None:
    """Fail with the rule and every place that breaks it."""
    assert not findings, rule + "\n  " + "\n  ".join(findings)
