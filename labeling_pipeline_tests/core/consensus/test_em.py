"""The EM engine: acceleration and blocks change how soon, not where it ends."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.consensus import columns, consensus, em, strangers
from labeling_pipeline.core.consensus.dawid_skene import Hierarchy, crowd_rows, strength
from labeling_pipeline.core.consensus.em import Blocks, Fit, run
from labeling_pipeline.core.consensus.majority import smoothed_shares
from labeling_pipeline.core.consensus.reading import read_votes
from labeling_pipeline.core.consensus.votes import Votes
from labeling_pipeline_tests.core.consensus.crowds import crowd


def votes_for(**changes: object) -> Votes:
    return read_votes(crowd(**changes)[0], None, ())  # type: ignore[arg-type]


def fit(votes: Votes, tolerance: float = 1e-4) -> Fit:
    return run(Blocks(votes), Hierarchy(votes, None, 5.0), smoothed_shares(votes), tolerance=tolerance)


def test_acceleration_ends_where_plain_steps_end(monkeypatch: pytest.MonkeyPatch) -> None:
    votes = votes_for(n_tasks=400, n_votes=3)
    accelerated = fit(votes, 1e-8)
    monkeypatch.setattr(em, "MAX_STEP", 1.0)
    plain = fit(votes, 1e-8)
    assert accelerated.is_converged
    assert plain.is_converged
    assert accelerated.n_iterations < plain.n_iterations
    assert np.abs(accelerated.p - plain.p).max() < 1e-5


def test_blocks_and_threads_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    votes = votes_for(n_tasks=500)
    whole = fit(votes)
    monkeypatch.setattr(columns, "BLOCK", 64)
    pieces = fit(votes)
    assert np.allclose(whole.p, pieces.p, atol=1e-9)
    monkeypatch.setattr(em, "THREADS", 1)
    assert (fit(votes).p == pieces.p).all()


def test_a_part_that_leads_the_way_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    votes = votes_for(n_tasks=4000, n_votes=3)
    whole = fit(votes, 1e-8)
    monkeypatch.setattr(columns, "BLOCK", 200)
    assert Blocks(votes).some(*counted(votes)) is not None
    led = fit(votes, 1e-8)
    assert led.n_iterations < whole.n_iterations
    assert np.abs(led.p - whole.p).max() < 1e-6
    assert led.log_likelihood == pytest.approx(whole.log_likelihood, abs=1e-4)


def test_no_part_leads_that_has_not_heard_everyone(monkeypatch: pytest.MonkeyPatch) -> None:
    votes, _ = crowd(n_tasks=4000, n_votes=3)
    monkeypatch.setattr(columns, "BLOCK", 200)
    late = votes.assign(annotator=votes["annotator"].where(votes["task"] != "t03999", "late"))
    rare = votes.assign(label=votes["label"].where(votes["task"] != "t00000", "rare"))
    for frame in (late, rare):
        read = read_votes(frame, None, ())
        assert Blocks(read).some(*counted(read)) is None


def counted(votes: Votes) -> tuple[np.ndarray, np.ndarray]:
    p = smoothed_shares(votes)
    return Blocks(votes).counts(p), p


def test_one_more_step_changes_no_posterior_by_the_tolerance() -> None:
    votes = votes_for(n_tasks=400, n_votes=3)
    found = fit(votes)
    m_step = Hierarchy(votes, None, 5.0)
    blocks, p = Blocks(votes), found.p.copy()
    theta = m_step(blocks.counts(p), p.sum(axis=1), np.zeros(0))
    assert blocks.e_step(*theta, p).change < 1e-4


def test_a_fit_that_may_not_settle_says_so() -> None:
    votes = votes_for(n_tasks=200, n_votes=3)
    found = run(Blocks(votes), Hierarchy(votes, None, 2.0), smoothed_shares(votes), max_maps=2)
    assert not found.is_converged
    assert found.n_iterations == 2


def test_the_prior_is_as_strong_as_the_annotators_are_alike() -> None:
    rng = np.random.default_rng(0)
    crowd_row = np.array([[0.7, 0.2], [0.2, 0.6], [0.1, 0.2]])
    for true in (3.0, 30.0):
        rows = np.stack([rng.dirichlet(true * crowd_row[:, k], 400) for k in range(2)], axis=2)
        counts = np.stack([[rng.multinomial(60, rows[a, :, k]) for k in range(2)] for a in range(400)])
        assert strength(counts.transpose(0, 2, 1).astype(float), crowd_row) == pytest.approx(true, rel=0.2)


def test_the_crowd_stands_half_way_to_one_coin() -> None:
    total = np.array([[8000.0, 1000.0], [2000.0, 9000.0]])
    assert crowd_rows(total, 2) == pytest.approx(np.array([[0.825, 0.125], [0.175, 0.875]]), abs=1e-3)


def test_too_many_strangers_share_the_crowds_row(monkeypatch: pytest.MonkeyPatch) -> None:
    votes, gold = crowd(n_tasks=400, n_votes=4)
    lone = pd.DataFrame({"task": gold["task"], "annotator": [f"x{i}" for i in range(400)], "label": gold["label"]})
    everyone = pd.concat([votes, lone])
    apart = consensus(everyone, method="dawid_skene")
    monkeypatch.setattr(strangers, "MOST_ROWS", 100)
    monkeypatch.setattr(strangers, "VOTES_PER_ROW", 1000)
    pooled = consensus(everyone, method="dawid_skene")
    assert "400 annotators with at most 1 votes are too many to know: judged as the crowd" in pooled.notes
    assert pooled.annotators["annotator"].tolist() == apart.annotators["annotator"].tolist()
    assert (pooled.labels["label"] == apart.labels["label"]).mean() > 0.98
    own = pooled.annotators.set_index("annotator")
    assert own.loc["x0", "c_calm_calm"] == own.loc["x1", "c_calm_calm"]
    assert own.loc["a000", "c_calm_calm"] == pytest.approx(
        apart.annotators.set_index("annotator").loc["a000", "c_calm_calm"], abs=0.1
    )
