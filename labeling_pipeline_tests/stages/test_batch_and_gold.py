"""Gold that comes after a batch: what was asked stays asked, what was not is withdrawn, and no run fails for it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from labeling_pipeline.stages.annotation import rounds_state
from labeling_pipeline_tests.stages.small_homes import drop, new_home, up_to_date

BATCH = """insert into next_uncertainty_batch values
    ('b-1', 'c-0', 1, 0.5, 'entropy', 'unsure', 'crowd', 'm001', '1'),
    ('b-2', 'c-1', 1, 0.5, 'entropy', 'unsure', 'crowd', 'm001', null),
    ('b-2', 'c-2', 2, 0.4, 'entropy', 'unsure', 'crowd', 'm001', null)"""


def test_sealed_gold_for_a_batch_that_is_a_round_is_no_fault_and_is_withdrawn_from_one_that_is_not(
    tmp_path: Path,
) -> None:
    home = new_home(tmp_path / "home", "")
    drop(home, "comments", "c.csv", pd.DataFrame({"comment_id": [f"c-{i}" for i in range(4)], "text": list("abcd")}))
    context = up_to_date(home)
    with context.warehouse.write() as con:
        con.execute(BATCH)
    gold = pd.DataFrame({"comment_id": ["c-0"], "label": ["toxic"], "role": ["sealed"]})
    drop(home, "gold", "sealed.csv", gold)
    context = up_to_date(home)
    assert context.query("invariants/batch_asks_no_gold").empty, "it was asked before it was gold"
    drop(home, "gold", "measure.csv", gold.assign(comment_id="c-1", role="measure"))
    context = up_to_date(home)
    assert context.query("proposed_batch")["comment_id"].tolist() == ["c-2"]
    assert context.query("invariants/batch_asks_no_gold")["comment_id"].tolist() == ["c-1"], "until it is chosen anew"


def test_what_is_sealed_before_its_round_goes_out_is_not_asked_and_not_waited_for(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", "")
    drop(home, "comments", "c.csv", pd.DataFrame({"comment_id": [f"c-{i}" for i in range(5)], "text": list("abcde")}))
    context = up_to_date(home, ("raw_comments", "annotators", "gold_set", "decomposed_tasks"))
    drop(home, "gold", "g.csv", pd.DataFrame({"comment_id": ["c-0"], "label": ["toxic"], "role": ["sealed"]}))
    context = up_to_date(home)
    assert sorted(context.warehouse.table("assignments")["comment_id"]) == ["c-1", "c-2", "c-3", "c-4"]
    assert rounds_state(context)["n_comments"].tolist() == [4]
