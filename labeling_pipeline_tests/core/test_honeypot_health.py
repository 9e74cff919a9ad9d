from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.errors import SettingError
from labeling_pipeline.core.honeypot_health import COLUMNS, difficulty, honeypot_health, violations
from labeling_pipeline.core.honeypots import honeypot_accuracy

START = pd.Timestamp("2026-01-05")


def bank(n: int = 40) -> pd.DataFrame:
    return pd.DataFrame({"comment_id": [f"h-{i:02d}" for i in range(n)], "label": ["fine", "rude"] * (n // 2)})


def answers(seed: int, leaked: frozenset[str] = frozenset(), n_annotators: int = 400) -> pd.DataFrame:
    """Every annotator answers every honeypot at .75; late annotators are better; a leaked one is known after half."""
    rng = np.random.default_rng(seed)
    pots = bank()
    rows = []
    for place in range(n_annotators):
        skill = 0.70 + 0.15 * place / n_annotators
        for pot, label in pots.itertuples(index=False):
            p = 0.99 if pot in leaked and place > n_annotators / 2 else skill
            said = label if rng.random() < p else ("rude" if label == "fine" else "fine")
            rows.append((f"a-{place:03d}", pot, said, START + pd.Timedelta(minutes=place)))
    return pd.DataFrame(rows, columns=["annotator_id", "comment_id", "label", "answered_at"])


def test_a_leaked_honeypot_is_found_though_everybody_gets_better() -> None:
    """A rise of about 20 points after half of 400 annotators: found in most worlds, and no other beside it."""
    found = [honeypot_health(answers(seed, frozenset({"h-03"})), bank(), max_exposures=500) for seed in range(10)]
    named = [table.loc[table["state"] == "leaked", "comment_id"].tolist() for table in found]
    assert sum("h-03" in names for names in named) >= 7
    assert sum(len(names) > 1 for names in named) <= 1
    row = found[1].set_index("comment_id").loc["h-03"]
    assert tuple(found[1].columns) == COLUMNS
    assert row["rise"] > 0.1
    assert "points over 400 exposures" in row["reason"]


def test_nothing_leaks_where_nothing_was_told() -> None:
    quiet = [(honeypot_health(answers(100 + s), bank())["state"] == "leaked").sum() for s in range(10)]
    assert sum(n > 0 for n in quiet) <= 2


def test_a_honeypot_wears_out_and_one_that_most_contradict_is_in_doubt() -> None:
    said = answers(0)
    said.loc[said["comment_id"] == "h-01", "label"] = "fine"
    found = honeypot_health(said, bank(), max_exposures=400).set_index("comment_id")
    assert found.loc["h-01", "state"] == "in_doubt"
    assert found.loc["h-01", "reason"] == "0% of 400 annotators gave the known answer: ask an expert"
    assert set(found["state"].drop("h-01")) == {"worn_out"}
    few = honeypot_health(said[said["annotator_id"] < "a-003"], bank())
    assert few["p_value"].isna().all()
    assert honeypot_health(said.iloc[:0], bank())["state"].unique().tolist() == ["active"]
    with pytest.raises(SettingError, match="max_exposures = 0"):
        honeypot_health(said, bank(), max_exposures=0)


def test_a_second_answer_of_one_annotator_is_no_exposure() -> None:
    said = answers(0)
    twice = pd.concat([said, said.assign(label="rude", answered_at=START + pd.Timedelta(days=9))])
    pd.testing.assert_frame_equal(honeypot_health(twice, bank()), honeypot_health(said, bank()))


def test_accuracy_by_class_and_difficulty_says_insufficient_instead_of_all_right() -> None:
    said = answers(3)
    joined = said.assign(
        **{"class": said["comment_id"].map(bank().set_index("comment_id")["label"])},
        difficulty=said["comment_id"].map(difficulty(said, bank())),
    )
    assert set(joined["difficulty"]) == {"medium"}
    table = honeypot_accuracy(joined, bank(), by=("annotator_id", "class", "difficulty"))
    assert (table["n"] == 20).all()
    assert ((table["low"] <= table["value"]) & (table["value"] <= table["high"])).all()
    two = honeypot_accuracy(joined.groupby("annotator_id").head(2), bank(), by=("annotator_id", "class"))
    assert set(two["standing"]) == {"insufficient"}


def test_what_a_vendor_did_against_the_agreement_is_listed() -> None:
    real = [(f"a-{k}", f"c-{i}", "1") for k in range(2) for i in range(190)]
    pots = [("a-0", f"h-{i:02d}", "1") for i in range(10)] + [("a-1", f"h-{i:02d}", "1") for i in range(30)]
    more = [("a-0", "h-00", "2"), ("a-1", "g-1", "2")]
    shown = pd.DataFrame([*real, *pots, *more], columns=["annotator_id", "comment_id", "labeling_round"])
    apart = pd.DataFrame({"comment_id": ["g-1", "g-2"]})
    found = violations(shown, bank(), apart, rate=0.05, max_exposures=1, tolerance=0.01)
    assert found["rule"].value_counts().to_dict() == {"over_cap": 10, "rate": 1, "repeated": 1, "gold_shown": 1}
    rows = found.set_index("rule")
    assert rows.loc["rate", "annotator_id"] == "a-1"
    assert rows.loc["repeated", ["annotator_id", "comment_id", "value"]].tolist() == ["a-0", "h-00", 2.0]
    assert rows.loc["gold_shown", "comment_id"] == "g-1"
    calm = shown[shown["comment_id"].str.startswith("c-") | (shown["annotator_id"] == "a-0")].drop_duplicates(
        "comment_id"
    )
    assert violations(calm, bank(), apart, rate=0.05).empty
