"""A comment's life: each line as it was known then, or marked as computed now; gold is told; no date comes first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.core.people import HARMFUL_FROM
from labeling_pipeline.home import Home
from labeling_pipeline.report.explain import explain
from labeling_pipeline.report.explain_words import Event
from labeling_pipeline.stages.context import Context
from labeling_pipeline_tests.stages.small_homes import NOW, TO_LABELS, drop, new_home, up_to_date

ONTOLOGY = """
schema_version = "v1"
effective_at = 2000-01-01T00:00:00Z
approved_by = "nobody"
reason = "first"
guideline = "say"
classes = [{ id = "fine", name = "fine", definition = "calm" }, { id = "rude", name = "rude", definition = "rude" }]
[[questions]]
id = "label"
text = "which"
answers = "classes"
[[questions]]
id = "zeal"
text = "is it zealous"
answers = ["yes", "no"]
[[questions]]
id = "aim"
text = "is it aimed at somebody"
answers = ["yes", "no"]
[composition]
rules = [{ when = { aim = "yes" }, label = "rude" }, { when = {}, label = "fine" }]
"""
ASSETS = (*TO_LABELS[:-1], "weak_labels", "comment_slices", "fused_labels", "qc_outcomes")
MORNING, NOON = "2026-05-01T08:00:00", "2026-05-01T12:00:00"


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    """c-1 has three votes that differ, and a verdict a day later; c-2 carries no dates; f-1 and m-1 are gold."""
    home = new_home(tmp_path_factory.mktemp("told") / "home", "[quality]\nmin_agreement = 0.5\n")
    (home.root / "ontology" / "v1.toml").write_text(ONTOLOGY)
    ids = ["c-1", *(f"d-{i:02d}" for i in range(30))]
    comments = pd.DataFrame({"comment_id": ids, "text": [f"a remark on {one}" for one in ids], "posted_at": MORNING})
    drop(home, "comments", "c.csv", pd.concat([comments, pd.DataFrame({"comment_id": ["c-2"], "text": ["no date"]})]))
    drop(home, "votes", "v.csv", _votes(ids))
    gold = pd.DataFrame({"comment_id": ["f-1", "m-1"], "label": "rude", "role": ["fit", "measure"]})
    drop(home, "gold", "g.csv", gold.assign(text="a known remark", decided_at="2026-04-01T00:00:00"))
    up_to_date(Home(home.root), ASSETS, now=NOW - pd.Timedelta(days=2))
    verdict = {"comment_id": ["c-1"], "expert_id": "e-1", "label": "rude", "note": "aimed", "stated_confidence": 0.95}
    drop(home, "verdicts", "e.csv", pd.DataFrame(verdict).assign(decided_at="2026-05-03T09:00:00"))
    return up_to_date(Home(home.root), ASSETS)


def _votes(ids: list[str]) -> pd.DataFrame:
    rows = [
        (comment, annotator, question, answer, NOON)
        for comment in ids
        for annotator, label in zip("xyz", ("fine", "rude" if comment == "c-1" else "fine", "fine"), strict=True)
        for question, answer in (("label", label), ("aim", "no"), ("zeal", "yes"))
    ]
    rows += [("c-2", "x", "label", "fine", ""), ("c-2", "y", "label", "fine", ""), ("f-1", "x", "label", "fine", NOON)]
    return pd.DataFrame(rows, columns=["comment_id", "annotator_id", "question", "answer", "answered_at"])


def _lines(events: list[Event], *stages: str) -> list[str]:
    return [line for event in events for line in event.lines if event.stage in stages]


def test_what_happened_is_told_as_it_was_known_then(context: Context) -> None:
    events = explain(context, "c-1")
    judged = pd.Timestamp("2026-05-03 09:00")
    before = [event for event in events if event.at is not None and event.at < judged]
    assert [event.stage for event in before if event.stage != "tasks"] == ["comment", "votes", "quality"]
    assert not [line for event in before for line in event.lines if "verdict" in line or "e-1" in line]
    assert _lines(before, "votes") == [
        "x → fine",
        "y → rude",
        "z → fine",
        "fine (2 of 3), rude (1 of 3) · share of agreeing pairs 0.33",
        "Q1 zeal → yes (3 of 3)",
        "Q2 aim → no (3 of 3)",
    ]


def test_what_is_computed_anew_stands_last_and_says_so(context: Context) -> None:
    events = explain(context, "c-1")
    now = [event for event in events if event.stage in ("consensus", "fusion")]
    assert [event.stage for event in now] == ["consensus", "fusion"]
    assert all(event.lines[0].startswith("as computed now, ") for event in now)
    assert [event.at for event in now] == [pd.Timestamp(NOW)] * 2
    assert any(line.startswith("verdict: weight 1.00") for line in now[1].lines)
    assert any("answers zeal → yes" in line and line.index("zeal") < line.index("aim") for line in now[0].lines)
    assert events.index(now[0]) > max(place for place, one in enumerate(events) if one.stage == "verdict")


def test_a_label_that_passes_is_an_entry_of_the_label_store_before_it_is_a_gold_candidate(context: Context) -> None:
    events = explain(context, "c-1")
    entries = _lines(events, "label store")
    assert entries == ["label store entry: rude · confidence 0.95 then · from verdict · schema v1 · by e-1"]
    stages = [event.stage for event in events]
    assert stages.index("label store") < stages.index("gold")
    passed = next(line for line in _lines(events, "quality") if "without the verdict" in line)
    assert passed.startswith("crowd: fine at 0.")


def test_events_without_a_date_come_first(context: Context) -> None:
    events = explain(context, "c-2")
    dated = [event.at is not None for event in events]
    assert dated == sorted(dated)
    assert not dated[0]
    assert [event.stage for event in events][:3] == ["comment", "votes", "quality"]
    assert dated[-1]  # what is computed now has a time


def test_gold_is_told_with_its_role_and_that_consensus_is_clamped_to_it(context: Context) -> None:
    fit, measure = explain(context, "f-1"), explain(context, "m-1")
    assert _lines(fit, "gold")[0] == "fit gold: rude, decided · schema v1"
    assert _lines(measure, "gold")[0] == "measure gold: rude, decided · schema v1"
    consensus = " ".join(_lines(fit, "consensus"))
    assert "p(rude)=1.00" in consensus
    assert "clamped to the fit gold rude" in consensus
    assert "the votes by themselves say fine" in consensus
    assert any("its votes measure annotators" in line for line in _lines(fit, "quality"))


def test_a_text_that_may_be_harmful_is_hidden_until_it_is_asked_for(context: Context) -> None:
    """An annotator and an expert call c-1 rude, nobody c-2; where rude is harmful, c-1 is hidden alone."""

    def shown(comment: str, settings: str, **options: bool) -> list[str]:
        toml = context.home.root / "labeling.toml"
        before = toml.read_text()
        toml.write_text(f"{before}\n[people]\n{settings}\n")
        try:
            return _lines(explain(replace(context, home=Home(context.home.root)), comment, **options), "comment")
        finally:
            toml.write_text(before)

    harmful = "harmful = ['rude']"
    text, size = "posted: 'a remark on c-1'", "15 characters"
    assert shown("c-1", harmful) == ["posted: text hidden, it may be rude (--show-text shows it)", size]
    assert shown("c-1", harmful, show_text=True) == [text, size]
    assert shown("c-1", f"{harmful}\nblur = false") == [text, size]
    assert shown("c-1", "harmful = ['fine_not']") == [text, size]
    assert shown("c-2", harmful)[0] == "posted: 'no date'"
    assert shown("m-1", harmful)[0].startswith("posted: text hidden")


HARMFUL = """
schema_version = "v1"
effective_at = 2000-01-01T00:00:00Z
approved_by = "nobody"
reason = "first"
guideline = "say"
classes = [{ id = "fine", name = "f", definition = "f" }, { id = "slur", name = "s", definition = "s" },
           { id = "threat", name = "t", definition = "t" }]
