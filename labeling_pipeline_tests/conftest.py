"""What holds for every test: properties are about values, and tests that read a clock can ask to be alone."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from labeling_pipeline_tests.quiet import Quietly, Turns

# A deadline for each example would measure the neighbours; the clock is read where nobody else runs (``quietly``).
settings.register_profile("values", deadline=None)
settings.load_profile("values")

TURNS = pytest.StashKey[Turns]()
# Whoever begins last keeps the other workers waiting for as long as it takes.
LONGEST = ("test_kill.py", "test_sample_home.py", "test_concurrency.py", "test_civil_comments.py", "test_live.py")


def pytest_sessionstart(session: pytest.Session) -> None:
    run = getattr(session.config, "workerinput", {}).get("testrunuid", str(os.getpid()))  # one for all workers
    session.config.stash[TURNS] = Turns(Path(tempfile.gettempdir()) / f"labeling-pipeline-turns-{run}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    turns = item.config.stash[TURNS]
    turns.enter()
    try:
        return (yield)
    finally:
        turns.leave()


@pytest.fixture
def quietly(request: pytest.FixtureRequest) -> Quietly:
    """``with quietly():`` while no other worker runs a test."""
    return request.config.stash[TURNS].alone
