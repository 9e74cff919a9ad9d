"""Accuracy on honeypots per class and difficulty, and what others did otherwise than agreed."""

from __future__ import annotations

import pandas as pd

from labeling_pipeline.core.honeypot_report import ALL, accuracy_parts, overexposed, violations
from labeling_pipeline.core.honeypots import rate_report
from labeling_pipeline_tests.core.test_honeypot_health import START, answers, bank


def test_accuracy_by_class_and_difficulty_comes_back_and_two_right_answers_are_not_all() -> None:
    said, pots = answers(3), bank()
    is_hard = said["comment_id"] < "h-10"  # nine of ten are wrong there
    wrong = pots.set_index("comment_id")["label"].map({"fine": "rude", "rude": "fine"})
    said.loc[is_hard & (said.index % 10 > 0), "label"] = said["comment_id"].map(wrong)
    table = accuracy_parts(said, pots).set_index(["annotator_id", "by", "part"])
    crowd = table.loc[ALL]
    assert set(crowd.index) == {
        ("all", ""), ("class", "fine"), ("class", "rude"), ("difficulty", "hard"), ("difficulty", "medium"),
    }  # fmt: skip
    assert crowd.loc[("difficulty", "hard"), "value"] < 0.2
    assert abs(crowd.loc[("difficulty", "medium"), "value"] - 0.775) < 0.02
    assert ((crowd["low"] <= crowd["value"]) & (crowd["value"] <= crowd["high"])).all()
    assert table.loc["a-000", "n"].max() == 40
    two = accuracy_parts(said.groupby("annotator_id").head(2), pots)
    named = two[two["annotator_id"] != ALL]
    assert set(named["standing"]) == {"insufficient"}
    assert named["value"].isna().all()
    assert (named["high"] - named["low"] > 0.3).all()
    assert accuracy_parts(said.iloc[:0], pots).empty


def test_what_a_vendor_did_against_the_agreement_is_listed() -> None:
    real = [(f"a-{k}", f"c-{i}", "1", False, True) for k in range(2) for i in range(190)]
    pots = [("a-0", f"h-{i:02d}", "1", True, True) for i in range(10)]
    pots += [("a-1", f"h-{i:02d}", "1", True, True) for i in range(30)]
    more = [("a-0", "h-00", "2", True, True), ("a-1", "g-1", "2", False, False), ("a-1", "g-2", "2", False, True)]
    columns = ["annotator_id", "comment_id", "labeling_round", "is_honeypot", "is_handed_out"]
    shown = pd.DataFrame([*real, *pots, *more], columns=columns)
    apart = pd.DataFrame({"comment_id": ["g-1", "g-2"]})
    found = violations(shown, apart, rate=0.05, max_exposures=1)
    assert found["rule"].value_counts().to_dict() == {"over_cap": 10, "rate": 1, "repeated": 1, "gold_shown": 1}
    rows = found.set_index("rule")
    assert rows.loc["rate", "annotator_id"] == "a-1"
    assert rows.loc["repeated", ["annotator_id", "comment_id", "value"]].tolist() == ["a-0", "h-00", 2.0]
    assert rows.loc["gold_shown", "comment_id"] == "g-1"
    calm = shown[(shown["annotator_id"] == "a-0") & (shown["labeling_round"] == "1")]
    assert violations(calm, apart, rate=0.05).empty
    assert violations(shown.iloc[:0], apart, rate=0.05).empty


def test_the_rate_is_off_in_the_list_where_it_is_off_in_the_plan() -> None:
    """200 assignments with 9 to 11 honeypots are within half a point of 5 %, 8 and 12 are not, and 199 are too few."""
    rows = [
        (f"{n}-{pots}", f"c-{i}", "1", i < pots, True) for n in (199, 200) for pots in range(7, 14) for i in range(n)
    ]
    columns = ["annotator_id", "comment_id", "labeling_round", "is_honeypot", "is_handed_out"]
    shown = pd.DataFrame(rows, columns=columns)
    planned = rate_report(shown, 0.05).set_index("annotator_id")
    listed = violations(shown, pd.DataFrame({"comment_id": []}), rate=0.05)
    assert listed["rule"].unique().tolist() == ["rate"]
    assert set(listed["annotator_id"]) == {f"200-{pots}" for pots in (7, 8, 12, 13)}
    assert set(planned.index[planned["standing"] == "off"]) == set(listed["annotator_id"])


def test_who_read_more_harm_on_a_day_than_agreed_is_named_once() -> None:
    read = pd.DataFrame({"annotator_id": ["a", "a", "b"], "day": [START, START, START], "n": [60, 80, 50]})
    found = overexposed(read, 50)
    assert found[["rule", "annotator_id", "value", "expected"]].to_numpy().tolist() == [["exposure", "a", 80.0, 50.0]]
    assert overexposed(read.iloc[:0], 50).empty


def test_ones_own_answer_does_not_choose_how_hard_a_honeypot_is() -> None:
    """Everyone guesses on the same pots: by the others all parts are alike, and none is all right or all wrong."""
    said = answers(5, n_annotators=12)
    table = accuracy_parts(said, bank())
    parts = table[(table["annotator_id"] == ALL) & (table["by"] == "difficulty")]
    assert len(parts) >= 2
    assert parts["value"].between(0.6, 0.92).all()
    alone = accuracy_parts(said[said["annotator_id"] == "a-000"], bank())
    assert alone.loc[alone["by"] == "difficulty", "part"].unique().tolist() == ["unknown"]
