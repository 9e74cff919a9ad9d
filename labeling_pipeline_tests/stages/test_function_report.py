"""Functions that fail are told of, and the report speaks of the functions there are, whatever the day of the week."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.home import Home
from labeling_pipeline.report.lf_report import render_lf_report
from labeling_pipeline.report.summary import summary
from labeling_pipeline.report.summary_lines import lines_of
from labeling_pipeline.stages import STAGES
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.engine import is_due, materialize
from labeling_pipeline.stages.pending import pending
from labeling_pipeline_tests.stages.small_homes import NOW, drop, new_home, up_to_date

N = 40
READ = ("raw_comments", "gold_set", "verdicts", "weak_labels", "comment_slices")
ASSETS = (*READ, "production_predictions", "production_feedback", "labeling_function_report")
HEAD = "from snorkel.labeling import labeling_function\nclasses = ['acceptable', 'toxic']\n"
FUNCTION = "@labeling_function()\ndef {name}(x): return {answer}\n"


@pytest.fixture
def context(tmp_path: Path) -> Context:
    home = new_home(tmp_path / "home", "")
    ids, texts = [f"c{i:02d}" for i in range(N)], [f"word {i} plum" for i in range(N)]
    drop(home, "comments", "comments.csv", pd.DataFrame({"comment_id": ids, "text": texts}))
    return write(home.root, plain="1", fails="1 // (len(x.text) - 11)")


def write(root: Path, **functions: str) -> Context:
    """The home, up to date, with these functions."""
    text = HEAD + "".join(FUNCTION.format(name=name, answer=answer) for name, answer in functions.items())
    (root / "labeling_functions.py").write_text(text)
    return up_to_date(Home(root), ASSETS)


def reported(context: Context) -> pd.DataFrame:
    return context.warehouse.table("labeling_function_report").set_index("lf").sort_index()


def test_faults_are_told_by_name_with_what_to_do(context: Context) -> None:
    told = summary(context.home)
    assert told["function_faults"] == [{"lf": "fails", "reason": "raised ZeroDivisionError", "n": 10}]
    line = dict(lines_of(told))["labeling"]
    assert line.startswith("functions that abstained for a fault: fails raised ZeroDivisionError on 10 comments.")
    assert "correct the functions, then run again" in line
    assert line.endswith("tried again by the first run of another day, once a day")
    mended = write(context.home.root, plain="1", fails="1")
    assert "labeling" not in dict(lines_of(summary(mended.home)))


def test_more_faults_than_a_line_holds_are_counted(context: Context) -> None:
    many = write(context.home.root, **{f"f{i}": "None" for i in range(6)})
    line = dict(lines_of(summary(many.home)))["labeling"]
    assert line.count(f"returned None on {N} comments") == 4
    assert "; 2 more (labeling_functions.faults)" in line
    assert "tried again" not in line, "an answer that is no vote is an answer"


def test_the_report_shows_faults(context: Context) -> None:
    rows = reported(context)
    assert dict(rows.loc["fails", "faults"]) == {"raised ZeroDivisionError": 10}
    assert dict(rows.loc["plain", "faults"]) == {}
    assert list(rows.loc["fails", "findings"]) == ["abstained: raised ZeroDivisionError on 10 comments"]
    stage = STAGES["labeling_function_report"]
    page = render_lf_report(stage.run(context).shown, "home")  # type: ignore[arg-type]
    assert "raised ZeroDivisionError" in page.split("Dead, drifting, faulty")[1]
    assert "c00" in page.split("Dead, drifting, faulty")[1]


@pytest.mark.parametrize(
    ("functions", "names"),
    [
        ({"plain": "0", "fails": "1 // (len(x.text) - 11)"}, ["fails", "plain"]),  # edited
        ({"plain": "1"}, ["plain"]),  # gone
        ({"plain": "1", "fails": "1 // (len(x.text) - 11)", "new": "0"}, ["fails", "new", "plain"]),
    ],
)
def test_other_functions_renew_it_at_once(context: Context, functions: dict[str, str], names: list[str]) -> None:
    before = reported(context)
    after = reported(write(context.home.root, **functions))
    assert after.index.tolist() == names
    hashes = context.warehouse.table("labeling_functions").set_index("lf")["code_hash"].sort_index()
    pd.testing.assert_series_equal(after["code_hash"], hashes, check_dtype=False)
    assert not before["code_hash"].equals(after["code_hash"])


def test_a_function_that_begins_to_fail_renews_it(context: Context) -> None:
    write(context.home.root, plain="1 if len(x.text) < 20 else None")
    drop(context.home, "comments", "more.csv", pd.DataFrame({"comment_id": ["c-l"], "text": ["a long one " * 5]}))
    rows = reported(up_to_date(context.home, ASSETS))
    assert dict(rows.loc["plain", "faults"]) == {"returned None": 1}


def test_it_waits_for_its_week_while_the_functions_stay(context: Context) -> None:
    drop(context.home, "comments", "more.csv", pd.DataFrame({"comment_id": ["c-2"], "text": ["one more plum"]}))
    later = up_to_date(context.home, ASSETS)
    assert later.state()["weak_labels"].row_count == N + 1
    n_voted = reported(later).loc["plain", "coverage"] * N
    assert n_voted == N  # all of the comments there were
    assert not materialize("labeling_function_report", STAGES["labeling_function_report"], later).is_changed


def test_what_is_renewed_at_once_is_no_drift(context: Context) -> None:
    text = HEAD + FUNCTION.format(name="other", answer="1")
    (context.home.root / "labeling_functions.py").write_text(text)
    materialize("weak_labels", STAGES["weak_labels"], context)
    chosen = {name: STAGES[name] for name in ASSETS}
    assert pending(chosen, context).causes == ("unfinished",)


def calls(context: Context) -> int:
    return len((context.home.root / "calls.txt").read_text())


def test_a_home_tries_what_raised_again_once_a_day_and_heals(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", "")
    drop(home, "comments", "comments.csv", pd.DataFrame({"comment_id": ["c0", "c1"], "text": ["a plum", "a pear"]}))
    code = (
        "from pathlib import Path\nHERE = str(Path(__file__).parent)\n"
        "@labeling_function()\ndef asks(x):\n"
        "    with open(HERE + '/calls.txt', 'a') as log: log.write('.')\n"
        "    return int(open(HERE + '/service.txt').read())\n"
    )
    (home.root / "labeling_functions.py").write_text(HEAD + code)
    context = up_to_date(Home(home.root), ASSETS)
    assert calls(context) == 3, "the first row twice, and no row again for the report"
    assert "asks raised FileNotFoundError on 2 comments" in dict(lines_of(summary(home)))["labeling"]
    assert "weak_labels" not in pending(STAGES, up_to_date(Home(home.root), ASSETS)).assets
    next_day = NOW + timedelta(days=1)
    assert "unfinished" in pending(STAGES, open_context(home, next_day)).causes
    assert [calls(up_to_date(Home(home.root), ASSETS, now=next_day)) for _ in range(2)] == [6, 6]
    (home.root / "service.txt").write_text("1")
    healed = up_to_date(Home(home.root), ASSETS, now=NOW + timedelta(days=2))
    assert (calls(healed), len(healed.warehouse.table("weak_labels"))) == (8, 2)
    assert "labeling" not in dict(lines_of(summary(home)))
    assert not pending_of_functions(home, days=3)


def pending_of_functions(home: Home, days: int) -> set[str]:
    context = open_context(home, NOW + timedelta(days=days))
    return {one for one in ("weak_labels",) if is_due(one, STAGES[one], context, context.state())}
