"""A home's labeling functions: from both files, on all that is known of a comment, and run again when anything they are
made from changes.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError, SettingError
from labeling_pipeline.core.weak_supervision.opened_files import opened_files
from labeling_pipeline.home import Home
from labeling_pipeline.loop import run_until_idle
from labeling_pipeline.stages import STAGES, function_files
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.engine import Done, is_due, materialize
from labeling_pipeline.stages.function_columns import comments_for_functions
from labeling_pipeline.stages.pending import pending
from labeling_pipeline_tests.stages.small_homes import drop, keyword_rule, new_home

TOML = keyword_rule("plum")
PYTHON = """
from pathlib import Path
from beside import LEAST
from labeling_pipeline.core.weak_supervision import labeling_function
classes = ["acceptable", "toxic"]
WORDS = Path(__file__).with_name("words.txt").read_text().split()
@labeling_function()
def listed(x): return 1 if any(word in x.text for word in WORDS) else -1
@labeling_function()
def long(x): return 0 if len(x.text) > LEAST else -1
"""


@pytest.fixture
def context(tmp_path: Path) -> Context:
    home = new_home(tmp_path / "home", "")
    texts = ["a plum", "a pear", "a fig and nothing else"]
    rows = pd.DataFrame({"comment_id": ["c0", "c1", "c2"], "text": texts, "slice": ["sour", "sweet", "dried;sweet"]})
    drop(home, "comments", "comments.csv", rows.assign(model_score=[0.9, 0.2, ""], place=["shop", "", "garden"]))
    at = "2026-05-03T10:00:00Z"
    drafts = pd.DataFrame({"comment_id": ["c0", "c1"], "p_toxic": [0.2, 0.7], "p_acceptable": [0.8, 0.3]})
    drop(home, "predictions", "drafts.csv", drafts.assign(model_version="m1", predicted_at=at))
    context = open_context(home, pd.Timestamp("2026-05-04").to_pydatetime())
    for asset in ("raw_comments", "production_predictions"):
        materialize(asset, STAGES[asset], context)
    root = home.root
    (root / "labeling_functions.toml").write_text(TOML, encoding="utf-8")
    (root / "labeling_functions.py").write_text(PYTHON, encoding="utf-8")
    (root / "words.txt").write_text("pear", encoding="utf-8")
    (root / "beside.py").write_text("LEAST = 10\n", encoding="utf-8")
    return context


def label(context: Context) -> Done:
    """One pass, after which nothing is left to do: what else the functions are made of is known before they run."""
    done = materialize("weak_labels", STAGES["weak_labels"], context)
    assert not is_due("weak_labels", STAGES["weak_labels"], context, context.state())
    return done


def votes(context: Context) -> set[tuple[str, str]]:
    kept = context.warehouse.table("labeling_function_votes")
    return set(zip(kept["lf"], kept["comment_id"], strict=True))


def test_both_files_are_read(context: Context) -> None:
    label(context)
    assert votes(context) == {("plum", "c0"), ("listed", "c1"), ("long", "c2")}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [("words.txt", "fig", ("listed", "c2")), ("beside.py", "LEAST = 2\n", ("long", "c0"))],
)
def test_a_file_that_is_read_while_loading_counts(context: Context, name: str, text: str, expected: tuple[str]) -> None:
    label(context)
    assert expected not in votes(context)
    (context.home.root / name).write_text(text, encoding="utf-8")
    assert is_due("weak_labels", STAGES["weak_labels"], context, context.state())
    label(context)
    assert expected in votes(context)


def test_files_that_stay_are_not_read_again_to_see_whether_anything_is_due(context: Context) -> None:
    label(context)
    for heard in (False, True):
        if heard:
            (context.home.root / "words.txt").write_text("pear fig", encoding="utf-8")
        with opened_files(context.home.root) as files:
            assert is_due("weak_labels", STAGES["weak_labels"], context, context.state()) == heard
        names = {file.name for file in files}
        assert ("words.txt" in names, "beside.py" in names) == (heard, False)


COLUMNS = """
classes = ["acceptable", "toxic"]
[[lf]]
name = "{name}"
kind = "{kind}"
{rule}
"""


@pytest.mark.parametrize(
    ("kind", "rule", "expected"),
    [
        ("score", 'column = "model_score"\nat_least = 0.5\nlabel = "toxic"', {("c0", "toxic")}),
        ("score", 'column = "p_toxic"\nat_least = 0.5\nlabel = "toxic"', {("c1", "toxic")}),
        ("score", 'column = "predicted_probability"\nat_least = 0.75\nlabel = "toxic"', {("c0", "toxic")}),
        ("lookup", 'column = "predicted_label"\nvalues = { toxic = "toxic" }', {("c1", "toxic")}),
        (
            "lookup",
            'column = "slice"\nvalues = { sour = "toxic", "dried; sweet" = 0 }',
            {("c0", "toxic"), ("c2", "acceptable")},
        ),
        ("lookup", 'column = "place"\nvalues = { garden = "toxic" }', {("c2", "toxic")}),
        ("lookup", 'column = "model_score"\nvalues = { "0.90" = "toxic", "007" = 0 }', {("c0", "toxic")}),
    ],
)
def test_rules_read_every_column_of_a_comment(
    context: Context, kind: str, rule: str, expected: set[tuple[str, str]]
) -> None:
    (context.home.root / "labeling_functions.py").unlink()
    text = COLUMNS.format(name="read", kind=kind, rule=rule)
    (context.home.root / "labeling_functions.toml").write_text(text, encoding="utf-8")
    label(context)
    kept = context.warehouse.table("labeling_function_votes")
    assert set(zip(kept["comment_id"], kept["label"], strict=True)) == expected


def test_python_functions_read_them_too(context: Context) -> None:
    text = PYTHON + "@labeling_function()\ndef sure(x): return 1 if (x.predicted_probability or 0) > 0.75 else -1\n"
    text += "@labeling_function()\ndef sweet(x): return 1 if 'sweet' in x.slice and x.place == 'garden' else -1\n"
    text += "@labeling_function()\ndef scored(x): return -1 if x.model_score is None else int(x.model_score > 0.5)\n"
    (context.home.root / "labeling_functions.py").write_text(text, encoding="utf-8")
    label(context)
    assert {("sure", "c0"), ("sweet", "c2"), ("scored", "c0"), ("scored", "c1")} < votes(context)
    assert not any(context.warehouse.table("labeling_functions")["faults"])  # what is missing is None, no error


CELLS = [("0.9", 0.9), ("3", 3.0), ("-1.5e-3", -0.0015), ("007", "007"), ("n/a", "n/a"), ("", None)]
TOO_LONG = [("1234567890123456789", 1234567890123456789), ("9" * 20, "9" * 20)]


@pytest.mark.parametrize("given", [CELLS[:3], CELLS, [*CELLS, *TOO_LONG]])
def test_what_a_cell_is_depends_on_no_other_cell_and_no_format(
    tmp_path: Path, given: list[tuple[str, float | str | None]]
) -> None:
    home, cells = new_home(tmp_path / "home", ""), [text for text, _ in given]
    ids, n = [f"c{i}" for i in range(2 * len(given))], len(given)
    drop(home, "comments", "a.csv", pd.DataFrame({"comment_id": ids[:n], "text": "a", "stars": cells}))
    rows = [{"comment_id": i, "text": "a", "stars": cell} for i, (_, cell) in zip(ids[n:], given, strict=True)]
    (home.root / "inbox" / "comments" / "b.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    context = open_context(home, pd.Timestamp("2026-05-04").to_pydatetime())
    materialize("raw_comments", STAGES["raw_comments"], context)
    column = comments_for_functions(context).set_index("comment_id").loc[ids, "stars"]
    found = [None if pd.isna(cell) else cell for cell in column]
    assert [(type(cell), cell) for cell in found] == [(type(cell), cell) for _, cell in [*given, *given]]
    assert (column.dtype == "float64") == (given == CELLS[:3])  # then a score runs in DuckDB


def test_a_rule_without_its_column_does_not_stop_the_others(context: Context) -> None:
    rule = 'column = "stars"\nat_least = 3\nlabel = "toxic"'
    text = TOML + COLUMNS.format(name="rated", kind="score", rule=rule).split("]\n", 1)[1]
    (context.home.root / "labeling_functions.toml").write_text(text, encoding="utf-8")
    notes = str(label(context).result.metrics["notes"])
    assert votes(context) == {("plum", "c0"), ("listed", "c1"), ("long", "c2")}
    assert "rated the comments have no column 'stars' on 3 comments" in notes
    more = pd.DataFrame({"comment_id": ["c3"], "text": ["more"], "stars": [4]})
    drop(context.home, "comments", "more.csv", more)
    materialize("raw_comments", STAGES["raw_comments"], context)
    label(context)
    assert ("rated", "c3") in votes(context)


CAN_READ_PREDICTIONS = """
@labeling_function()
def named(x): return 1 if x.predicted_probability == 1.0 else -1
@labeling_function()
def handed_on(x): return 0 if vars(x)["predicted_label"] == "acceptable" else -1
"""


def test_a_prediction_runs_only_what_can_read_it(context: Context) -> None:
    (context.home.root / "labeling_functions.py").write_text(PYTHON + CAN_READ_PREDICTIONS, encoding="utf-8")
    label(context)
    drop(
        context.home,
        "predictions",
        "more.csv",
        pd.DataFrame({"comment_id": ["c2"], "p_toxic": [1.0], "model_version": "m1"}),
    )
    materialize("production_predictions", STAGES["production_predictions"], context)
    assert materialize("weak_labels", STAGES["weak_labels"], context).result.metrics["votes_computed"] == 2
    assert ("named", "c2") in votes(context)


@pytest.mark.parametrize(
    ("text", "said"),
    [(TOML.replace("words =", "word ="), "unknown key 'word'"), (TOML.replace("toxic", "vile"), "'vile'")],
)
def test_a_wrong_definition_is_told_before_anything_is_done(context: Context, text: str, said: str) -> None:
    (context.home.root / "labeling_functions.toml").write_text(text, encoding="utf-8")
    (context.home.root / "labeling_functions.py").unlink()
    drop(
        context.home,
        "votes",
        "votes.csv",
        pd.DataFrame({"comment_id": ["c0"], "annotator_id": ["a"], "label": ["toxic"]}),
    )
    with pytest.raises(InputError, match=said):
        run_until_idle(context.home, context.now)
    assert "crowd_votes" not in context.state()
    for asset in ("decomposed_tasks", "crowd_votes", "weak_labels"):  # as a run that the UI starts would
        with pytest.raises(InputError, match=said):
            materialize(asset, STAGES[asset], context)
    assert not {"decomposed_tasks", "crowd_votes"} & set(context.state())


def test_whatever_hands_work_out_is_preceded_by_the_check(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"import os\nSERVICE = os.environ['SERVICE_OF_FUNCTIONS']\n{PYTHON}"
    (context.home.root / "labeling_functions.py").write_text(text, encoding="utf-8")
    monkeypatch.setenv("SERVICE_OF_FUNCTIONS", "here")
    for asset in STAGES:
        materialize(asset, STAGES[asset], context)
    monkeypatch.delenv("SERVICE_OF_FUNCTIONS")
    monkeypatch.setattr(function_files, "_CHECKED", {})  # as in a new process
    votes = pd.DataFrame({"comment_id": ["c0"], "annotator_id": ["a"], "label": ["toxic"]})
    drop(context.home, "votes", "votes.csv", votes)
    work = pending(STAGES, context).assets
    assert "crowd_votes" in work
    assert "weak_labels" not in work, "no version has moved"
    with pytest.raises(InputError, match=r"labeling_functions\.py"):
        run_until_idle(context.home, context.now)
    assert not context.home.dagster.exists(), "no run was started"


def test_a_home_may_know_its_class_balance(context: Context) -> None:
    settings = context.home.root / "labeling.toml"
    before = settings.read_text(encoding="utf-8")
    label(context)
    unset = context.warehouse.table("weak_labels")
    section = before + "[weak_supervision]\nclass_balance = "
    settings.write_text(section + "{ acceptable = 0.98, toxic = 0.02 }\n", encoding="utf-8")
    label(open_context(Home(context.home.root), context.now))
    known = context.warehouse.table("weak_labels")
    assert toxic(known, "c0") < toxic(unset, "c0")
    settings.write_text(section + "{ acceptable = 1.0 }\n", encoding="utf-8")
    with pytest.raises(SettingError, match="class_balance: 'toxic' has no share; expected acceptable, toxic"):
        label(open_context(Home(context.home.root), context.now))


def toxic(labels: pd.DataFrame, comment_id: str) -> float:
    return float(dict(labels.set_index("comment_id")["probabilities"][comment_id])["toxic"])


def test_functions_whose_files_are_gone_count_no_more(context: Context) -> None:
    label(context)
    for name in ("labeling_functions.toml", "labeling_functions.py"):
        (context.home.root / name).unlink()
    gone = open_context(Home(context.home.root), context.now)
    label(gone)
    tables = gone.warehouse.tables("weak_labels", "labeling_functions", "labeling_function_votes")
    assert {name: len(rows) for name, rows in tables.items()} == dict.fromkeys(tables, 0)
