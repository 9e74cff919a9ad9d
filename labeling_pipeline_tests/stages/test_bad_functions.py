"""Labeling functions of a home that are wrong: an error that names file and function, or an abstain on record."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.stages import STAGES
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.engine import Done, materialize
from labeling_pipeline_tests.stages.small_homes import drop, new_home

N = 40
RULE = '[[lf]]\nname = "{name}"\nkind = "regex"\npattern = \'{pattern}\'\nlabel = "{label}"\n'


@pytest.fixture
def context(tmp_path: Path) -> Context:
    home = new_home(tmp_path / "home", "")
    texts = [f"word {i} plum" for i in range(N)]
    drop(home, "comments", "comments.csv", pd.DataFrame({"comment_id": [f"c{i}" for i in range(N)], "text": texts}))
    context = open_context(home, pd.Timestamp("2026-05-04").to_pydatetime())
    materialize("raw_comments", STAGES["raw_comments"], context)
    return context


@pytest.fixture
def label(context: Context) -> Callable[[str, str], Done]:
    def run(name: str, text: str) -> Done:
        (context.home.root / name).write_text(text)
        return materialize("weak_labels", STAGES["weak_labels"], context)

    return run


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (RULE.format(name="broken", pattern="plum((", label="toxic"), r"'broken': invalid regex at position 5"),
        (RULE.format(name="same", pattern="a", label="toxic") * 2, r"two labeling functions are named 'same'"),
        (RULE.format(name="n", pattern="a", label="vile"), r"'vile'"),
    ],
)
def test_a_wrong_file_is_named_with_its_function(label: Callable[[str, str], Done], text: str, said: str) -> None:
    with pytest.raises(InputError, match=f"labeling_functions.toml.*{said}"):
        label("labeling_functions.toml", 'classes = ["acceptable", "toxic"]\n' + text)


def test_a_class_outside_the_ontology_is_named(label: Callable[[str, str], Done]) -> None:
    text = 'classes = ["acceptable", "vile"]\n' + RULE.format(name="n", pattern="a", label="vile")
    with pytest.raises(InputError, match=r"labeling_functions.toml: class 'vile' is not one of the ontology's"):
        label("labeling_functions.toml", text)


def test_what_is_no_vote_abstains_on_record(context: Context, label: Callable[[str, str], Done]) -> None:
    answers = {"outside": "7", "none": "None", "fraction": "0.5", "once": "1 // (len(x.text) - 11)", "votes": "1"}
    functions = [f"@labeling_function()\ndef {name}(x): return {answer}\n" for name, answer in answers.items()]
    head = "from snorkel.labeling import labeling_function\nclasses = ['acceptable', 'toxic']\n"
    done = label("labeling_functions.py", head + "".join(functions))
    kept = context.warehouse.table("labeling_functions").set_index("lf")
    faults = {name: dict(value) for name, value in kept["faults"].items()}
    assert faults["outside"] == {"returned 7, not a class": N}
    assert faults["none"] == {"returned None": N}
    assert faults["fraction"] == {"returned a float": N}
    assert faults["once"] == {"raised ZeroDivisionError": 10}
    assert faults["votes"] == {}
    assert "once raised ZeroDivisionError on 10 comments" in str(done.result.metrics["notes"])


@pytest.mark.parametrize("answer", ["-1", "None"])
def test_where_nobody_votes_there_is_no_weak_label(
    context: Context, label: Callable[[str, str], Done], answer: str
) -> None:
    head = "from snorkel.labeling import labeling_function\nclasses = ['acceptable', 'toxic']\n"
    done = label("labeling_functions.py", head + f"@labeling_function()\ndef never(x): return {answer}\n")
    assert done.result.metrics["coverage"] == 0.0
    assert "no labeling function voted on any row" in str(done.result.metrics["notes"])
    assert context.warehouse.table("weak_labels").empty
