"""Fixtures of the end-to-end tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from labeling_pipeline_tests.end_to_end.homes import finished_sample


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The finished sample home (not to be changed: copy it) and what ``run`` printed."""
    base = tmp_path_factory.getbasetemp()
    return finished_sample(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)
