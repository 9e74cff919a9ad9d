"""What weighs in a home's consensus beside the votes: answers under earlier ontologies, drafts; and what it tells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.labels import label_comments
from labeling_pipeline.home import Home
from labeling_pipeline.report.explain import explain
from labeling_pipeline.report.new_home import EXAMPLE_ONTOLOGY
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.context import Context
from labeling_pipeline_tests.stages.small_homes import NOW, TO_LABELS, drop, new_home, up_to_date

ASSETS = (*TO_LABELS[:4], "production_predictions", *TO_LABELS[4:])
SECOND = EXAMPLE_ONTOLOGY.replace('"v1"', '"v2"').replace("2000-01-01", "2026-04-01").replace(
    "[[questions]]", '[[classes]]\nid = "severe"\nname = "severe"\ndefinition = "Threatens."\n\n[[questions]]', 1
)  # fmt: skip
CONTRARY = [f"a-{k}" for k in range(3)]  # say the opposite
CAREFUL = [f"a-{k}" for k in range(3, 6)]
CLASSES = ("acceptable", "toxic")


def planted(start: int, n: int, day: str, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every comment has the votes of two contrary and one careful annotator, or the other way round, and its truth."""
    rng, rows, truth = np.random.default_rng(seed), [], []
    for i in range(start, start + n):
        toxic = bool(rng.random() < 0.5)
        truth.append((f"c-{i:03d}", CLASSES[toxic]))
        few, many = (CAREFUL, CONTRARY) if i % 2 else (CONTRARY, CAREFUL)
        for who in (*rng.choice(few, 1), *rng.choice(many, 2, replace=False)):
            says = toxic if who in CAREFUL else not toxic
            rows.append((f"c-{i:03d}", who, CLASSES[says], f"{day}T{8 + len(rows) % 8:02d}:00:00"))
    votes = pd.DataFrame(rows, columns=["comment_id", "annotator_id", "label", "answered_at"])
    return votes, pd.DataFrame(truth, columns=["comment_id", "label"])


def write(home: Home, count: int) -> None:
    texts = [f"a remark number {i} about the garden" for i in range(count)]
    drop(home, "comments", "c.csv", pd.DataFrame({"comment_id": [f"c-{i:03d}" for i in range(count)], "text": texts}))


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Context, pd.DataFrame]:
    """Sixty comments under the first ontology, all of them gold; sixty under the second, of which gold knows nothing
    but one comment of a class that the first does not have."""
    home = new_home(tmp_path_factory.mktemp("evidence") / "home", "")
    (home.root / "ontology" / "v2.toml").write_text(SECOND, encoding="utf-8")
    write(home, 121)
    early, known = planted(0, 60, "2026-03-02", 0)
    late, truth = planted(60, 60, "2026-04-20", 1)
    drop(home, "votes", "v.csv", pd.concat([early, late]))
    new = pd.DataFrame({"comment_id": ["c-120"], "label": ["severe"], "schema_version": ["v2"]})
    gold = pd.concat([known.assign(schema_version="v1"), new]).assign(role="fit", decided_at="2026-04-21T00:00:00")
    drop(home, "gold", "g.csv", gold)
    return up_to_date(home), truth


def test_what_people_answered_under_an_earlier_ontology_says_what_their_votes_mean(
    migrated: tuple[Context, pd.DataFrame],
) -> None:
    context, truth = migrated
    labels = context.warehouse.table("consensus_labels").set_index("comment_id")
    right = (labels.loc[truth["comment_id"], "label"] == truth.set_index("comment_id")["label"]).mean()
    votes = context.query("current_votes").query("schema_version == 'v2'")
    forgetful = label_comments(votes, context.ontology).labels.set_index("comment_id")
    without = (forgetful.loc[truth["comment_id"], "label"] == truth.set_index("comment_id")["label"]).mean()
    assert set(labels.loc[truth["comment_id"], "schema_version"]) == {"v2"}
    assert right > 0.9
    assert without < 0.6


