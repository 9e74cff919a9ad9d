"""Acts in production beside labeling functions: one vote per independent source, figures as a function has them."""

from __future__ import annotations

import pandas as pd
import pytest

from labeling_pipeline.core.weak_supervision.analysis import wilson
from labeling_pipeline.core.weak_supervision.production_signals import SignalLabels, signal_labels
from labeling_pipeline.core.weak_supervision.signal_functions import signal_functions, signal_votes
from labeling_pipeline_tests.core.weak_supervision.test_production_signals import CLASSES, flags_on, world

VOTES = pd.DataFrame({"comment_id": ["a", "b", "z"], "lf": ["shouts", "shouts", "shouts"], "label": ["fine"] * 3})


def three_comments() -> SignalLabels:
    """A brigade of 60 and two strangers flag `a` (shown as fine); a moderator overrides `b` to harmful, one to fine."""
    served = pd.DataFrame({"comment_id": ["a", "b"], "label": ["fine", "harmful"]})
    overrides = pd.DataFrame(
        {"comment_id": ["b", "b"], "kind": "override", "label": ["harmful", "fine"], "actor_id": ["m1", "m2"]}
    )
    acts = [flags_on("a", 60, linked=True).iloc[:60], flags_on("a", 2, linked=False, seed=3), overrides]
    return signal_labels(pd.concat(acts, ignore_index=True), served, CLASSES)


def test_a_kind_votes_once_per_independent_source_and_comment() -> None:
    votes = signal_votes(three_comments()).astype(object)
    assert votes.where(votes.notna(), None).to_dict("records") == [
        {"comment_id": "a", "lf": "signal:flag", "label": None, "against": "fine", "n_acts": 62, "n_sources": 3},
        {"comment_id": "b", "lf": "signal:override", "label": "fine", "against": None, "n_acts": 1, "n_sources": 1},
        {"comment_id": "b", "lf": "signal:override", "label": "harmful", "against": None, "n_acts": 1, "n_sources": 1},
    ]


def test_coverage_overlap_and_conflict_are_those_of_a_function() -> None:
    rows = signal_functions(three_comments(), VOTES, 10).set_index("lf")
    assert rows["polarity"].to_dict() == {"signal:flag": ["not fine"], "signal:override": ["fine", "harmful"]}
    assert rows[["coverage", "overlaps", "conflicts"]].to_numpy().tolist() == [[0.1, 0.1, 0.1], [0.1, 0.1, 0.1]]
    agreeing = VOTES.assign(label="harmful")
    assert signal_functions(three_comments(), agreeing, 10).set_index("lf").loc["signal:flag", "conflicts"] == 0.0


@pytest.mark.parametrize("seed", range(3))
def test_accuracy_is_counted_on_gold_that_did_not_teach_it(seed: int) -> None:
    feedback, served, gold = world(seed)
    fit, measure = gold.iloc[::2], gold.iloc[1::2]
    row = signal_functions(signal_labels(feedback, served, CLASSES, gold=fit), VOTES, 3000, measure).iloc[0]
    judged = feedback[["comment_id"]].merge(measure)
    _, low, high = wilson([(judged["label"] == "harmful").sum()], [len(judged)])
    assert row["n_gold"] == len(judged)
    assert row["accuracy"] == pytest.approx((judged["label"] == "harmful").mean())
    assert (row["accuracy_low"], row["accuracy_high"]) == (pytest.approx(low[0]), pytest.approx(high[0]))
    assert row["learned_low"] <= row["learned_accuracy"] <= row["learned_high"]
    assert row["accuracy_low"] <= row["learned_accuracy"] <= row["accuracy_high"]


def test_without_acts_there_is_no_row() -> None:
    nothing = signal_labels(
        pd.DataFrame(columns=["comment_id", "kind"]), pd.DataFrame(columns=["comment_id", "label"]), CLASSES
    )
    assert signal_functions(nothing, VOTES, 10).empty
