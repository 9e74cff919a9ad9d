"""A run that is killed at any moment, and run again, ends in the same tables and files as one left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeling_pipeline_tests.end_to_end.civil import CIVIL, civil_home
from labeling_pipeline_tests.end_to_end.homes import new_sample
from labeling_pipeline_tests.end_to_end.kills import kill_and_compare

needs_civil = pytest.mark.skipif(not CIVIL.is_dir(), reason="civil_comments is not beside the project")


@needs_civil
def test_twenty_kills_leave_no_trace(tmp_path: Path) -> None:
    assert kill_and_compare(civil_home(tmp_path / "fresh", 1500), tmp_path, kills=20, kills_per_home=5) == 20


@needs_civil
@pytest.mark.benchmark
def test_twenty_kills_leave_no_trace_on_the_full_set(tmp_path: Path) -> None:
    assert kill_and_compare(civil_home(tmp_path / "fresh"), tmp_path, kills=20, kills_per_home=5) == 20


@pytest.mark.benchmark
def test_ten_kills_leave_no_trace_on_the_sample_home(tmp_path: Path) -> None:
    assert kill_and_compare(new_sample(tmp_path / "fresh"), tmp_path, kills=10, kills_per_home=5) == 10
