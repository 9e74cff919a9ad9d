"""An expert who voted on a comment as an annotator is no judge of it, wherever verdicts are read."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from labeling_pipeline_tests.stages.small_homes import TO_LABELS, drop, new_home, up_to_date

ASSETS = (*TO_LABELS, "annotator_standing", "fused_labels", "unanimous_review", "irregularities")
PEOPLE = {"w-1": "crowd", "w-2": "crowd", "w-3": "crowd", "e-1": "expert", "e-2": "expert"}
VOTED = [(f"c-{i:02d}", who) for i in range(6) for who in ("w-1", "w-2", "w-3")] + [("c-01", "e-1"), ("c-02", "e-1")]
SAID = [
    ("c-01", "e-1", "toxic", "2026-04-28T08:00:00"),
    # The one who may judge came first; the later verdict is of one who may not.
    ("c-02", "e-2", "acceptable", "2026-04-28T08:00:00"),
    ("c-02", "e-1", "toxic", "2026-04-29T08:00:00"),
    ("c-03", "e-1", "toxic", "2026-04-28T08:00:00"),
    ("c-04", "w-1", "toxic", "2026-04-28T08:00:00"),
]


def test_a_verdict_on_ones_own_vote_overturns_reviews_and_teaches_nothing(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", "")
    ids = [f"c-{i:02d}" for i in range(6)]
    texts = [f"a comment with words of its own, number {i * i + 7}" for i in range(6)]
    drop(home, "comments", "comments.csv", pd.DataFrame({"comment_id": ids, "text": texts}))
    drop(home, "annotators", "people.csv", pd.DataFrame(PEOPLE.items(), columns=["annotator_id", "kind"]))
    votes = pd.DataFrame(VOTED, columns=["comment_id", "annotator_id"])
    drop(home, "votes", "votes.csv", votes.assign(label="acceptable", answered_at="2026-04-20T08:00:00"))
    assert up_to_date(home, ASSETS).count("unanimous_review") == 6
    said = pd.DataFrame(SAID, columns=["comment_id", "expert_id", "label", "decided_at"])
    drop(home, "verdicts", "said.csv", said.assign(note="an insult"))
    context = up_to_date(home, ASSETS)

    judged = {"c-02": "acceptable", "c-03": "toxic"}
    classes = list(context.all_classes)
    back = context.query("reviews_back", classes=classes).dropna(subset="verdict")
    assert dict(zip(back["comment_id"], back["verdict"], strict=True)) == judged
    assert context.query("looked_at")["n_reviewed"].tolist() == [len(judged)]
    assert context.query("expert_decided")["comment_id"].tolist() == list(judged)
    overturned = (
        context.query("labels_and_verdicts", classes=classes).dropna(subset="is_overturned").set_index("comment_id")
    )
    assert overturned["is_overturned"].to_dict() == {"c-02": 0, "c-03": 1}
    waiting = context.query("waiting_for_experts", double=[], gold=[], schema_version="v1").set_index("comment_id")
    assert set(waiting.index[waiting["is_review"]]) == set(ids) - set(judged)
    known = context.query(
        "answers_under_earlier_versions",
        versions=["v1"],
        questions=context.deciding_questions,
        classes=["acceptable", "toxic"],
    )
    answers = [(who, judged[c], "acceptable") for c, who in VOTED if c in judged]
    assert sorted(known[["annotator", "true", "given"]].itertuples(index=False, name=None)) == sorted(answers)

    told = context.warehouse.table("irregularities")
    rows = told[told["rule"].isin(["expert_voted_as_annotator", "verdict_of_no_expert"])]
    assert rows[["rule", "comment_id", "annotator_id"]].to_numpy().tolist() == [
        ["expert_voted_as_annotator", "c-01", "e-1"],
        ["expert_voted_as_annotator", "c-02", "e-1"],
        ["verdict_of_no_expert", "c-04", "w-1"],
    ]
