"""Functions proposed from what experts say, with a precision measured apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision import (
    apply_lfs,
    explain_weak_label,
    load_lfs,
    model_votes,
    propose_lfs,
)

FILLER = [
    "red",
    "green",
    "blue",
    "tall",
    "short",
    "warm",
    "cold",
    "early",
    "late",
    "round",
    "flat",
    "quick",
    "slow",
    "near",
    "far",
    "old",
    "new",
]
CODED = "blue teapot"


def corpus(seed: int, n: int = 600) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Comments of which one in eight carries a coded phrase that everyone but the experts takes for harmless."""
    rng = np.random.default_rng(seed)
    coded = rng.random(n) < 0.125
    texts = []
    for is_coded in coded:
        words = list(rng.choice(FILLER, 8))
        if is_coded:
            words.insert(int(rng.integers(0, 8)), CODED)
        texts.append(" ".join(words))
    ids = [f"c{i}" for i in range(n)]
    labels = np.where(coded & (rng.random(n) < 0.95), "harm", "fine")
    comments = pd.DataFrame({"comment_id": ids, "text": texts})
    verdicts = pd.DataFrame({"comment_id": ids, "label": labels}).iloc[: n // 2]
    return comments, verdicts, pd.DataFrame({"comment_id": ids, "label": "fine"})


@pytest.mark.parametrize("seed", range(4))
def test_the_seeded_phrase_is_among_the_first(seed: int) -> None:
    comments, verdicts, believed = corpus(seed)
    found = propose_lfs(comments, verdicts, believed)
    assert any("teapot" in phrase for phrase in found["phrase"].head(5))
    best = found[found["phrase"].str.contains("teapot")].iloc[0]
    assert best["label"] == "harm"
    assert best["low"] <= best["precision"] <= best["high"]
    assert best["precision"] > 0.75
    assert best["n_measured"] >= 5
    assert best["coverage"] == pytest.approx(comments["text"].str.contains("teapot").mean())


def test_a_quoted_phrase_in_a_note_comes_first() -> None:
    comments, verdicts, believed = corpus(9)
    coded = verdicts["label"] == "harm"
    notes = np.where(coded, "context-dependent, 'blue teapot' is code", None)
    found = propose_lfs(comments, verdicts.assign(note=notes), believed)
    assert found.iloc[0][["phrase", "origin"]].tolist() == [CODED, "notes"]


def test_a_conflict_that_was_settled_rightly_suggests_too() -> None:
    comments, verdicts, believed = corpus(3)
    truth = believed.merge(verdicts, on="comment_id", how="left", suffixes=("_before", ""))
    right = truth.assign(label=truth["label"].fillna("fine"))[["comment_id", "label"]]
    assert propose_lfs(comments, verdicts, right).empty
    coded = set(comments["comment_id"][comments["text"].str.contains("teapot")])
    first = propose_lfs(comments, verdicts, right, conflicts=coded).iloc[0]
    assert "teapot" in first["phrase"]
    assert (first["origin"], first["label"]) == ("conflicts", "harm")
    assert "proposed from conflicting functions, precision" in first["toml"]


def test_an_adopted_proposal_works_and_can_be_explained() -> None:
    comments, verdicts, believed = corpus(1)
    notes = np.where(verdicts["label"] == "harm", "'blue teapot' is code", None)
    first = propose_lfs(comments, verdicts.assign(note=notes), believed).iloc[0]
    lfs = load_lfs('classes = ["fine", "harm"]\n' + first["toml"])
    applied = apply_lfs(comments, lfs)
    assert (applied.matrix >= 0).mean() == pytest.approx(first["coverage"])
    hit = comments["comment_id"][int(np.flatnonzero(applied.matrix[:, 0] >= 0)[0])]
    shown = explain_weak_label(lfs, applied, model_votes(applied), hit).iloc[0]
    assert shown["vote"] == "harm"
    assert shown["note"].startswith("proposed from an expert's note, precision")
    with pytest.raises(InputError, match="no weak label"):
        explain_weak_label(lfs, applied, model_votes(applied), "c-none")
    again = propose_lfs(comments, verdicts, believed, adopted=lfs.names)
    assert CODED not in again["phrase"].tolist()


def test_nothing_corrected_nothing_proposed() -> None:
    comments, verdicts, _ = corpus(2)
    assert propose_lfs(comments, verdicts, verdicts).empty
    with pytest.raises(InputError, match="comment_id and text"):
        propose_lfs(comments.drop(columns="text"), verdicts, verdicts)
