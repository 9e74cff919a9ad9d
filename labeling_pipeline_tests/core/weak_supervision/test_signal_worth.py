"""What acts are worth: one source is one piece of evidence, and no row changes the meaning of another."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_pipeline.core.weak_supervision.linked_actors import source_of_act
from labeling_pipeline.core.weak_supervision.production_signals import signal_labels
from labeling_pipeline.core.weak_supervision.signal_worth import DEFAULT_PRECISION

CLASSES = ["fine", "rude", "hateful"]
MIX = [0.7, 0.2, 0.1]
START = pd.Timestamp("2026-03-02", tz="UTC")
KINDS = sorted(DEFAULT_PRECISION)
COLUMNS = ["comment_id", "kind", "label", "actor_id", "created_at"]
SERVED = pd.DataFrame({"comment_id": ["x", "y"], "label": ["fine", "rude"]})
statements = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from([None, *CLASSES])), min_size=1, max_size=8)


def acts(comment: str, said: list[tuple[str, str | None]], *, actor: str | None = None) -> pd.DataFrame:
    """One act per statement, days apart, by one actor or by as many as there are statements."""
    rows = [
        (comment, kind, label, actor or f"{comment}{i}", START + pd.Timedelta(days=i))
        for i, (kind, label) in enumerate(said)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def labels(feedback: pd.DataFrame, gold: pd.DataFrame | None = None) -> pd.DataFrame:
    found = signal_labels(feedback, SERVED, CLASSES, gold=gold, class_balance=MIX).labels
    return found.set_index("comment_id")[[f"p_{c}" for c in CLASSES]]


@settings(max_examples=20, deadline=None)
@given(statements, statements, st.sampled_from([*CLASSES, None]))
def test_acts_elsewhere_change_nothing_here(
    here: list[tuple[str, str | None]], there: list[tuple[str, str | None]], truth: str | None
) -> None:
    alone = labels(acts("x", here)).loc["x"]
    both = pd.concat([acts("x", here), acts("y", there)], ignore_index=True)
    assert np.allclose(labels(both).loc["x"], alone)
    if truth is not None:  # gold on the other comment may move what a kind is worth, never what it speaks for
        told = labels(both, pd.DataFrame({"comment_id": ["y"], "label": [truth]})).loc["x"]
        flagged = labels(acts("x", [(kind, None) for kind, _ in here])).loc["x"]
        plain = pd.concat([acts("x", [(kind, None) for kind, _ in here]), acts("y", there)], ignore_index=True)
        assert flagged["p_fine"] <= MIX[0] + 1e-12
        assert labels(plain, pd.DataFrame({"comment_id": ["y"], "label": [truth]})).loc["x", "p_fine"] <= MIX[0] + 1e-12
        assert np.isfinite(told).all()


@settings(max_examples=20, deadline=None)
@given(statements)
def test_one_actor_is_believed_no_more_than_the_strongest_act(said: list[tuple[str, str | None]]) -> None:
    together = np.log(labels(acts("x", said, actor="one")).loc["x"] / MIX)
    alone = [np.log(labels(acts("x", [one])).loc["x"] / MIX) for one in said]
    assert np.ptp(together) <= max(np.ptp(one) for one in alone) + 1e-9
    again = np.log(labels(acts("x", said * 2, actor="one")).loc["x"] / MIX)
    assert np.allclose(again, together)


@settings(max_examples=20, deadline=None)
@given(statements, st.tuples(st.sampled_from(KINDS), st.sampled_from([None, "rude", "hateful"])))
def test_one_more_stranger_never_makes_what_he_speaks_against_likelier(
    said: list[tuple[str, str | None]], more: tuple[str, str | None]
) -> None:
    before, after = (labels(acts("x", rows)).loc["x"] for rows in (said, [*said, more]))
    assert after["p_fine"] <= before["p_fine"] + 1e-12
    if more[1] is not None:
        assert after[f"p_{more[1]}"] >= before[f"p_{more[1]}"] - 1e-12


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("label", CLASSES)
def test_a_claim_is_evidence_for_its_class(kind: str, label: str) -> None:
    found = labels(acts("x", [(kind, label)])).loc["x"]
    assert found[f"p_{label}"] > MIX[CLASSES.index(label)]


def planted(seed: int, wrong: float = 0.02, n: int = 4000) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Feedback, served labels, gold on half: flags ten times likelier on wrong labels, rejections equally likely on
    all, corrections on wrong ones alone; every other act names a class, and rejections name any."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(3, n, p=MIX)
    is_wrong = rng.random(n) < wrong
    shown = np.where(is_wrong, (truth + rng.integers(1, 3, n)) % 3, truth)
    rows = []
    for kind, on_wrong, on_right in [("flag", 0.5, 0.05), ("rejection", 0.1, 0.1), ("correction", 0.6, 0.0)]:
        for i in np.flatnonzero(rng.random(n) < np.where(is_wrong, on_wrong, on_right)):
            other = (shown[i] + rng.integers(1, 3)) % 3
            meant = truth[i] if is_wrong[i] and kind != "rejection" else other
            rows.append((f"c{i}", kind, CLASSES[meant] if i % 2 else None, f"u{rng.integers(10**7)}", None))
    ids = [f"c{i}" for i in range(n)]
    served = pd.DataFrame({"comment_id": ids, "label": np.asarray(CLASSES)[shown]})
    gold = pd.DataFrame({"comment_id": ids, "label": np.asarray(CLASSES)[truth], "role": "fit"})
    return pd.DataFrame(rows, columns=COLUMNS), served, gold.iloc[: n // 2]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("wrong", [0.02, 0.2])
def test_planted_worth_is_learned_and_a_useless_kind_is_worth_nothing(seed: int, wrong: float) -> None:
    feedback, served, gold = planted(seed, wrong)
    rates = signal_labels(feedback, served, CLASSES, gold=gold, class_balance=MIX).rates.set_index("kind")
    assert 1.0 <= rates.loc["rejection", "ratio"] < 1.6
    assert 5.0 < rates.loc["flag", "ratio"] < 20.0
    assert rates.loc["correction", "ratio"] > 50.0


@pytest.mark.parametrize("wrong", [0.01, 0.3])
def test_a_kind_that_never_met_gold_keeps_its_stated_worth(wrong: float) -> None:
    feedback, served, gold = planted(0, wrong)
    unknown = pd.DataFrame([("c3999", "escalation", None, "new", None)], columns=COLUMNS)
    rates = signal_labels(pd.concat([feedback, unknown]), served, CLASSES, gold=gold, class_balance=MIX).rates
    row = rates.set_index("kind").loc["escalation"]
    assert row["ratio"] == pytest.approx(0.7 / 0.3 / (0.1 / 0.9))
    odds = row["base"] / (1 - row["base"]) * row["ratio"]
    assert row["precision"] == pytest.approx(odds / (1 + odds))


def test_gold_that_is_sure_turns_a_kind_around() -> None:
    ids = [f"c{i}" for i in range(400)]
    served = pd.DataFrame({"comment_id": ids, "label": "fine"})
    truth = ["rude" if i % 2 else "fine" for i in range(400)]
    appeals = pd.DataFrame({"comment_id": ids[::2], "kind": "appeal", "actor_id": [f"u{i}" for i in range(200)]})
    gold = pd.DataFrame({"comment_id": ids[:300], "label": truth[:300]})
    found = signal_labels(appeals, served, CLASSES, gold=gold)
    assert found.rates["ratio"].iloc[0] < 0.1
    assert found.labels.set_index("comment_id").loc["c398", "p_fine"] > 0.8


@pytest.mark.parametrize(
    ("n", "hours", "sources"),
    [(500, 10, 1), (500, 24, 1), (60, 1, 1), (9, 0.1, 1), (5, 0.1, 5), (39, 40, 39), (60, 200, 60)],
)
def test_many_acts_on_one_comment_within_a_day_are_one_source(n: int, hours: float, sources: int) -> None:
    times = [START + pd.Timedelta(hours=hours * i / n) for i in range(n)]
    rows = pd.DataFrame({"comment_id": "x", "actor_id": [f"u{i}" for i in range(n)], "created_at": times})
    assert len(np.unique(source_of_act(rows))) == sources
