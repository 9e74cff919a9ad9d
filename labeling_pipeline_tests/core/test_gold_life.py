"""From two experts who agree to gold, and out of it again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.gold import assign_role, needed_for
from labeling_pipeline.core.gold_life import COLUMNS, candidates, coverage, gold_version, retired, to_gold

START = pd.Timestamp("2026-01-05")
NO_GOLD = pd.DataFrame(columns=["comment_id", "label", "role", "inclusion_p"])


def said(*rows: tuple[str, str, str], version: str = "v1") -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["comment_id", "expert_id", "label"])
    return frame.assign(decided_at=[START + pd.Timedelta(hours=i) for i in range(len(rows))], schema_version=version)


def standing(verdicts: pd.DataFrame, drawn: list[str], gold: pd.DataFrame = NO_GOLD, **more: Any) -> pd.DataFrame:
    frame = pd.DataFrame({"comment_id": drawn, "inclusion_p": 0.1})
    found = candidates(verdicts, frame, gold, classes=["fine", "rude"], current_schemas=["v1"], **more)
    assert tuple(found.columns) == COLUMNS
    return found.set_index("comment_id")


def test_two_different_experts_who_agree_make_gold_and_nothing_less_does() -> None:
    verdicts = said(
        ("one", "e-1", "rude"), ("same", "e-1", "rude"), ("same", "e-1", "rude"), ("two", "e-1", "rude"),
        ("two", "e-2", "rude"), ("differ", "e-1", "rude"), ("differ", "e-2", "fine"), ("gone", "e-1", "old"),
    )  # fmt: skip
    found = standing(verdicts, ["one", "same", "two", "differ", "gone"])
    assert found["state"].to_dict() == {
        "one": "candidate", "same": "candidate", "two": "ready", "differ": "candidate", "gone": "refused",
    }  # fmt: skip
    assert found.loc["one", "reason"] == "needs a second expert"
    assert found.loc["two", "role"] == assign_role("two")
    gold = to_gold(found[found["state"] == "ready"].reset_index(), "v1")
    assert gold[["comment_id", "label", "source"]].to_numpy().tolist() == [["two", "rude", "verdicts of two experts"]]
    with pytest.raises(InputError, match="however unanimous, make no gold"):
        to_gold(found.loc[["one"]].reset_index(), "v1")
    assert standing(said(("two", "e-1", "rude"), ("two", "e-2", "rude"), version="v0"), []).empty


def test_what_was_exported_is_never_measured_on_and_half_is_a_random_draw() -> None:
    ids = [f"c-{i}" for i in range(60)]
    verdicts = pd.concat([said(*[(c, who, "fine") for c in ids]) for who in ("e-1", "e-2")])
    found = standing(verdicts, ids[:20], exported=set(ids[:10]))
    ready = found[found["state"] == "ready"]
    assert set(ready.loc[ready.index.isin(ids[:10]), "role"]) == {"fit"}
    assert {assign_role(c) for c in ids[10:20]} == set(ready.loc[ready.index.isin(ids[10:20]), "role"])
    nominated = ready[ready["inclusion_p"].isna()]
    assert (len(ready), len(nominated)) == (40, 20)
    assert set(nominated["role"]) == {"fit"}
    waits = found[found["state"] == "candidate"]
    assert len(waits) == 20
    assert waits["reason"].str.contains("half of the gold").all()
    gold = to_gold(ready.reset_index(), "v1")
    again = standing(verdicts, ids[:20], gold, exported=set(ids[:10]))
    assert (again["state"] == "ready").sum() == 0
    assert (again["state"] == "gold").sum() == 40


def test_gold_of_a_retired_class_is_retired_and_against_two_experts_overruled() -> None:
    gold = pd.DataFrame(
        {"comment_id": ["a", "b", "c", "d"], "label": ["fine", "old", "rude", "rude"], "role": "measure"}
    )
    verdicts = said(("a", "e-1", "rude"), ("a", "e-2", "rude"), ("c", "e-1", "fine"), ("d", "e-1", "rude"))
    assert retired(gold, ["fine", "rude"]).to_numpy().tolist() == [["b", "class old is not in force"]]
    assert retired(gold.assign(role="retired"), ["fine"]).empty
    found = standing(verdicts, [], gold.assign(inclusion_p=0.1))
    assert found.loc[found["state"] == "overruled", "reason"].to_dict() == {"a": "2 experts say rude, gold says fine"}


def test_coverage_says_how_many_more_a_slice_needs() -> None:
    gold = pd.DataFrame(
        {
            "comment_id": [f"c-{i}" for i in range(500)],
            "label": "rude",
            "role": ["measure"] * 450 + ["fit"] * 50,
            "slices": [["coded"] if i < 300 else [] for i in range(500)],
            "inclusion_p": np.where(np.arange(500) < 400, 0.2, np.nan),
        }
    )
    found = coverage(gold).set_index("slice")
    assert needed_for(0.05, 0.8) == 419
    assert found.loc["coded", ["n", "n_measure", "n_random", "missing"]].tolist() == [300, 300, 300, 119]
    assert found.loc["coded", "told"] == "119 more needed to see a 5-point drop of the recall of rude in coded"
    assert found.loc["all", ["n", "missing"]].tolist() == [500, 0]


def test_the_power_that_is_promised_is_there() -> None:
    """So many labels see the drop in four of five samples, when it is there."""
    n, rng = needed_for(0.05, 0.8), np.random.default_rng(0)
    limit = 0.8 - 1.645 * np.sqrt(0.8 * 0.2 / n)
    assert (rng.binomial(n, 0.75, 4_000) / n < limit).mean() == pytest.approx(0.8, abs=0.03)


def test_a_version_names_what_the_set_says() -> None:
    gold = pd.DataFrame({"comment_id": ["a", "b"], "label": ["x", "y"], "role": ["fit", "measure"]})
    assert gold_version(gold) == gold_version(gold.sample(frac=1, random_state=1))
    assert len({gold_version(gold), gold_version(gold.assign(role="fit")), gold_version(gold.iloc[:1])}) == 3