def test_gold_of_a_class_that_an_earlier_ontology_lacks_is_said_and_stops_nothing(
    migrated: tuple[Context, pd.DataFrame],
) -> None:
    context, _ = migrated
    notes = context.state()["consensus_labels"]
    labels = context.warehouse.table("consensus_labels").set_index("comment_id")
    assert notes.row_count == 120
    assert (labels["schema_version"] == "v1").sum() == 60
    assert "severe" not in dict(labels.loc["c-000", "probabilities"])


def test_why_votes_differ_stands_beside_every_label(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", "")
    write(home, 200)
    rng = np.random.default_rng(0)
    toxic, ambiguous = rng.random(200) < 0.5, np.arange(200) < 60
    rows = []
    for i in range(200):
        for j in rng.permutation(12)[:7]:
            says = rng.random() < (0.5 if ambiguous[i] else 0.97 if toxic[i] else 0.03)
            rows.append((f"c-{i:03d}", f"a-{j}", CLASSES[says], "2026-03-02T08:00:00"))
    drop(home, "votes", "v.csv", pd.DataFrame(rows, columns=["comment_id", "annotator_id", "label", "answered_at"]))
    context = up_to_date(home)
    labels = context.warehouse.table("consensus_labels").set_index("comment_id").sort_index()
    assert labels["ambiguity"].mean() == pytest.approx(0.3, abs=0.1)
    assert labels["annotator_noise"].mean() == pytest.approx(0.03, abs=0.03)
    told = " ".join(line for event in explain(context, "c-060") for line in event.lines)
    assert "that the comment is ambiguous · these annotators are wrong on 0." in told


def test_why_votes_differ_is_empty_where_three_votes_cannot_tell(migrated: tuple[Context, pd.DataFrame]) -> None:
    context, _ = migrated
    assert context.warehouse.table("consensus_labels")[["ambiguity", "annotator_noise"]].isna().all(axis=None)
    told = " ".join(line for event in explain(context, "c-060") for line in event.lines)
    assert "whether the comment is ambiguous or its annotators noisy cannot be told" in told


@pytest.mark.parametrize("vote", [True, False])
def test_drafts_vote_only_where_settings_ask_them_to(tmp_path: Path, vote: bool) -> None:
    home = new_home(tmp_path / "home", f"[consensus]\ndrafts_vote = {str(vote).lower()}\n")
    write(home, 200)
    votes, truth = planted(0, 200, "2026-04-20", 2)
    own = votes.merge(truth, on="comment_id", suffixes=("", "_true"))
    wrong = np.random.default_rng(0).random(len(own)) < 0.3
    said = np.where(own["label_true"] == "toxic", ~wrong, wrong)
    drop(home, "votes", "v.csv", votes.assign(label=np.array(CLASSES)[said.astype(int)]))
    toxic = (truth["label"] == "toxic").astype(float)
    drop(
        home,
        "predictions",
        "p.csv",
        truth[["comment_id"]].assign(p_toxic=toxic * 0.9 + 0.05, p_acceptable=0.95 - toxic * 0.9, model_version="m-7"),
    )
    context = up_to_date(home, (*ASSETS, "fused_labels"))
    labels = context.warehouse.table("consensus_labels").set_index("comment_id")
    right = (labels.loc[truth["comment_id"], "label"] == truth.set_index("comment_id")["label"]).mean()
    evidence = context.warehouse.table("fusion_evidence")
    assert set(labels["n_votes"]) == {3}  # people's votes are told as they were
    assert (right > 0.9) == vote
    assert ("draft" in set(evidence["source"])) != vote


def test_scores_of_the_choice_are_metadata(tmp_path: Path) -> None:
    from labeling_pipeline.stages.consensus import consensus_labels

    home = new_home(tmp_path / "home", "")
    write(home, 60)
    votes, truth = planted(0, 60, "2026-04-20", 3)
    drop(home, "votes", "v.csv", votes)
    drop(home, "gold", "g.csv", truth.head(40).assign(role="fit"))
    up_to_date(home)
    metrics = consensus_labels(open_context(home, NOW)).metrics
    tried = {name for name in metrics if name.startswith("accuracy_of_")}
    assert tried == {f"accuracy_of_{name}" for name in ("dawid_skene", "majority", "wawa", "one_coin", "mace")}
    assert metrics["accuracy_of_dawid_skene"] > metrics["accuracy_of_majority"]
