"""A home in which crowd, labeling functions, a draft and production speak about the same comments."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from labeling_pipeline.home import Home
from labeling_pipeline.report.explain import explain
from labeling_pipeline.report.summary import summary
from labeling_pipeline.report.summary_lines import lines_of
from labeling_pipeline.stages import STAGES
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.engine import materialize
from labeling_pipeline.stages.fusion import fused_labels
from labeling_pipeline.stages.weak_supervision import labeling_function_report
from labeling_pipeline_tests.stages.small_homes import drop, new_home

NOW = pd.Timestamp("2026-05-04 12:00")
N = 240
FUNCTIONS = """
classes = ["acceptable", "toxic"]
[[lf]]
name = "says_plum"
kind = "keywords"
words = ["plum"]
label = "toxic"
note = "proposed from an expert's note, precision 0.95 on 20 comments"
[[lf]]
name = "says_pear"
kind = "keywords"
words = ["pear"]
label = "acceptable"
[[lf]]
name = "says_fig"
kind = "keywords"
words = ["fig"]
label = "toxic"
"""


def toxic(i: int) -> bool:
    return i % 3 == 0


def text_of(i: int, rng: np.random.Generator) -> str:
    """Functions are right nine times in ten; every fifth comment has none of their words."""
    word = ("plum" if i % 2 else "fig") if toxic(i) == (rng.random() < 0.9) else "pear"
    return f"note {i} about a {'stone' if i % 5 == 0 else word} in the garden"


def write_home(folder: Path) -> Home:
    home, rng = new_home(folder, '[slices.define]\nstones = { pattern = "about a stone" }'), np.random.default_rng(0)
    texts = pd.DataFrame({"comment_id": [f"c{i}" for i in range(N)], "text": [text_of(i, rng) for i in range(N)]})
    drop(home, "comments", "comments.csv", texts)
    votes = [
        (f"c{i}", f"a{k}", "toxic" if toxic(i) == (rng.random() < 0.7) else "acceptable", f"2026-05-03T0{k}:00:00")
        for i in range(N)
        for k in range(3)
    ]
    columns = ["comment_id", "annotator_id", "label", "answered_at"]
    drop(home, "votes", "votes.csv", pd.DataFrame(votes, columns=columns))
    truth = ["toxic" if toxic(i) else "acceptable" for i in range(N)]
    roles = ["fit" if i < 80 else "measure" for i in range(140)]
    gold = pd.DataFrame({"comment_id": [f"c{i}" for i in range(140)], "label": truth[:140], "role": roles})
    drop(home, "gold", "gold.csv", gold)
    (home.root / "labeling_functions.toml").write_text(FUNCTIONS)
    drafts = pd.DataFrame({"comment_id": [f"c{i}" for i in range(200, N)], "p_toxic": 0.9, "p_acceptable": 0.1})
    drafts = drafts.assign(model_version="from-elsewhere", predicted_at="2026-05-02T00:00:00")
    drop(home, "predictions", "drafts.csv", drafts)
    verdict = pd.DataFrame(
        {"comment_id": ["c205"], "expert_id": ["e1"], "label": ["toxic"], "note": ["a 'plum' again"]}
    )
    drop(home, "verdicts", "verdicts.csv", verdict.assign(decided_at="2026-05-04T09:00:00"))
    return home


def materialize_all(home: Home, last: str = "versioned_export") -> Context:
    """Every asset up to the last one, without Dagster."""
    context = open_context(home, NOW.to_pydatetime())
    for name, stage in STAGES.items():
        materialize(name, stage, context)
        if name == last:
            return context
    raise ValueError(last)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return materialize_all(write_home(tmp_path_factory.mktemp("fusion") / "home"))


def fused(context: Context) -> pd.DataFrame:
    return context.warehouse.table("fused_labels").set_index("comment_id")


def test_every_source_that_speaks_is_named(context: Context) -> None:
    sources = fused(context)["source"]
    assert sources["c5"] == "crowd"
    assert sources["c1"] == "crowd+weak"
    assert sources["c201"] == "crowd+weak+draft"
    crowds_own = context.warehouse.table("consensus_labels").set_index("comment_id")["confidence_is"]
    said, is_alone = fused(context)["confidence_is"], sources == "crowd"
    assert (said[~is_alone] == "calibrated").all()
    pd.testing.assert_series_equal(said[is_alone], crowds_own.reindex(said[is_alone].index))


@pytest.mark.parametrize("wanted", [(), ("draft",), ("weak", "signals")])
def test_sources_that_are_left_out_have_no_part(context: Context, wanted: tuple[str, ...]) -> None:
    home = Home(context.home.root)
    fusion = context.settings.fusion.model_copy(update={"sources": wanted})
    home.__dict__["settings"] = context.settings.model_copy(update={"fusion": fusion})
    told = fused_labels(open_context(home, NOW.to_pydatetime())).replace["fused_labels"]["source"]
    named = {name for said in told.unique() for name in said.split("+")}
    assert named == {"crowd", *wanted} - {"signals"}, "nobody acted in production here"


def test_together_they_are_right_more_often_than_the_crowd_alone(context: Context) -> None:
    labels = fused(context)["label"]
    crowd = context.warehouse.table("consensus_labels").set_index("comment_id")["label"].reindex(labels.index)
    unseen = np.array([int(i[1:]) >= 80 for i in labels.index])
    truth = np.array(["toxic" if toxic(int(i[1:])) else "acceptable" for i in labels.index])
    assert (labels == truth)[unseen].mean() > (crowd == truth)[unseen].mean() + 0.03


def test_weights_come_from_votes_that_have_not_seen_their_gold(context: Context) -> None:
    weights = context.warehouse.table("fusion_evidence").groupby("source")["weight"].agg(["min", "max"])
    assert (weights["min"] == weights["max"]).all()
    assert weights.loc["weak", "min"] > 0.5, "on clamped gold the crowd would look perfect"
    blind, known = context.warehouse.table("consensus_blind"), context.warehouse.table("consensus_labels")
    clamped = known[known["comment_id"].isin(blind["comment_id"])]["confidence"]
    assert clamped.min() > 0.99
    assert blind["probabilities"].map(lambda p: max(dict(p).values())).mean() < 0.99


def test_the_gate_and_the_export_carry_the_fused_label_and_its_source(context: Context) -> None:
    outcomes = context.warehouse.table("qc_outcomes").set_index("comment_id")
    labels = fused(context)
    plain = outcomes[outcomes["source"] != "verdict"]
    assert (plain["source"] == labels["source"].reindex(plain.index)).all()
    assert np.allclose(plain["confidence"], labels["confidence"].reindex(plain.index))
    assert outcomes.loc["c205", ["label", "source"]].tolist() == ["toxic", "verdict"]
    path = context.query("latest_export")["path"].iloc[0]
    exported = pq.read_table(context.home.root / path / "labels.parquet").to_pandas()["source"]
    assert {"crowd+weak", "crowd+weak+draft", "verdict"} <= set(exported)


def test_explain_shows_functions_sources_and_what_the_verdict_adds(context: Context) -> None:
    life = "\n".join(f"{event.stage}: {line}" for event in explain(context, "c205") for line in event.lines)
    assert "fusion: as computed now, all sources together (crowd+draft, calibrated)" in life
    assert "fusion: draft: says toxic (0.90)" in life
    assert "fusion: verdict: weight 1.00, evidence +2.94" in life
    assert "with the experts' verdicts as evidence p(toxic)=" in life
    votes = context.warehouse.table("labeling_function_votes")
    voted = votes.loc[votes["lf"] == "says_plum", "comment_id"].iloc[0]
    adopted = "\n".join(line for event in explain(context, voted) for line in event.lines)
    assert "says_plum → toxic (right 0." in adopted
    assert "proposed from an expert's note" in adopted


def test_the_report_measures_on_measuring_gold_and_proposes_nothing_unasked(context: Context) -> None:
    report = context.warehouse.table("labeling_function_report").set_index("lf")
    n = context.warehouse.table("labeling_function_votes").merge(
        context.query("gold_by_role", role="measure")["comment_id"]
    )
    assert report["n_gold"].sum() == len(n)
    assert set(report.index) == {"says_plum", "says_pear", "says_fig"}


def test_the_report_tells_slices_by_rule_apart(context: Context) -> None:
    by_slice = labeling_function_report(context).shown.by_slice
    assert set(by_slice["group"]) == {"stones"}
    assert set(by_slice["n_rows"]) == {N // 5}, "every fifth comment has the phrase"


def test_an_edited_function_runs_alone_and_labels_follow(context: Context) -> None:
    path = context.home.root / "labeling_functions.toml"
    path.write_text(FUNCTIONS.replace('["fig"]', '["fig", "stone"]'))
    done = materialize("weak_labels", STAGES["weak_labels"], context)
    assert done.result.metrics["votes_computed"] == N
    assert context.warehouse.table("weak_labels")["comment_id"].nunique() == N
    path.write_text(FUNCTIONS)
    materialize("weak_labels", STAGES["weak_labels"], context)


@pytest.mark.parametrize("are_drawn", [True, False])
def test_a_verdict_is_as_reliable_as_stated_but_no_more_than_others_found(tmp_path: Path, are_drawn: bool) -> None:
    home = write_home(tmp_path / "home")
    settings = home.root / "labeling.toml"
    settings.write_text(settings.read_text() + f"\n[adjudication]\ndouble_share = {1.0 if are_drawn else 0.0}\n")
    home = Home(home.root)
    rows = [(f"c{i}", expert, "toxic", 1.0) for i in range(150, 162) for expert in ("e1", "e2")]
    rows += [("c163", "e3", "toxic", 0.8), ("c164", "e4", "toxic", None)]
    verdicts = pd.DataFrame(rows, columns=["comment_id", "expert_id", "label", "stated_confidence"])
    verdicts.loc[verdicts["expert_id"].eq("e2") & verdicts.index.isin(range(12)), "label"] = "acceptable"
    drop(home, "verdicts", "more.csv", verdicts.assign(note="seen", decided_at="2026-05-04T09:00:00"))
    found = materialize_all(home, "fused_labels").warehouse.table("fusion_evidence")
    said = found[found["source"] == "verdict"].set_index("comment_id")["evidence"].abs()
    assert said["c163"] == pytest.approx(np.log(0.8 / 0.2))
    assert said["c164"] == pytest.approx(np.log(19))
    assert said["c150"] == pytest.approx(0.0, abs=0.01), "they contradict each other and are alike"
    # Both stated 1.0, but contradicted each other on half of what both saw; that tells of doubtful comments alone where
    # none of them came to the second by chance.
    assert said["c161"] > 0
    assert (said["c161"] < 2 * np.log(19)) == are_drawn


def flags(n: int, *, linked: bool) -> str:
    start = pd.Timestamp("2026-05-04 08:00")
    apart = pd.Timedelta(seconds=1) if linked else pd.Timedelta(hours=-7)
    rows = [f"c150,flag,u{linked}{i},{(start + i * apart).isoformat()}" for i in range(n)]
    return "comment_id,kind,actor_id,created_at\n" + "\n".join(rows) + "\n"


def test_acts_on_what_production_is_not_known_to_have_shown_are_told(tmp_path: Path) -> None:
    home = write_home(tmp_path / "home")
    clicked = "c151,click,u9,2026-05-04T08:00:00\nc152,override,u9,2026-05-04T08:00:00\n"
    (home.root / "inbox/feedback/flags.csv").write_text(flags(6, linked=False) + clicked)
    context = materialize_all(home, "fused_labels")
    told = summary(home)
    assert told["acts_left_out"] == {"n": 7, "n_comments": 2}
    line = dict(lines_of(told))["feedback"]
    assert "7 acts on 2 comments say nothing" in line
    assert "inbox/predictions" in line
    assert "acts in production that say nothing: 7;" in str(fused_labels(context).metrics["notes"])
    served = "comment_id,p_toxic,p_acceptable,model_version,predicted_at\n"
    shown = "".join(f"{c},0.1,0.9,served,2026-05-01T00:00:00\n" for c in ("c150", "c152"))
    (home.root / "inbox/predictions/served.csv").write_text(served + shown)
    told = summary(materialize_all(home, "fused_labels").home)
    assert "feedback" not in dict(lines_of(told))


@pytest.mark.parametrize(("n", "linked"), [(500, True), (5, False)])
def test_a_brigade_is_one_flag_and_five_people_are_heard(
    context: Context, tmp_path: Path, n: int, linked: bool
) -> None:
    home = write_home(tmp_path / "home")
    served = "comment_id,p_toxic,p_acceptable,model_version,predicted_at\nc150,0.1,0.9,served,2026-05-01T00:00:00\n"
    (home.root / "inbox/predictions/served.csv").write_text(served)

    def toxicity(acts: int) -> float:
        (home.root / f"inbox/feedback/{acts}.csv").write_text(flags(acts, linked=linked))
        context = materialize_all(home, "labeling_function_report")
        labels = fused(context)
        assert "signals" in labels.loc["c150", "source"]
        events = explain(context, "c150")
        told = "\n".join(line for event in events for line in event.lines)
        assert len([event for event in events if event.stage == "feedback"]) <= 5
        assert f"signal:flag → not acceptable (acts: {acts}, independent: {1 if linked else acts}; right 0.30" in told
        report = context.warehouse.table("labeling_function_report").set_index("lf")
        assert report.loc["signal:flag", "coverage"] == pytest.approx(1 / N)
        assert report.loc["signal:flag", "learned_accuracy"] == pytest.approx(0.3)
        return float(dict(labels.loc["c150", "probabilities"])["toxic"])

    one, many = toxicity(1), toxicity(n)
    rates = json.loads(open_context(home).warehouse.table("signal_rates").to_json(orient="records"))
    assert rates[0]["kind"] == "flag"
    if linked:
        assert abs(many - one) < 0.05
        return
    odds = one / (1 - one) * rates[0]["ratio"] ** (n - 1)
    assert many - one >= 0.5 * (odds / (1 + odds) - one)


def test_an_expert_who_is_unsure_stops_nothing_and_takes_back_what_was_said(tmp_path: Path) -> None:
    home = write_home(tmp_path / "home")
    said = [("c1", "x1", "unsure", 1), ("c2", "x1", "toxic", 1), ("c2", "x1", "unsure", 2), ("c4", "x2", "toxic", 1)]
    verdicts = pd.DataFrame(said, columns=["comment_id", "expert_id", "label", "day"])
    times = [f"2026-05-0{day}T10:00:00" for day in verdicts.pop("day")]
    notes = verdicts["label"].map({"toxic": "as the guideline says", "unsure": ""})
    drop(home, "verdicts", "some.csv", verdicts.assign(decided_at=times, note=notes))
    context = materialize_all(home, "qc_outcomes")
    evidence = context.warehouse.table("fusion_evidence")
    assert set(evidence.loc[evidence["source"] == "verdict", "comment_id"]) == {"c4", "c205"}
    outcomes = context.warehouse.table("qc_outcomes").set_index("comment_id")["outcome"]
    assert outcomes.loc[["c1", "c2"]].tolist() == ["adjudicate"] * 2
