"""Which of several verdicts counts, and what is no verdict at all, is the same wherever verdicts are read."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from labeling_pipeline.stages.context import Context
from labeling_pipeline_tests.stages.small_homes import TO_LABELS, drop, new_home, up_to_date

ASSETS = (*TO_LABELS, "annotator_standing", "fused_labels", "unanimous_review", "irregularities")
IDS = [f"c-{i:02d}" for i in range(12)]


def judged(folder: Path, said: list[tuple[str, ...]]) -> Context:
    """All annotators say acceptable of every comment; ``said``: comment, expert, label, note, when."""
    home = new_home(folder / "home", "")
    texts = [f"a comment with words of its own, number {i * i + 7}" for i in range(len(IDS))]
    drop(home, "comments", "comments.csv", pd.DataFrame({"comment_id": IDS, "text": texts}))
    people = {"a": "crowd", "b": "crowd", "c": "crowd", "e-1": "expert", "e-2": "expert"}
    drop(home, "annotators", "people.csv", pd.DataFrame(people.items(), columns=["annotator_id", "kind"]))
    votes = pd.DataFrame([(one, who) for one in IDS for who in "abc"], columns=["comment_id", "annotator_id"])
    drop(home, "votes", "votes.csv", votes.assign(label="acceptable", answered_at="2026-04-20T08:00:00"))
    assert up_to_date(home, ASSETS).count("unanimous_review") == len(IDS)
    verdicts = pd.DataFrame(said, columns=["comment_id", "expert_id", "label", "note", "decided_at"])
    drop(home, "verdicts", "said.csv", verdicts)
    return up_to_date(home, ASSETS)


def gates(context: Context) -> pd.DataFrame:
    return context.warehouse.table("qc_outcomes").set_index("comment_id")


def test_of_two_verdicts_of_one_moment_the_same_counts_everywhere(tmp_path: Path) -> None:
    at = "2026-04-28T08:00:00"
    said = [(one, "e-1", label, "as it says", at) for one in IDS for label in ("toxic", "acceptable")]
    context = judged(tmp_path, said)
    label = gates(context)["label"].to_dict()
    assert set(label.values()) == {"toxic", "acceptable"}, "which of them is last is for their hashes to say"
    classes, questions = list(context.all_classes), context.deciding_questions
    known = context.query("known_answers", classes=classes)
    assert known.set_index("task")["label"].to_dict() == label
    overturned = context.query("labels_and_verdicts", classes=classes).set_index("comment_id")["is_overturned"]
    assert overturned.to_dict() == {one: int(label[one] == "toxic") for one in IDS}
    found = context.query("answers_under_earlier_versions", versions=["v1"], questions=questions, classes=classes)
    assert sorted(found["true"]) == sorted(label[one] for one in IDS for _ in "abc")


def test_what_is_taken_back_or_was_never_a_class_is_no_answer_anywhere(tmp_path: Path) -> None:
    said = [
        ("c-00", "e-1", "toxic", "an insult", "2026-04-28T08:00:00"),
        ("c-00", "e-1", "unsure", "", "2026-04-28T09:00:00"),
        ("c-01", "e-1", "unsure", "", "2026-04-28T08:00:00"),
        ("c-02", "e-1", "unsure", "", "2026-04-28T08:00:00"),
        ("c-02", "e-2", "toxic", "an insult", "2026-04-28T09:00:00"),
        ("c-03", "e-1", "toxic", "an insult", "2026-04-28T08:00:00"),
        ("c-03", "e-2", "unsure", "", "2026-04-28T09:00:00"),
    ]
    context = judged(tmp_path, said)
    assert gates(context).loc[["c-00", "c-01", "c-02", "c-03"], "outcome"].tolist() == ["adjudicate"] * 4
    toxic, classes = {"c-02": "toxic", "c-03": "toxic"}, list(context.all_classes)
    assert context.query("known_answers", classes=classes).set_index("task")["label"].to_dict() == toxic
    overturned = context.query("labels_and_verdicts", classes=classes).dropna(subset="is_overturned")
    assert overturned.set_index("comment_id")["is_overturned"].to_dict() == dict.fromkeys(toxic, 1)
    reviews = context.query("reviews_back", classes=classes).dropna(subset="verdict")
    assert reviews.set_index("comment_id")["verdict"].to_dict() == toxic
    asked = context.query("waiting_for_experts", double=[], gold=[], schema_version="v1").set_index("comment_id")
    assert set(toxic) < set(asked.index), "another expert is asked of what experts do not agree on"
