"""What a killed test run leaves is removed by the next; what a living one uses is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import scratch


def test_only_folders_of_ended_processes_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "PLACE", tmp_path)
    living = scratch.scratch_folder()
    ended, unnamed, other = (tmp_path / name for name in ("eldercare-test-ended", "eldercare-test-unnamed", "other"))
    for folder in (ended, unnamed, other):
        (folder / "data").mkdir(parents=True)
    # Process 1 runs, but it did not begin at that time: the number was given again.
    (ended / scratch.OWNER).write_text("1 1")
    scratch.sweep()
    assert sorted(tmp_path.iterdir()) == sorted([living, unnamed, other])
