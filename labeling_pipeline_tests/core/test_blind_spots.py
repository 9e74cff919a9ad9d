"""Blind spots nobody has named: a rule where one is planted, silence where none is."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.blind_spots import (
    RULE_COLUMNS,
    SUSPECT_COLUMNS,
    pattern,
    plan_probe,
    suspects,
    text_rules,
)
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.unanimous import plan_review
from labeling_pipeline_tests.core.coded_world import Round, coded_round, expert_says

BUDGET = 600


def two_rounds(seed: int, blind: float) -> tuple[pd.DataFrame, list[Round]]:
    """The rules found after two rounds of 600 reviews, half of them drawn without looking at the text."""
    rounds = [coded_round(seed, k, blind) for k in range(2)]
    drawn, probed = [], []
    for k, now in enumerate(rounds):
        so_far = pd.concat([r.labels for r in rounds[: k + 1]])
        texts = pd.concat([r.comments for r in rounds[: k + 1]])
        reviewed = pd.concat([*drawn, *probed]) if drawn else pd.DataFrame(columns=["comment_id", "label", "verdict"])
        phrases = suspects(texts, so_far, reviewed)["phrase"]
        probe = plan_probe(now.comments, now.labels, phrases, BUDGET // 2, seed)
        rest = now.labels[~now.labels["comment_id"].isin(probe["comment_id"])]
        sure = plan_review(rest, BUDGET - len(probe), seed)
        drawn.append(sure.assign(verdict=expert_says(now, sure["comment_id"], seed)))
        probed.append(probe.assign(verdict=expert_says(now, probe["comment_id"], seed)))
    return text_rules(pd.concat(probed), pd.concat(drawn)), rounds


def precision(rules: pd.DataFrame, rounds: list[Round]) -> float:
    """Of all comments the first rule matches, the share that is in the planted slice."""
    if rules.empty:
        return 0.0
    best = rules.sort_values("overturned", ascending=False).iloc[0]
    texts = pd.concat([r.comments for r in rounds])
    coded = np.concatenate([r.is_coded for r in rounds])
    hit = texts["text"].str.contains(best["rule"], regex=True, case=False).to_numpy()
    return float(coded[hit].mean())


@pytest.mark.parametrize("seed", range(3))
def test_a_rule_describes_the_planted_slice(seed: int) -> None:
    rules, rounds = two_rounds(seed, blind=0.6)
    assert tuple(rules.columns) == RULE_COLUMNS
    assert precision(rules, rounds) >= 0.6
    row = rules.iloc[0]
    assert row["label"] == "rude"
    assert row["low"] <= row["value"] <= row["high"]
    assert row["toml"].startswith("[slices.define.found_")
    assert 1 <= len(row["comment_ids"]) <= 20


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_proposed_where_nothing_is_hidden(seed: int) -> None:
    assert two_rounds(500 + seed, blind=0.0)[0].empty


def test_a_probe_shows_unanimous_labels_once_and_keeps_its_budget() -> None:
    now = coded_round(0, 0, 0.6)
    phrases = suspects(now.comments, now.labels, pd.DataFrame(columns=["comment_id", "label", "verdict"]))
    assert tuple(phrases.columns) == SUSPECT_COLUMNS
    assert len(phrases) > 1
    assert not phrases["phrase"].duplicated().any()
    probe = plan_probe(now.comments, now.labels, phrases["phrase"], 50)
    assert len(probe) <= 50
    assert probe["comment_id"].is_unique
    chosen = now.labels.set_index("comment_id").loc[probe["comment_id"]]
    assert (chosen["agreement"] == 1).all()
    texts = now.comments.set_index("comment_id")["text"]
    assert all(
        re.search(pattern([p]), texts[c], re.I) for c, p in zip(probe["comment_id"], probe["phrase"], strict=True)
    )
    shuffled = plan_probe(now.comments.sample(frac=1, random_state=1), now.labels, phrases["phrase"], 50)
    pd.testing.assert_frame_equal(probe, shuffled)


def test_a_phrase_is_convicted_by_reviews_alone() -> None:
    drawn = pd.DataFrame({"label": "fine", "verdict": ["fine"] * 194 + ["rude"] * 6})
    probed = pd.DataFrame(
        {
            "comment_id": [f"c-{i}" for i in range(20)],
            "label": "fine",
            "phrase": ["green tea"] * 10 + ["blue door"] * 10,
            "verdict": ["rude"] * 8 + ["fine"] * 11 + [None],
        }
    )
    rules = text_rules(probed, drawn)
    assert rules[["label", "phrases", "n", "overturned"]].to_numpy().tolist() == [["rude", ["green tea"], 10, 8]]
    assert text_rules(probed.assign(verdict=None), drawn).empty
    with pytest.raises(InputError, match="no column 'text'"):
        suspects(probed, probed, probed)


def test_too_little_text_suspects_nothing() -> None:
    some = pd.DataFrame({"comment_id": [f"c-{i}" for i in range(8)], "text": [f"word{i}" for i in range(8)]})
    labels = some.assign(agreement=1.0, n_votes=3)
    reviewed = pd.DataFrame(columns=["comment_id", "label", "verdict"])
    assert suspects(some, labels, reviewed).empty
    assert suspects(some.head(2), labels, reviewed).empty
