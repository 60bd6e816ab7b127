"""`eldercare subsidies ...` as a person types it, on a real database."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.subsidies.test_faults import people

ROOT = Path(__file__).parents[2]


def test_a_run_from_the_terminal(committed_db: Any, tmp_path: Path) -> None:
    people(3)

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "eldercare.cli", "subsidies", *words],
            cwd=ROOT,
            env={**committed_db.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    no_worker = call("run", "--jurisdiction", "yantai", "--month", "2023-01")
    assert no_worker.returncode != 0 and "no worker is alive" in no_worker.stderr
    done = call("run", "--jurisdiction", "yantai", "--month", "2023-01", "--inline")
    assert done.returncode == 0, done.stderr
    assert "computed: 3 persons, 6 lines" in done.stdout
    run_id = done.stdout.split()[1]
    assert "the same bytes" in call("verify", run_id).stdout
    assert call("export", run_id, str(tmp_path / "lines.csv")).returncode == 0
    assert len((tmp_path / "lines.csv").read_text(encoding="utf-8-sig").splitlines()) == 7
    stranger = call("approve", run_id, "--by", "nobody")
    assert stranger.returncode != 0 and "no active account" in stranger.stderr
    late = call("run", "--jurisdiction", "gansu", "--month", "2022-01")
    assert late.returncode != 0 and "no rule in force" in late.stderr
