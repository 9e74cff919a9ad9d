"""Honeypots that leaked, wore out or are in doubt are found, and others are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.errors import SettingError
from labeling_pipeline.core.honeypot_health import COLUMNS, honeypot_health

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
