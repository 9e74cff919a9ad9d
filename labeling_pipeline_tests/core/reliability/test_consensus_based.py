"""Reliability without any known answer: warm starts arrive where cold ones do, and the ranking is right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.reliability import consensus_reliability, read_votes, reliability_by_week
from labeling_pipeline.core.reliability.competence import fit_competence
from labeling_pipeline_tests.core.reliability.planted import MIX, bad_crowd, crowd

DATA = Path(__file__).parents[4] / "shared" / "data"


@pytest.mark.parametrize("seed", [0, 1])
def test_a_warm_start_arrives_where_a_cold_one_does(seed: int) -> None:
    votes = bad_crowd(seed=seed).votes
    cold, fit = consensus_reliability(votes)
    _, last_week = consensus_reliability(votes[votes["week"] < 19])
    warm, again = consensus_reliability(votes, last_week)
    assert cold["annotator"].tolist() == warm["annotator"].tolist()
    assert (cold["value"] - warm["value"]).abs().max() < 1e-3
    assert again.n_rounds <= fit.n_rounds


def test_new_annotators_and_new_labels_are_no_obstacle() -> None:
    votes, _, _ = crowd(n_tasks=600)
    early = votes[votes["annotator"] < "a030"]
    _, start = consensus_reliability(early)
    warm, _ = consensus_reliability(votes, start)
    cold, _ = consensus_reliability(votes)
    assert (cold["value"] - warm["value"]).abs().max() < 1e-3
    _, other = consensus_reliability(votes[votes["label"] != "spam"])
    assert len(consensus_reliability(votes, other)[0]) == len(cold)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.97])
@pytest.mark.parametrize(
    "name", ["truth_inference/dog", "truth_inference/cf_amt", "truth_inference/cf", "civil_comments"]
)
def test_a_warm_start_arrives_on_real_crowds_too(name: str, share: float) -> None:
    """Some of these crowds can be read in two ways, and their first tenth or half has another mix of classes."""
    path = DATA / name / "votes.csv"
    if not path.is_file():
        pytest.skip(f"{name} is not at {DATA}")
    votes = pd.read_csv(path, dtype=str)
    cold, _ = consensus_reliability(votes)
    _, earlier = consensus_reliability(votes.iloc[: int(len(votes) * share)])
    warm, _ = consensus_reliability(votes, earlier)
    assert (cold["value"] - warm["value"]).abs().max() < 1e-3


def test_ranks_by_true_accuracy_and_finds_the_class_mix() -> None:
    votes, _, accuracy = crowd(n_tasks=8_000)
    table, fit = consensus_reliability(votes)
    assert spearmanr(table["value"], accuracy[table["annotator"]]).statistic > 0.9
    mix = pd.Series(MIX, index=["none", "insult", "threat", "slur", "spam"])
    assert np.abs(fit.mix - mix[fit.labels].to_numpy()).max() < 0.05
    assert ((table["low"] <= table["value"]) & (table["value"] <= table["high"])).all()


def test_own_votes_do_not_judge_themselves() -> None:
    votes, _, _ = crowd(n_tasks=1_000)
    alone = pd.DataFrame({"task": [f"x{i}" for i in range(200)], "annotator": "loner", "label": "spam"})
    own = votes[votes["annotator"] == "a000"]
    apart = alone.assign(annotator="a000").head(40)
    silent = alone.head(1).assign(annotator="silent", label=None)
    table = consensus_reliability(pd.concat([votes, alone, silent]))[0].set_index("annotator")
    for name, n_votes, said in (("loner", 200, "no overlap: nobody else"), ("silent", 0, "no votes: every label")):
        row = table.loc[name]
        assert row[["value", "low", "high"]].isna().all()
        assert (row["n"], row["n_votes"]) == (0, n_votes)
        assert row["note"].startswith(said)
    # Of those who also voted where nobody else did, the other votes alone count.
    mixed = consensus_reliability(pd.concat([votes, apart]))[0].set_index("annotator").loc["a000"]
    alike = consensus_reliability(votes)[0].set_index("annotator").loc["a000"]
    assert (mixed["n"], mixed["n_votes"]) == (len(own), len(own) + 40)
    assert mixed["value"] == pytest.approx(alike["value"], abs=0.02)


def test_of_one_class_only_nothing_is_known() -> None:
    votes, _, _ = crowd(n_tasks=200)
    table, _ = consensus_reliability(votes.assign(label="spam"))
    assert table[["value", "low", "high"]].isna().all().all()
    assert table["note"].str.startswith("one category only: every vote is 'spam'").all()
    weeks, _ = reliability_by_week(votes.assign(label="spam"))
    assert weeks.empty


def test_votes_read_once_serve_every_call() -> None:
    votes, _, _ = crowd(n_tasks=300)
    pd.testing.assert_frame_equal(consensus_reliability(votes)[0], consensus_reliability(read_votes(votes))[0])


def test_no_annotators_is_an_error() -> None:
    votes, _, _ = crowd(n_tasks=50)
    with pytest.raises(InputError, match="annotator"):
        consensus_reliability(votes.drop(columns="annotator"))


def test_a_quarrelsome_crowd_keeps_its_classes() -> None:
    path = DATA / "civil_comments" / "votes.csv"
    if not path.is_file():
        pytest.skip(f"civil_comments is not at {DATA}")
    votes = pd.read_csv(path, dtype=str)
    fit = fit_competence(read_votes(votes))
    shares = votes["label"].value_counts(normalize=True)[fit.labels].to_numpy()
    assert np.abs(fit.mix - shares).sum() / 2 <= 0.15
    assert 0.3 < fit.care.mean() < 0.7


@pytest.mark.parametrize("seed", range(12))
def test_a_share_of_next_to_all_or_none_lies_inside_its_interval(seed: int) -> None:
    rng = np.random.default_rng(seed)
    label = np.where(rng.random(80) < 0.95, "x", rng.choice(list("xyz"), 80))
    votes = pd.DataFrame({"task": np.repeat(np.arange(20), 4), "annotator": list("abcd") * 20, "label": label})
    table = consensus_reliability(votes.sample(frac=0.7, random_state=seed))[0]
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()
