"""One home in which everything goes wrong that may: each thing has its outcome, and it is written down."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from labeling_pipeline.cli.home import explain_command, queue_group
from labeling_pipeline.cli.quality import quality_command
from labeling_pipeline.report.quality import read_quality, render_quality
from labeling_pipeline.stages import STAGES
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.engine import stages_due
from labeling_pipeline.stages.export import gold_copies
from labeling_pipeline_tests.stages.small_homes import new_home, up_to_date

NOW = pd.Timestamp("2026-05-20 12:00")
WORDS = [
    a + b for a in ("gar", "pon", "tra", "har", "rec", "mus", "bic", "lan") for b in ("den", "ling", "mora", "tus")
]
GOOD = [f"a-{i}" for i in range(6)]
SETTINGS = """
[honeypots]
bank_share = 1.0
bar = 0.5
[gold]
promote_batch = 1
[review]
per_round = 20
[slices]
watched = ["long_ones"]
[slices.define]
long_ones = { sql = "length(text) > 75" }
garden = { glossary = ["garden lingtra"] }
[quality]
min_votes = 2
"""


def write(home: Path, name: str, frame: pd.DataFrame) -> None:
    frame.to_csv(home / "inbox" / name, index=False)


def text(rng: np.random.Generator) -> str:
    return " ".join(rng.choice(WORDS, int(rng.integers(6, 12))))


def truth(i: int) -> str:
    return "toxic" if i % 3 == 0 else "acceptable"


def comments() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"comment_id": [f"c-{i:03d}" for i in range(120)], "text": [text(rng) for _ in range(120)]})
    gold = pd.DataFrame({"comment_id": [f"g-{i:02d}" for i in range(40)], "text": [text(rng) for _ in range(40)]})
    both = pd.concat([frame, gold], ignore_index=True)
    said = both.set_index("comment_id")["text"]
    said["c-001"] = said["c-000"].upper() + "!"  # a copy with another label
    said["c-005"] = said["g-30"].title()  # a copy of gold that measures
    return said.reset_index()


def votes() -> pd.DataFrame:
    rows = []
    for i in range(120):
        for k in range(3):
            who = GOOD[(i + k) % 6]
            rows.append((f"c-{i:03d}", who, truth(i), f"2026-05-12T{k + 8:02d}:00:00"))
    wrong = {"toxic": "acceptable", "acceptable": "toxic"}
    for i in range(30):
        said = wrong[truth(i)] if i == 29 else truth(i)  # one that everybody contradicts: a wrong key, or a blind spot
        rows += [(f"g-{i:02d}", who, said, "2026-05-11T08:00:00") for who in GOOD[:4]]
        rows.append((f"g-{i:02d}", "bad", wrong[truth(i)], f"2026-05-11T09:{i:02d}:00"))
    rows.append(("c-007", "bad", wrong[truth(7)], "2026-05-10T08:00:00"))  # before the pause: counts, is listed
    rows += [(f"c-{i:03d}", "bad", wrong[truth(i)], "2026-05-13T08:00:00") for i in range(10, 14)]
    rows += [
        ("c-020", "stranger", truth(20), "2026-05-13T08:00:00"),
        ("c-021", "e-1", truth(21), "2026-05-13T08:00:00"),
    ]
    return pd.DataFrame(rows, columns=["comment_id", "annotator_id", "label", "answered_at"])


def verdicts() -> pd.DataFrame:
    rows = [
        ("c-021", "e-1", truth(21), "", ""),  # voted on it as an annotator
        ("c-022", "e-1", "toxic", "", ""),  # overrides the crowd, says nothing
        ("c-023", "e-1", "toxic", "an insult", "edge_case"),
        ("c-023", "e-2", "acceptable", "harmless", "subjective"),  # the experts differ
        ("c-025", "e-1", "toxic", "an insult", "guideline_gap"),
        ("c-025", "e-2", "toxic", "an insult", "new_type"),  # two agree
        ("nobody", "e-1", "toxic", "x", ""),  # a comment nobody knows
        ("c-026", "e-1", "retired_class", "x", ""),
    ]
    frame = pd.DataFrame(rows, columns=["comment_id", "expert_id", "label", "note", "error_type"])
    return frame.assign(decided_at="2026-05-14T08:00:00")


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    made = new_home(tmp_path_factory.mktemp("quality") / "home", SETTINGS)
    home = made.root
    write(home, "comments/comments.csv", comments())
    gold = pd.DataFrame({"comment_id": [f"g-{i:02d}" for i in range(40)], "label": [truth(i) for i in range(40)]})
    write(home, "gold/gold.csv", gold.assign(role=["fit"] * 30 + ["measure"] * 10, inclusion_p=0.25))
    people = pd.DataFrame({"annotator_id": [*GOOD, "bad", "e-1", "e-2", "e-3"]})
    write(home, "annotators/people.csv", people.assign(kind=["crowd"] * 7 + ["expert"] * 3, country=["KE", "IN"] * 5))
    write(home, "votes/votes.csv", votes())
    changed = pd.DataFrame([("c-040", GOOD[4], "toxic", "2026-05-16T08:00:00")])
    changed.columns = pd.Index(["comment_id", "annotator_id", "label", "answered_at"])
    write(home, "votes/again.csv", changed)
    write(home, "verdicts/verdicts.csv", verdicts())
    return up_to_date(made, tuple(STAGES), 8, NOW.to_pydatetime())


def outcome(context: Context, comment: str) -> pd.Series:
    return context.warehouse.table("qc_outcomes").set_index("comment_id").loc[comment]


def test_the_annotator_under_the_bar_is_paused_and_later_votes_weigh_nothing(context: Context) -> None:
    paused = context.warehouse.table("annotator_pauses")
    assert paused["annotator_id"].tolist() == ["bad"]
    assert context.count("votes_set_aside") == 4 + 25
    assert (outcome(context, "c-010")["n_votes"], outcome(context, "c-007")["n_votes"]) == (3, 4)
    assert "bad" not in outcome(context, "c-010")["labeled_by"]
    listed = context.warehouse.table("labels_to_recheck").set_index("comment_id")
    assert "c-007" in listed.index
    assert not listed.loc["c-007", "is_decided_by_them"]
    assert "bad" not in set(context.query("crowd_annotators")["annotator_id"])


def test_agreement_is_told_of_votes_that_weigh_and_of_slices_by_rule(context: Context) -> None:
    report = context.warehouse.table("agreement_report").drop_duplicates(["part_of", "part"])
    told = report.set_index(["part_of", "part"])["n_votes"]
    given = context.warehouse.table("crowd_votes").query("is_current")
    aside = context.warehouse.table("votes_set_aside")["vote_id"]
    weigh = given[~given["vote_id"].isin(aside)]
    assert told["all", "all"] == len(weigh) == len(given) - 29
    assert told["all", "all"] == len(context.query("deciding_votes", questions=context.deciding_questions))
    long_ones = context.warehouse.table("comment_slices").query("slice == 'long_ones'")["comment_id"]
    assert told["slice", "long_ones"] == weigh["comment_id"].isin(long_ones).sum() > 0


@pytest.mark.parametrize(
    ("rule", "comment", "outcome_is"),
    [
        ("vote_of_paused_annotator", "c-010", "kept, weight 0"),
        ("vote_of_unknown_annotator", "c-020", "counted, in no group"),
        ("changed_vote", "c-040", "the later answer counts, both are kept"),
        ("expert_voted_as_annotator", "c-021", "verdict not counted, another expert asked"),
        ("override_without_note", "c-022", "not counted until a note arrives"),
        ("experts_disagree", "c-023", "a further expert is asked"),
        ("honeypot_contradicts_gold", "g-29", "no longer handed out; an expert should look"),
        ("unknown_error_type", "c-025", "kept as it is"),
        ("refused_verdict", "nobody", "quarantined: unknown_comment"),
        ("refused_verdict", "c-026", "quarantined: unknown_class"),
    ],
)
def test_each_irregularity_is_written_down_with_what_was_done(
    context: Context, rule: str, comment: str, outcome_is: str
) -> None:
    rows = context.warehouse.table("irregularities")
    found = rows[(rows["rule"] == rule) & (rows["comment_id"] == comment)]
    assert found["outcome"].tolist() == [outcome_is]


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("c-021", "the expert voted on it as an annotator"),
        ("c-022", "overrides the crowd without a note"),
        ("c-023", "experts disagree"),
        ("c-000", "a near-duplicate has a different label"),
        ("c-001", "a near-duplicate has a different label"),
    ],
)
def test_what_does_not_pass_says_why_and_waits_for_an_expert_who_has_not_seen_it(
    context: Context, comment: str, said: str
) -> None:
    row = outcome(context, comment)
    assert row["outcome"] == "adjudicate"
    assert said in " ".join(row["reasons"])
    queue = context.warehouse.table("adjudication_queue")
    waits = queue[queue["comment_id"] == comment]
    assert len(waits) == 1
    seen = context.query("experts_seen")
    assert waits["expert_id"].iloc[0] not in set(seen.loc[seen["comment_id"] == comment, "expert_id"])
    assert (waits["purpose"].iloc[0] == "third") == (comment == "c-023")


def test_two_experts_who_agree_decide_and_make_gold_that_was_nominated_and_is_fitted_to_alone(context: Context) -> None:
    row = outcome(context, "c-025")
    assert (row["outcome"], row["label"], row["source"]) == ("passed", "toxic", "verdict")
    assert row["confidence"] > 0.99
    gold = context.warehouse.table("gold_set").set_index("comment_id")
    assert gold.loc["c-025", ["label", "role", "source"]].tolist() == ["toxic", "fit", "verdicts of two experts"]
    assert context.warehouse.table("gold_candidates").set_index("comment_id").loc["c-025", "state"] == "gold"
    assert context.count("gold_versions") >= 2
    told = CliRunner().invoke(explain_command, ["c-025", "--home", str(context.home.root)])
    assert "joins the gold set: fit: e-1, e-2 agree" in told.output


def test_nominated_gold_says_nothing_of_the_crowds_accuracy(context: Context) -> None:
    report = context.warehouse.table("accuracy_report")
    on_gold = report[(report["slice"] == "(all)") & (report["measured_on"] == "gold")]
    drawn = {f"g-{i:02d}" for i in range(30)}  # with an inclusion probability, and voted on; c-025 was doubtful
    assert on_gold["n_known"].sum() == len(drawn)


def test_a_copy_of_measuring_gold_is_never_exported(context: Context) -> None:
    assert gold_copies(context) == {"c-005"}
    assert outcome(context, "c-005")["outcome"] == "passed"
    paths = context.warehouse.table("versioned_export")["path"]
    for path in paths:
        exported = set(pq.read_table(context.home.root / path / "labels.parquet")["comment_id"].to_pylist())
        assert exported
        assert not exported & {"c-005", *[f"g-{i}" for i in range(30, 40)]}


def test_unanimous_labels_are_under_review_by_slice_and_their_names_are_not_told(context: Context) -> None:
    plan = context.warehouse.table("unanimous_review")
    assert len(plan) == 20
    assert plan["inclusion_p"].between(0, 1, inclusive="right").all()
    slices = context.warehouse.table("slices").set_index("slice")
    assert slices.loc[["garden", "long_ones"], "kind"].tolist() == ["glossary", "sql"]
    assert slices["is_watched"].to_dict() == {"garden": False, "long_ones": True}
    assert any("long_ones" in s for s in plan["slices"])
    queue = context.warehouse.table("adjudication_queue")
    assert set(plan["comment_id"]) <= set(queue["comment_id"])
    assert (queue["due_at"] > queue["queued_at"]).all()


def test_the_sheet_comes_back_and_shows_no_majority(context: Context, tmp_path: Path) -> None:
    sheet = tmp_path / "queue.csv"
    result = CliRunner().invoke(queue_group, ["adjudication", "--home", str(context.home.root), "-o", str(sheet)])
    assert result.exit_code == 0, result.output
    frame = pd.read_csv(sheet)
    assert set(frame["comment_id"]) == set(context.warehouse.table("adjudication_queue")["comment_id"])
    assert not {"crowd_label", "confidence", "reason", "purpose", "agreement"} & set(frame.columns)
    assert frame["label"].isna().all()
    assert "note is required" in (tmp_path / "queue.guideline.md").read_text()
    assert (tmp_path / "queue.html").read_text().count("<details>") == len(frame) + 1


def test_the_report_is_whole_and_nothing_comes_from_elsewhere(context: Context, tmp_path: Path) -> None:
    document = render_quality(read_quality(context), "home", context.settings.review.tolerated_error)
    assert "http" not in document.replace("http-equiv", "").replace("http://www.w3.org", "")
    for words in ("Agreement and accuracy, side by side", "annotators paused", "What should not have happened"):
        assert words in document
    result = CliRunner().invoke(quality_command, ["--home", str(context.home.root), "-o", str(tmp_path / "q.html")])
    assert result.exit_code == 0, result.output
    assert "Report:" in result.output
    assert "honeypots  all 0.78" in result.output


def test_the_shaded_area_begins_where_the_alarm_does(context: Context, tmp_path: Path) -> None:
    """Of the drawing: what is tolerated is the home's own setting, as it is for the alarm."""
    toml = context.home.root / "labeling.toml"
    before, drawn = toml.read_text(), []
    for tolerated in (0.05, 0.2):
        toml.write_text(before.replace("[review]\n", f"[review]\ntolerated_error = {tolerated}\n"))
        done = CliRunner().invoke(quality_command, ["--home", str(context.home.root), "-o", str(tmp_path / "q.html")])
        assert done.exit_code == 0, done.output
        shaded = re.search('<polygon.*?class="blind"', (tmp_path / "q.html").read_text())
        assert shaded is not None
        assert shaded[0] in render_quality(read_quality(context), "home", tolerated)
        drawn.append(shaded[0])
    toml.write_text(before)
    assert drawn[0] != drawn[1]


def test_honeypots_tell_of_everyone_per_class_and_of_few_answers_that_they_are_too_few(context: Context) -> None:
    table = context.warehouse.table("honeypot_accuracy").set_index(["annotator_id", "by", "part"])
    assert table.loc[("bad", "all", ""), ["value", "n", "standing"]].tolist() == [0.0, 29, "measured"]
    assert table.loc[("a-0", "class", "toxic"), ["value", "n"]].tolist() == [1.0, 10]
    assert not {"a-4", "e-1"} & set(table.index.get_level_values(0)), "who saw no honeypot has no row"


def test_then_there_is_nothing_left_to_do(context: Context) -> None:
    assert list(stages_due(STAGES, context)) == []
