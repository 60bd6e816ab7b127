"""The browser of these tests: the system's Chromium."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.browser import launch_arguments


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, **launch_arguments()}
