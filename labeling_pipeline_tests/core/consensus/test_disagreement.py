"""The share of ambiguous tasks is recovered where votes tell it, and said to be unknown where they do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.consensus import consensus


def planted(
    n_votes: int,
    share: float,
    *,
    n_tasks: int = 1_000,
    n_annotators: int = 30,
    n_classes: int = 2,
    seed: int = 0,
    is_next: bool = False,
) -> tuple[pd.DataFrame, np.ndarray]:
    """Annotators who are right in 97 % of clear tasks; of an ambiguous one each sees one of two classes.

    ``is_next``: the other class is the one after the true one, so that ambiguous tasks have as many pairs as classes.
    """
    rng = np.random.default_rng(seed)
    truth, ambiguous = rng.integers(0, n_classes, n_tasks), rng.random(n_tasks) < share
    other = (truth + (1 if is_next else rng.integers(1, n_classes, n_tasks))) % n_classes
    who = rng.random((n_tasks, n_annotators)).argsort(axis=1)[:, :n_votes]
    seen = np.where(ambiguous[:, None] & (rng.random(who.shape) < 0.5), other[:, None], truth[:, None])
    wrong = (seen + rng.integers(1, n_classes, who.shape)) % n_classes
    given = np.where(rng.random(who.shape) < 0.97, seen, wrong)
    task = np.repeat([f"t{i:05d}" for i in range(n_tasks)], n_votes)
    return pd.DataFrame({"task": task, "annotator": who.ravel(), "label": given.ravel().astype(str)}), ambiguous


@pytest.mark.parametrize("method", ["dawid_skene", "majority"])
@pytest.mark.parametrize(
    ("n_votes", "n_classes", "n_annotators"), [(9, 2, 30), (5, 2, 30), (9, 2, 300), (5, 3, 60), (10, 4, 60)]
)
@pytest.mark.parametrize("share", [0.0, 0.3])
def test_the_planted_level_is_recovered(
    share: float, n_votes: int, n_classes: int, n_annotators: int, method: str
) -> None:
    votes, ambiguous = planted(n_votes, share, n_classes=n_classes, n_annotators=n_annotators)
    labels = consensus(votes, method=method).labels
    assert labels["ambiguity"].mean() == pytest.approx(ambiguous.mean(), abs=0.06)
    assert labels["annotator_noise"].mean() == pytest.approx(0.03, abs=0.02)
    if share:
        sure = labels["ambiguity"].to_numpy() > 0.5
        assert ambiguous[sure].mean() > 0.7


def test_level_beside_noisy_annotators() -> None:
    rng = np.random.default_rng(1)
    votes, ambiguous = planted(10, 0.2, n_tasks=2_000, n_annotators=60, seed=1)
    clicks = (votes["annotator"] < 15) & (rng.random(len(votes)) < 0.7)
    votes["label"] = np.where(clicks, rng.integers(0, 2, len(votes)).astype(str), votes["label"])
    labels = consensus(votes).labels
    assert labels["ambiguity"].mean() == pytest.approx(ambiguous.mean(), abs=0.05)
    assert labels["annotator_noise"].mean() == pytest.approx(0.03 + 0.25 * 0.7 * 0.47, abs=0.02)


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_three_votes_do_not_tell_and_that_is_said(share: float) -> None:
    found = consensus(planted(3, share)[0])
    assert found.labels[["ambiguity", "annotator_noise"]].isna().all(axis=None)
    assert any("too few votes per task to tell ambiguous tasks from noisy annotators" in note for note in found.notes)


def test_a_handful_of_tasks_does_not_tell_either_and_the_reason_is_said() -> None:
    found = consensus(planted(5, 0.3, n_tasks=12)[0])
    assert found.labels["ambiguity"].isna().all()
    assert any("these votes fit any share of ambiguous tasks from 0." in note for note in found.notes)
    assert not any("too few votes per task" in note for note in found.notes)


@pytest.mark.parametrize("n_classes", [8, 12])
def test_of_many_classes_the_level_is_recovered_or_said_to_be_unknown(n_classes: int) -> None:
    votes, ambiguous = planted(5, 0.3, n_tasks=2_000, n_annotators=60, n_classes=n_classes, is_next=True)
    few_pairs = consensus(votes).labels
    assert few_pairs["ambiguity"].mean() == pytest.approx(ambiguous.mean(), abs=0.06)
    assert few_pairs["annotator_noise"].mean() == pytest.approx(0.03, abs=0.02)
    every_pair = consensus(planted(5, 0.3, n_tasks=2_000, n_annotators=60, n_classes=n_classes)[0])
    assert every_pair.labels[["ambiguity", "annotator_noise"]].isna().all(axis=None)
    assert any(f"the 15 commonest pairs of the {n_classes} classes hold only" in note for note in every_pair.notes)


def test_a_sample_of_the_tasks_tells_the_level_of_all() -> None:
    votes, ambiguous = planted(5, 0.3, n_tasks=12_000, n_annotators=80)
    labels = consensus(votes).labels
    assert labels["ambiguity"].mean() == pytest.approx(ambiguous.mean(), abs=0.04)
    pd.testing.assert_frame_equal(consensus(votes.sample(frac=1, random_state=0)).labels, labels)
