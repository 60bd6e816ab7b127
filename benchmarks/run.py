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

# In the order in which they run; each module has `run() -> Result`.
NAMES = ("bed_change",)


def main() -> None:
    """Exit 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--only", choices=NAMES, help="run just this one")
    chosen = parser.parse_args().only
    results = [one(name) for name in NAMES if chosen in (None, name)]
    sys.exit(0 if all(result.holds for result in results) else 1)


def one(name: str) -> Result:
    measure: Callable[[], Result] = importlib.import_module(f"benchmarks.{name}").run
    result = measure()
    print(json.dumps(asdict(result) | {"holds": result.holds}), flush=True)
    return result