questions = [{ id = "label", text = "which", answers = "classes" }]
"""


def test_what_counts_as_exposure_is_what_is_hidden(tmp_path: Path) -> None:
    """Harm is likely where the harmful classes together are, though none of them is alone."""
    home = new_home(tmp_path / "home", "[people]\nharmful = ['slur', 'threat']\n")
    (home.root / "ontology" / "v1.toml").write_text(HARMFUL)
    drafts = pd.DataFrame(
        [("both", 0.3, 0.3), ("one", 0.6, 0.1), ("calm", 0.2, 0.2)], columns=["comment_id", "p_slur", "p_threat"]
    )
    drop(home, "comments", "c.csv", drafts[["comment_id"]].assign(text="a remark"))
    drop(home, "predictions", "p.csv", drafts.assign(p_fine=1 - drafts["p_slur"] - drafts["p_threat"]))
    context = up_to_date(Home(home.root), ("raw_comments", "production_predictions"))
    exposed = context.query("harm_expected", harmful=["slur", "threat"], least=HARMFUL_FROM)
    assert exposed["comment_id"].tolist() == ["both", "one"]
    told = {one: _lines(explain(context, one), "comment")[0] for one in drafts["comment_id"]}
    assert told == {
        "both": "posted: text hidden, it may be slur, threat (--show-text shows it)",
        "one": "posted: text hidden, it may be slur (--show-text shows it)",
        "calm": "posted: 'a remark'",
    }
