"""Annotators beside the rest of the crowd: who guesses stands apart, and nobody else."""

from __future__ import annotations

import numpy as np
import pandas as pd

from labeling_pipeline.core.peers import COLUMNS, compare_with_peers, suspicious

CLASSES = np.asarray(["fine", "rude", "threat"])


def crowd(seed: int, n_tasks: int = 400, n_annotators: int = 20, guessers: int = 0) -> pd.DataFrame:
    """Four votes per comment; an annotator is right with .85, a guesser answers at random."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, n_tasks)
    rows = []
    for task in range(n_tasks):
        for annotator in rng.choice(n_annotators, 4, replace=False):
            right = rng.random() < (1 / 3 if annotator < guessers else 0.85)
            label = truth[task] if right else (truth[task] + rng.integers(1, 3)) % 3
            rows.append((f"c-{task}", f"a-{annotator:02d}", CLASSES[label]))
    return pd.DataFrame(rows, columns=["task", "annotator", "label"])


def test_guessers_stand_apart_and_nobody_else() -> None:
    found = suspicious(compare_with_peers(crowd(0, guessers=3)))
    assert sorted(found["annotator"]) == ["a-00", "a-01", "a-02"]
    assert (found["high"] < 0).all()


def test_in_an_honest_crowd_hardly_anybody_stands_apart() -> None:
    flagged = [len(suspicious(compare_with_peers(crowd(seed)))) for seed in range(10)]
    assert sum(flagged) <= 3


def test_the_figures_are_those_counted_by_hand() -> None:
    votes = pd.DataFrame({"task": ["t"] * 4, "annotator": list("abcd"), "label": ["x", "x", "x", "y"]})
    found = compare_with_peers(votes).set_index("annotator")
    assert found.loc["d", ["with_peers", "among_peers"]].tolist() == [0.0, 1.0]
    np.testing.assert_allclose(found.loc["a", ["with_peers", "among_peers"]].astype(float), [2 / 3, 1 / 3])
    assert found["p_value"].isna().all()
    assert suspicious(compare_with_peers(votes)).empty


def test_few_votes_and_no_votes_are_not_compared() -> None:
    votes = crowd(1, n_tasks=6)
    found = compare_with_peers(votes)
    assert tuple(found.columns) == COLUMNS
    assert found["p_value"].isna().all()
    assert compare_with_peers(votes.iloc[:0]).empty
    pairs = votes.groupby("task").head(2)
    assert (compare_with_peers(pairs)["n_compared"] == 0).all()


def test_the_order_of_rows_does_not_matter() -> None:
    votes = crowd(2, guessers=1)
    shuffled = votes.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(compare_with_peers(votes), compare_with_peers(shuffled))
