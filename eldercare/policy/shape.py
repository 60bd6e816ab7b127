"""A cursor over parsed YAML that knows its place, so that each refusal can name file and path."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, NoReturn

from eldercare.core.i18n import Text
from eldercare.policy.errors import PackError


class Node:
    """One value of a pack file with the path that leads to it."""

    def __init__(self, file: str, where: str, data: Any) -> None:
        self.file = file
        self.where = where
        self.data = data

    def refuse(self, reason: str) -> NoReturn:
        raise PackError(self.file, self.where, reason)

    def fields(self, required: set[str], optional: set[str] = frozenset()) -> None:  # type: ignore[assignment]
        """Check the keys of a mapping: all of `required`, none beyond both sets."""
        data = self.mapping()
        for key in data:
            if key not in required and key not in optional:
                known = ", ".join(sorted(required | optional))
                raise PackError(self.file, self._path(key), f"unknown key (known here: {known})")
        for key in sorted(required - data.keys()):
            raise PackError(self.file, self._path(key), f"missing {key}")

    def mapping(self) -> dict[str, Any]:
        if not isinstance(self.data, dict):
            self.refuse("a mapping was expected")
        return self.data

    def items(self) -> Iterator[tuple[str, Node]]:
        for key, child in self.mapping().items():
            yield key, Node(self.file, self._path(key), child)

    def list(self) -> list[Node]:
        if not isinstance(self.data, list):
            self.refuse("a list was expected")
        if not self.data:
            self.refuse("the list is empty")
        return [Node(self.file, f"{self.where}[{i}]", child) for i, child in enumerate(self.data)]

    def __getitem__(self, key: str) -> Node:
        return Node(self.file, self._path(key), self.mapping()[key])

    def get(self, key: str) -> Node | None:
        return self[key] if key in self.mapping() else None

    def text(self) -> str:
        if not isinstance(self.data, str) or not self.data.strip():
            self.refuse("a text was expected (numbers in quotes)")
        return self.data

    def date(self) -> dt.date:
        if not isinstance(self.data, dt.date):
            self.refuse("a date YYYY-MM-DD was expected")
        return self.data

    def one_of(self, allowed: set[str]) -> str:
        text = self.text()
        if text not in allowed:
            self.refuse(f"{text!r} is not one of {', '.join(sorted(allowed))}")
        return text

    def both(self) -> Text:
        """A text in both languages: {zh: ..., en: ...}."""
        self.fields({"zh", "en"})
        return Text(self["zh"].text(), self["en"].text())

    def _path(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key
