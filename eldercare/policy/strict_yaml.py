"""YAML without surprises: no duplicate keys, no floats, no anchors that hide where a value comes from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from typing import Any

import yaml

from eldercare.policy.errors import PackError


class _Loader(yaml.SafeLoader):
    """SafeLoader that refuses what SafeLoader silently accepts."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)  # type: ignore[no-untyped-call]
            if key in seen:
                raise yaml.MarkedYAMLError(problem=f"duplicate key {key!r}", problem_mark=key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases are not allowed", problem_mark=event.start_mark)
        return super().compose_node(parent, index)


def parse(file: str, content: bytes) -> dict[str, Any]:
    """The mapping in `content`. Raises PackError with the line for anything that is not plain, exact YAML."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PackError(file, f"byte {error.start}", "the file is not UTF-8") from None
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader made stricter
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise PackError(file, line, error.problem or "not YAML") from None
    except (yaml.YAMLError, ValueError) as error:
        raise PackError(file, "", str(error)) from None
    if not isinstance(data, dict):
        raise PackError(file, "", "a mapping was expected")
    _check_plain(file, data, "")
    return data


def _check_plain(file: str, node: Any, where: str) -> None:
    if isinstance(node, dict):
        for key, child in node.items():
            if not isinstance(key, str):
                raise PackError(file, where, f"the key {key!r} must be text: put it in quotes")
            _check_plain(file, child, f"{where}.{key}" if where else key)
    elif isinstance(node, list):
        for index, child in enumerate(node):
            _check_plain(file, child, f"{where}[{index}]")
    elif isinstance(node, float):
        raise PackError(file, where, f"{node!r} is a float: write exact amounts in quotes")
    elif isinstance(node, dt.datetime):
        raise PackError(file, where, "a date without a time was expected")
