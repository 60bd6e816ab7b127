"""Run benchmarks: one JSON line each on standard output; what is going on is said on standard error.

Every benchmark works on servers and a data folder of its own, which are gone afterwards.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Callable
from dataclasses import asdict

from benchmarks.support import Result

# In the order in which they run; each module has `run(tiny: bool) -> Result`.
NAMES = ("bed_change", "search", "subsidy_run", "demo_load")


def main() -> None:
    """Exit 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--only", choices=NAMES, help="run just this one")
    parser.add_argument("--tiny", action="store_true", help="once and small: shows that they work, measures nothing")
    asked = parser.parse_args()
    results = [one(name, tiny=asked.tiny) for name in NAMES if asked.only in (None, name)]
    sys.exit(0 if asked.tiny or all(result.holds for result in results) else 1)


def one(name: str, *, tiny: bool) -> Result:
    measure: Callable[[bool], Result] = importlib.import_module(f"benchmarks.{name}").run
    result = measure(tiny)
    print(json.dumps(asdict(result) | {"holds": result.holds}), flush=True)
    return result
