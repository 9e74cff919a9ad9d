"""The summary's figures explain one another, and what is missing is missing for a reason that is told."""

from __future__ import annotations

import pandas as pd
import pytest

from labeling_pipeline.home import Home
from labeling_pipeline.report.summary import summary
from labeling_pipeline.report.summary_lines import lines_of, status_lines
from labeling_pipeline.stages import STAGES
from labeling_pipeline_tests.stages.small_homes import drop, new_home, up_to_date

LOOP = tuple(
    one for one in STAGES if one not in ("group_divergence", "annotator_findings", "agreement_report", "drift_report")
)
SETTINGS = """[quality]
min_confidence = 0.5
min_confidence_by_class = { toxic = 0.55 }
four_eyes = ["toxic"]
[training]
min_labels = 50
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Thirty comments with three votes each, one with a verdict alone, one with the text of measuring gold; five
    honeypots with one vote each."""
    home = new_home(tmp_path_factory.mktemp("told") / "home", SETTINGS)
    ids = [f"c-{i:02d}" for i in range(30)]
    texts = [f"remark {i} on {'wind and rain ' * (i % 5)}{i * 37}" for i in range(30)]
    comments = pd.DataFrame({"comment_id": [*ids, "alone"], "text": [*texts, "judged by an expert alone"]})
    drop(home, "comments", "c.csv", comments)
    votes = pd.DataFrame([(one, who, "acceptable") for one in ids for who in "xyz"])
    known = pd.DataFrame([(f"g-{i}", "x", "acceptable") for i in range(5)])
    drop(home, "votes", "v.csv", pd.concat([votes, known]).set_axis(["comment_id", "annotator_id", "label"], axis=1))
    gold = pd.DataFrame({"comment_id": [*(f"g-{i}" for i in range(5)), "m-0"], "role": ["fit"] * 5 + ["measure"]})
    drop(home, "gold", "g.csv", gold.assign(label="acceptable", text=[*(f"known {i}" for i in range(5)), texts[7]]))
    verdict = pd.DataFrame({"comment_id": ["alone"], "expert_id": "e", "label": "acceptable", "note": "calm"})
    drop(home, "verdicts", "e.csv", verdict.assign(decided_at="2026-05-03T09:00:00"))
    up_to_date(home, LOOP)
    return Home(home.root)


def test_the_chain_from_consensus_to_export_adds_up(home: Home) -> None:
    told, lines = summary(home), dict(lines_of(summary(home)))
    assert lines["consensus"].startswith("35 labels")
    assert lines["consensus"].endswith("· 1 more by a verdict alone")
    assert lines["outcomes"] == "passed 31 (100%)"  # honeypots with one vote are no labels that failed
    assert lines["gold"] == "fit 5 · measure 1 · 5 with votes, which measure annotators: rejected 5"
    assert told["outcomes"] == {"passed": 31, "rejected": 5}
    assert told["rows"]["consensus_labels"] + 1 == sum(told["outcomes"].values())
    kept = "1 more of the 31 that passed are kept apart from training: measuring gold, or its text"
    assert lines["export"] == f"1.0.0: 30 labels in exports/1.0.0 · {kept}"
    assert told["export"]["n_labels"] + told["not_exported"]["n"] == told["outcomes"]["passed"]


def test_no_model_and_no_batch_say_why(home: Home) -> None:
    lines = dict(lines_of(summary(home)))
    n_learned = int(lines["model"].rsplit(" ", 1)[1])
    assert 0 < n_learned < 30
    assert lines["model"] == f"none: it takes 50 labels to learn from (training.min_labels), and there are {n_learned}"
    assert lines["next batch"] == "none: a model chooses it, and there is none"


def test_status_tells_gates_and_the_last_runs(home: Home) -> None:
    told = summary(home)
    lines = dict(status_lines(told))
    gates = "confidence ≥ 0.5 · votes ≥ 2 · confidence by class ≥ toxic 0.55 · no floor for a round"
    assert lines["gates"] == f"{gates} · two experts for toxic"
    assert told["last_runs"][0]["assets"]
    assert lines["last runs"].split(" wrote ")[0].endswith(told["last_runs"][0]["run_id"][:8])


def test_a_home_of_two_comments_is_advised_what_it_can_do(home: Home) -> None:
    told = summary(home) | {"has_gold": False}
    few = dict(lines_of(told | {"rows": {**told["rows"], "raw_comments": 2}}))["without gold"]
    assert "--budget 2 " in few
    assert "300" not in few
    assert "--budget 300 " in dict(lines_of(told | {"rows": {**told["rows"], "raw_comments": 4000}}))["without gold"]
    assert "--budget 100 " in dict(lines_of(told | {"rows": {**told["rows"], "raw_comments": 100}}))["without gold"]


@pytest.mark.parametrize(
    ("nameless", "said"),
    [
        (9, "no vote names one: majority alone is possible, and who is reliable cannot be known"),
        (3, "3 votes name none: who of those who gave them is reliable cannot be known"),
        (0, ""),
    ],
)
def test_what_cannot_be_known_without_annotators_is_told(
    tmp_path_factory: pytest.TempPathFactory, nameless: int, said: str
) -> None:
    home = new_home(tmp_path_factory.mktemp("nameless") / "home", "")
    drop(home, "comments", "c.csv", pd.DataFrame({"comment_id": ["a", "b", "c"], "text": ["one", "two", "three"]}))
    votes = pd.DataFrame({"comment_id": list("abcabcabc"), "label": "acceptable"})
    who = [None] * nameless + ["x", "x", "x", "y", "y", "y", "z", "z", "z"][nameless:]
    drop(home, "votes", "v.csv", votes.assign(annotator_id=who))
    up_to_date(home)
    told = [value for name, value in lines_of(summary(home)) if name == "annotators"]
    assert told == [f"{said} (annotator_id in inbox/votes)"] if said else not told
