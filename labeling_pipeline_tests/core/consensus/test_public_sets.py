"""Figures on public research data, when it is there; the peer's are crowd-kit 1.4.2's on the same files.

The whole table, with the peer run beside ours: ``python -m labeling_pipeline_tests.benchmarks.consensus_accuracy``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.consensus import consensus
from labeling_pipeline.core.consensus.dawid_skene import dawid_skene_plain
from labeling_pipeline.core.consensus.reading import read_votes
from labeling_pipeline_tests.benchmarks.consensus_accuracy import (
    RANKED,
    confidence_scores,
    majority_by_task,
    mean_of,
    ranking,
    right_by_task,
)
from labeling_pipeline_tests.benchmarks.consensus_sets import DATA, MISSING, SETS, load, scores, simulated

with_data = pytest.mark.skipif(not DATA.is_dir(), reason=MISSING)

PEER_DAWID_SKENE = {
    "d_product": 0.940,
    "d_possent": 0.960,
    "s_adult": 0.766,
    "dog": 0.843,
    "sp": 0.915,
    "sp_amt": 0.944,
}
BEST_PEER = PEER_DAWID_SKENE | {"sp": 0.917, "sp_amt": 0.946, "cf": 0.893, "cf_amt": 0.860}
RANKING = {"d_product": 0.80, "d_possent": 0.94, "sp": 0.85}


@with_data
@pytest.mark.parametrize("name", PEER_DAWID_SKENE)
def test_dawid_skene_is_as_good_as_the_peer_and_majority(name: str) -> None:
    data = load(name)
    ours = right_by_task(consensus(data.votes, method="dawid_skene").labels, data.gold).mean()
    assert ours >= max(PEER_DAWID_SKENE[name], majority_by_task(data).mean()) - 0.005


@with_data
@pytest.mark.parametrize("name", RANKED)
def test_annotators_are_ranked_as_gold_ranks_them(name: str) -> None:
    data = load(name)
    assert ranking(data, consensus(data.votes).annotators) >= RANKING[name]


@with_data
@pytest.mark.parametrize("name", SETS)
def test_no_set_runs_away_without_gold(name: str) -> None:
    data = load(name)
    mixes = [
        consensus(data.votes, method=method).labels["label"].value_counts(normalize=True)
        for method in ("auto", "majority")
    ]
    assert mixes[0].sub(mixes[1], fill_value=0).abs().sum() / 2 <= 0.15


@with_data
def test_civil_comments_is_guarded() -> None:
    votes = pd.read_csv(DATA / "civil_comments" / "votes.csv", dtype=str)
    result = consensus(votes)
    assert result.method == "majority"
    assert any(note.startswith("fell back to majority: class mix moved") for note in result.notes)
    assert (result.labels["label"] == "insult").mean() == pytest.approx(0.63, abs=0.02)
    assert len(result.labels) == 16_100


@with_data
@pytest.mark.parametrize("name", ["d_possent", "dog", "sp_amt", "cf", "cf_amt"])
def test_auto_with_a_fifth_of_the_gold(name: str) -> None:
    """Three of the twenty splits of the benchmark, with one hundredth of room for them."""
    data, accuracy, confidence = load(name), [], []
    for seed in range(3):
        given = data.split(seed)
        rest = data.gold[~given]
        labels = consensus(data.votes, gold=data.gold[given]).labels
        right = right_by_task(labels, rest)
        accuracy.append(right.mean())
        confidence.append(confidence_scores(data, labels, rest, right, given))
    assert np.mean(accuracy) >= max(BEST_PEER[name] - 0.015, majority_by_task(data).mean() - 0.005) - 0.01
    mean = mean_of(confidence)
    for loss in ("log-loss", "Brier"):
        assert mean[loss] <= min(mean[f"{loss} of posterior"], mean[f"{loss} of shares"]) + 0.015
    if len(rest) >= 500:
        assert mean["ECE"] <= 0.08


def test_a_simulated_crowd() -> None:
    votes, gold = simulated(20_000, 0)
    found = scores(consensus(votes).labels, gold)
    assert found["accuracy"] >= 0.90
    assert found["ece"] <= 0.015


def test_the_plain_fit_is_as_likely_as_the_peers() -> None:
    """Log-likelihood of the votes at the peer's own convergence: printed by benchmarks.consensus_speed."""
    votes = read_votes(simulated(20_000, 0)[0], None, ())
    assert (dawid_skene_plain(votes).log_likelihood or -np.inf) >= -71_944
