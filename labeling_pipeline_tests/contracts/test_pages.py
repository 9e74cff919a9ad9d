"""What every page that an asset leaves promises; a new one is held to it by being in the registry."""

from __future__ import annotations

import pytest

from labeling_pipeline.defs.reports import PAGES, write_report
from labeling_pipeline.stages import STAGES
from labeling_pipeline.stages.context import Context
from labeling_pipeline_tests.stages.test_fusion import materialize_all, write_home


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    """A home with something for every page to show."""
    return materialize_all(write_home(tmp_path_factory.mktemp("pages") / "home"), "labeling_function_report")


@pytest.mark.parametrize("asset", PAGES)
def test_the_page_is_whole_the_same_each_time_and_fetches_nothing(context: Context, asset: str) -> None:
    shown = STAGES[asset].run(context).shown
    assert shown is not None, "the home of this test has nothing to show on this page"
    path = write_report(asset, shown, context.home)
    assert path == context.home.reports / PAGES[asset][0]
    first = path.read_text(encoding="utf-8")
    assert first.lower().startswith("<!doctype html>")
    assert first.rstrip().endswith("</html>")
    assert "http" not in first.replace("http-equiv", "").replace("http://www.w3.org", "")
    write_report(asset, shown, context.home)
    assert path.read_text(encoding="utf-8") == first


@pytest.mark.parametrize("asset", PAGES)
def test_without_figures_no_page_is_written(context: Context, asset: str) -> None:
    assert write_report(asset, None, context.home) is None
    assert write_report("raw_comments", object(), context.home) is None, "an asset without a page"


def test_no_two_assets_write_the_same_file() -> None:
    names = [name for name, _ in PAGES.values()]
    assert len(set(names)) == len(names)
    assert all(name.endswith(".html") for name in names)
