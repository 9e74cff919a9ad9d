"""Figures on labeling functions: coverage, conflicts, accuracy by class, slice and week."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision import apply_lfs, load_lfs, model_votes
from labeling_pipeline.core.weak_supervision.analysis import corpus_summary, lf_summary, wilson
from labeling_pipeline.core.weak_supervision.lf_report import lf_report
from labeling_pipeline.core.weak_supervision.over_time import weeks
from labeling_pipeline.core.weak_supervision.patterns import vote_patterns
from labeling_pipeline.report.lf_report import render_lf_report


@settings(max_examples=40, deadline=None)
@given(
    hnp.arrays(np.int8, st.tuples(st.integers(2, 25), st.integers(1, 5)), elements=st.integers(-1, 2)),
    st.integers(0, 2**31),
)
def test_figures_equal_snorkels_analysis(votes: np.ndarray, seed: int) -> None:
    from snorkel.labeling import LFAnalysis

    gold = np.random.default_rng(seed).integers(0, 3, len(votes))
    theirs = LFAnalysis(votes.astype(int))
    patterns = vote_patterns(votes, 3)
    ours = lf_summary(patterns, [str(j) for j in range(votes.shape[1])], gold)
    table = theirs.lf_summary(gold)
    for name, column in [("coverage", "Coverage"), ("overlaps", "Overlaps"), ("conflicts", "Conflicts")]:
        assert np.allclose(ours[name], table[column], atol=1e-9, rtol=0)
    assert ours["polarity"].tolist() == [[int(k) for k in ks] for ks in table["Polarity"]]
    assert ours["correct"].tolist() == table["Correct"].tolist()
    assert ours["incorrect"].tolist() == table["Incorrect"].tolist()
    met = ours["n_gold"].to_numpy() > 0
    assert np.allclose(ours["accuracy"][met], table["Emp. Acc."].to_numpy()[met], atol=1e-9, rtol=0)
    whole = corpus_summary(patterns)
    assert whole["coverage"] == pytest.approx(theirs.label_coverage(), abs=1e-9)
    assert whole["overlap"] == pytest.approx(theirs.label_overlap(), abs=1e-9)
    assert whole["conflict"] == pytest.approx(theirs.label_conflict(), abs=1e-9)


def test_wilson_equals_a_worked_example() -> None:
    _, low, high = wilson([8], [10])
    assert (low[0], high[0]) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert np.isnan(wilson([0], [0])[0][0])


TOML = "\n".join(
    ['classes = ["no", "yes"]']
    + [
        f'[[lf]]\nname = "{name}"\nkind = "regex"\npattern = "{pattern}"\nlabel = "{label}"'
        for name, pattern, label in [
            ("steady", "a", "yes"),
            ("drifts", "b", "no"),
            ("stops", "c", "yes"),
            ("dead", "zzz", "no"),
        ]
    ]
)


def weekly_comments() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    texts, times = [], []
    for week in range(4):
        for _ in range(200):
            parts = [
                "a" if rng.random() < 0.5 else "",
                "b" if rng.random() < 0.1 + 0.2 * week else "",
                "c" if week < 3 and rng.random() < 0.4 else "",
            ]
            texts.append("".join(parts) + "!")
            times.append(f"2026-03-{2 + 7 * week:02d}T08:00:00Z")
    ids = [f"c{i}" for i in range(len(texts))]
    return pd.DataFrame({"comment_id": ids, "text": texts, "posted_at": times, "slice": ["x", None] * 400})


def test_dead_stopped_and_drifting_functions_are_found() -> None:
    comments = weekly_comments()
    applied = apply_lfs(comments, load_lfs(TOML))
    gold = pd.DataFrame({"comment_id": comments["comment_id"][:60], "label": ["yes", "no"] * 30})
    result = model_votes(applied)
    report = lf_report(applied, result, comments, gold, slice_columns=["slice"], time_column="posted_at")
    found = dict(zip(report.findings["lf"], report.findings["finding"], strict=True))
    assert found == {"dead": "dead", "drifts": "drifting", "stops": "stopped"}
    assert sorted(set(report.by_week["group"])) == ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23"]
    assert set(report.by_slice["group"]) == {"x"}
    conflict = report.conflicts.iloc[0]
    rows = comments.set_index("comment_id").loc[conflict["comment_ids"], "text"]
    assert all(len(set(text) & {"a", "b", "c"}) >= 2 for text in rows)
    assert report.metadata()["n_dead_or_drifting"] == 3
    html = render_lf_report(report, "comments.csv")
    assert "not measured" in html
    assert "stops: stopped" in html


def test_times_that_are_none_are_refused() -> None:
    with pytest.raises(InputError, match="posted_at"):
        weeks(pd.Series(["yesterday"], name="posted_at"))
