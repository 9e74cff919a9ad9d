"""Each source's own class mix is taken out of what it says, and that of the comments added once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision import fuse, label_model
from labeling_pipeline.core.weak_supervision.result import softmax
from labeling_pipeline_tests.core.weak_supervision.planted import Votes, accuracy, calibration_error

RNG = np.random.Generator
CLASSES = ["ok", "bad"]


def frame(table: np.ndarray, rows: np.ndarray | None = None) -> pd.DataFrame:
    n, k = table.shape
    out = pd.DataFrame(table, columns=[f"p_{name}" for name in named(k)])
    out.insert(0, "comment_id", [f"c{i}" for i in range(n)])
    return out if rows is None else out[rows]


def named(k: int) -> list[str]:
    return CLASSES if k == 2 else [f"k{j}" for j in range(k)]


def fused(sources: dict[str, np.ndarray], gold: Votes | None = None, **more: object) -> np.ndarray:
    """(n, K) fused probabilities; the first rows are gold where it is given."""
    k = next(iter(sources.values())).shape[1]
    frames = {name: frame(table, ~np.isnan(table).any(axis=1)) for name, table in sources.items()}
    known = None if gold is None else pd.DataFrame({"label": np.array(named(k))[gold]})
    if known is not None:
        known["comment_id"] = [f"c{i}" for i in range(len(known))]
    labels = fuse(frames, named(k), gold=known, **more).labels  # type: ignore[arg-type]
    return labels[[f"p_{name}" for name in named(k)]].to_numpy()


def posterior(rng: RNG, truth: Votes, mix: np.ndarray, rights: list[float]) -> np.ndarray:
    """What somebody believes who knows the mix and how often each voter is right."""
    n, k = len(truth), len(mix)
    score = np.tile(np.log(mix), (n, 1))
    for right in rights:
        vote = np.where(rng.random(n) < right, truth, (truth + rng.integers(1, k, n)) % k)
        score[np.arange(n), vote] += np.log(right * (k - 1) / (1 - right))
    return softmax(score)


def one_class(rng: RNG, truth: Votes, sides: list[tuple[int, float, float]]) -> Votes:
    """Votes of functions that know one class: which, how often they fire on it and on others."""
    fires = [rng.random(len(truth)) < np.where(truth == side, on_it, off) for side, on_it, off in sides]
    return np.stack([np.where(on, side, -1) for (side, _, _), on in zip(sides, fires, strict=True)], axis=1)


rows = st.lists(st.lists(st.floats(0.02, 1), min_size=3, max_size=3), min_size=2, max_size=2)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(rows, min_size=1, max_size=6),
    st.lists(st.floats(0.01, 1), min_size=3, max_size=3),
    st.booleans(),
    st.sampled_from([("crowd", "weak"), ("crowd", "draft"), ("weak", "draft"), ("mine", "yours")]),
)
def test_two_sources_that_agree_are_not_overruled_by_their_sum(
    pairs: list[list[list[float]]], balance: list[float], is_given: bool, names: tuple[str, str]
) -> None:
    tables = np.array(pairs).transpose(1, 0, 2)
    tables = tables / tables.sum(axis=2, keepdims=True)
    ordered = np.sort(tables, axis=2)
    agree = (tables[0].argmax(axis=1) == tables[1].argmax(axis=1)) & (ordered[..., 2] > ordered[..., 1]).all(axis=0)
    found = fused(dict(zip(names, tables, strict=True)), class_balance=balance if is_given else None)
    assert (found.argmax(axis=1) == tables[0].argmax(axis=1))[agree].all()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("common", [0.8, 0.95])
def test_a_function_for_the_common_class_is_no_evidence_against_it(seed: int, common: float) -> None:
    rng = np.random.default_rng(seed)
    truth = (rng.random(6000) > common).astype(int)
    crowd = posterior(rng, truth, np.array([common, 1 - common]), [0.8, 0.8])
    votes = one_class(rng, truth, [(0, 0.6, 0.05), (1, 0.6, 0.02)])
    result = label_model(votes, n_classes=2)
    assert result.method == "majority", "two functions cannot show which of them errs"
    weak = np.where((votes >= 0).any(axis=1)[:, None], result.probabilities, np.nan)
    found = fused({"crowd": crowd, "weak": weak})
    praised, blamed = (votes == [0, -1]).all(axis=1), (votes == [-1, 1]).all(axis=1)
    assert (found[praised, 0] > crowd[praised, 0]).all()
    assert (found[blamed, 1] > crowd[blamed, 1]).all()
    assert accuracy(found[praised], truth[praised]) >= accuracy(crowd[praised], truth[praised])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("mix", [[0.5, 0.5], [0.9, 0.1], [0.97, 0.03], [0.7, 0.15, 0.1, 0.05]])
def test_what_a_source_was_trained_on_does_not_matter(seed: int, mix: list[float]) -> None:
    rng = np.random.default_rng(seed)
    shares, n = np.array(mix), 8000
    truth = rng.choice(len(mix), n, p=shares)
    crowd = posterior(rng, truth, shares, [0.8, 0.75])
    draft = posterior(rng, truth, shares, [0.85, 0.7])
    elsewhere = rng.dirichlet(np.full(len(mix), 3.0))
    moved = softmax(np.log(draft) - np.log(shares) + np.log(elsewhere))
    plain, other = fused({"crowd": crowd, "draft": draft}), fused({"crowd": crowd, "draft": moved})
    assert np.abs(plain - other).mean() < 0.005


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("mix", [[0.5, 0.5], [0.9, 0.1], [0.97, 0.03], [0.7, 0.15, 0.1, 0.05]])
@pytest.mark.parametrize("n_votes", [1, 3])
def test_together_sources_are_no_worse_than_the_best_alone_and_gold_calibrates(
    seed: int, mix: list[float], n_votes: int
) -> None:
    rng = np.random.default_rng([seed, n_votes])
    shares, n = np.array(mix), 8000
    truth = rng.choice(len(mix), n, p=shares)
    even = np.full(len(mix), 1 / len(mix))
    sources = {
        "crowd": posterior(rng, truth, shares, [0.8] * n_votes),
        "weak": posterior(rng, truth, even, [0.7, 0.65]),
        "draft": posterior(rng, truth, even, [0.8]),
    }
    sources["weak"][rng.random(n) < 0.5] = np.nan
    best = max(accuracy(p[~np.isnan(p[:, 0])], truth[~np.isnan(p[:, 0])]) for p in sources.values())
    untaught, taught = fused(sources), fused(sources, truth[:400])
    for found in (untaught[400:], taught[400:]):
        assert accuracy(found, truth[400:]) >= best - 0.005
        p_truth = found[np.arange(len(found)), truth[400:]]
        assert -np.log(p_truth).mean() < -np.log(sources["crowd"][np.arange(n), truth]).mean()
    assert calibration_error(taught[400:], truth[400:]) < 0.04


@pytest.mark.parametrize("more", [{}, {"class_balance": [0.95, 0.05]}, {"weights": {"crowd": 1.0, "draft": 0.3}}])
def test_a_source_that_speaks_alone_keeps_its_probabilities(more: dict[str, object]) -> None:
    rng = np.random.default_rng(0)
    truth = (rng.random(1500) < 0.2).astype(int)
    mix = np.array([0.8, 0.2])
    crowd, draft = posterior(rng, truth, mix, [0.85, 0.85]), posterior(rng, truth, mix, [0.85])
    crowd[750:] = np.nan
    found = fused({"crowd": crowd, "draft": draft}, **more)
    assert np.allclose(found[750:], draft[750:])
    for n_gold in (30, 100, 400):
        taught = fused({"crowd": crowd, "draft": draft}, truth[:n_gold])
        assert np.array_equal(taught[750:].argmax(axis=1), draft[750:].argmax(axis=1))


@pytest.mark.parametrize("common", [0.8, 0.9, 0.95])
@pytest.mark.parametrize("pseudo", [0.0, 1.0])
@pytest.mark.parametrize("is_given", [True, False])
def test_shares_of_votes_beside_a_draft_are_no_worse_than_alone(common: float, pseudo: float, is_given: bool) -> None:
    rng = np.random.default_rng(0)
    truth = (rng.random(3000) > common).astype(int)
    votes = np.where(rng.random((3000, 3)) < 0.85, truth[:, None], 1 - truth[:, None])
    counts = np.stack([(votes == k).sum(axis=1) for k in range(2)], axis=1)
    crowd = (counts + pseudo * counts.sum(axis=0) / counts.sum()) / (3 + pseudo)
    draft = posterior(rng, truth, np.array([0.5, 0.5]), [0.85])
    balance = {"class_balance": [common, 1 - common]} if is_given else {}
    found = fused({"crowd": crowd, "draft": draft}, **balance)
    # Labels: where the two agree against the mix, the one they name is ahead by a hair.
    assert (found.argmax(axis=1) == truth).mean() >= accuracy(crowd, truth) - 0.005


@pytest.mark.parametrize("stated", [0.5, 0.99])
def test_a_crowd_is_taken_at_its_word_whatever_mix_is_given(stated: float) -> None:
    rng = np.random.default_rng(0)
    truth = (rng.random(3000) < 0.2).astype(int)
    crowd = posterior(rng, truth, np.array([0.8, 0.2]), [0.8, 0.7])
    sources = {"crowd": crowd, "draft": posterior(rng, truth, np.array([0.5, 0.5]), [0.8])}
    assert np.allclose(fused(sources), fused(sources, class_balance=[stated, 1 - stated]), atol=0.01)


def test_one_source_for_the_rare_class_speaks_by_speaking_at_all() -> None:
    rng = np.random.default_rng(0)
    truth = (rng.random(8000) < 0.1).astype(int)
    crowd = posterior(rng, truth, np.array([0.9, 0.1]), [0.75])
    fires = rng.random(8000) < np.where(truth == 1, 0.6, 0.02)
    right = truth[fires].mean()
    weak = np.where(fires[:, None], [1 - right, right], np.nan)
    found = fused({"crowd": crowd, "weak": weak})
    doubted = fires & (crowd[:, 1] < 0.2)
    assert (found[doubted, 1] > crowd[doubted, 1] + 0.05).all()
    assert np.array_equal(found[~fires], fused({"crowd": crowd})[~fires])


def test_a_fusion_like_an_earlier_one_says_the_same_of_a_part() -> None:
    rng = np.random.default_rng(1)
    truth = (rng.random(500) < 0.2).astype(int)
    sources = {
        "crowd": posterior(rng, truth, np.array([0.8, 0.2]), [0.8]),
        "draft": posterior(rng, truth, np.array([0.5, 0.5]), [0.8]),
    }
    frames = {name: frame(table) for name, table in sources.items()}
    gold = pd.DataFrame({"comment_id": [f"c{i}" for i in range(50)], "label": np.array(CLASSES)[truth[:50]]})
    for known in (None, gold):
        whole = fuse(frames, CLASSES, gold=known, class_balance=[0.8, 0.2])
        few = {name: part.iloc[100:110] for name, part in frames.items()}
        part = fuse(few, CLASSES, like=whole, class_balance=[0.8, 0.2])
        pd.testing.assert_frame_equal(part.labels, whole.labels.iloc[100:110].reset_index(drop=True))
        assert part.is_calibrated == whole.is_calibrated == (known is not None)


def test_a_mix_that_is_none_is_named() -> None:
    crowd, weak = frame(np.array([[0.6, 0.4]])), frame(np.array([[0.6, 0.4]]))
    weak.attrs["class_balance"] = [1.0, 0.0]
    with pytest.raises(InputError, match="source 'weak': class balance"):
        fuse({"crowd": crowd, "weak": weak}, CLASSES)
    with pytest.raises(InputError, match="2 positive shares"):
        fuse({"crowd": crowd}, CLASSES, class_balance=[1.0, float("nan")])
