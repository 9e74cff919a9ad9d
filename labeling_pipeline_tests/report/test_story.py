"""The story is computed from what the store holds, once, and names the slice nobody told it of."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from labeling_pipeline.core.simulate.counterfactual import comments_affordable, equal_cost_round
from labeling_pipeline.core.simulate.streams import draw
from labeling_pipeline.core.simulate.texts import CLASSES, DOG_WHISTLE
from labeling_pipeline.core.training import save, train
from labeling_pipeline.home import Home
from labeling_pipeline.report.story import LARGEST_ROUND, Line, blind_spot, story, story_table
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.context import Context
from labeling_pipeline.warehouse import replace_rows

DATA = Path(__file__).parents[2] / "data"
DAY_0, DAY_14 = pd.Timestamp("2026-03-02 20:00"), pd.Timestamp("2026-03-16 20:00")


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    """A home with two models: the first learned the slice as harmless, the second as it is; 12 verdicts between."""
    root = tmp_path_factory.mktemp("home")
    (root / "labeling.toml").write_text('[platform]\nname = "simulated"\n', encoding="utf-8")
    (root / "ontology").mkdir()
    (root / "ontology" / "v3.toml").write_bytes((DATA / "ontology" / "v3.toml").read_bytes())
    taught = pd.concat([draw("pool", 600), draw("production", 600)], ignore_index=True).drop_duplicates("text")
    blind = taught["label"].mask(taught["slice"] == DOG_WHISTLE, "non_toxic")
    models = [_model(root, name, taught, labels) for name, labels in (("m1", blind), ("m2", taught["label"]))]
    rows = {
        "versioned_export": _exports(root, taught, blind),
        "retrained_model": pd.DataFrame(models).assign(trained_at=[DAY_0, DAY_14]),
        "gold_set": _gold(),
        "verdicts": _verdicts(taught["comment_id"].head(12)),
    }
    found = open_context(Home(root))
    with found.warehouse.write() as con:
        for table, frame in rows.items():
            replace_rows(con, table, frame)
    return found


def _model(root: Path, name: str, taught: pd.DataFrame, labels: pd.Series) -> dict[str, object]:
    matrix = np.eye(len(CLASSES))[[CLASSES.index(one) for one in labels]]
    save(train(taught["text"].tolist(), matrix, classes=CLASSES), root / "models" / name)
    return {
        "model_version": name,
        "export_version": "1.0.0",
        "status": "retired",
        "path": f"models/{name}",
        "n_train": 1,
    }


def _exports(root: Path, taught: pd.DataFrame, labels: pd.Series) -> pd.DataFrame:
    folder = root / "exports" / "1.0.0"
    folder.mkdir(parents=True)
    matrix = np.eye(len(CLASSES))[[CLASSES.index(one) for one in labels]]
    frame = pd.DataFrame(matrix, columns=[f"p_{one}" for one in CLASSES])
    frame = frame.assign(comment_id=taught["comment_id"].to_numpy(), text=taught["text"].to_numpy(), weight=1.0)
    frame.to_parquet(folder / "labels.parquet", index=False)
    row = {
        "version": "1.0.0",
        "schema_version": "v3",
        "n_labels": len(frame),
        "content_sha256": "",
        "path": "exports/1.0.0",
    }
    return pd.DataFrame([{**row, "manifest_sha256": ""}])


def _gold() -> pd.DataFrame:
    gold = pd.concat([draw("gold", 150), draw("gold_slice", 150)], ignore_index=True).drop_duplicates("text")
    slices = [[name] if name else [] for name in gold["slice"]]
    gold = gold[["comment_id", "label", "text"]].assign(slices=slices, role="measure", schema_version="v3")
    return gold.assign(file_sha256="f", line=range(len(gold)))


def _verdicts(comments: pd.Series) -> pd.DataFrame:
    frame = pd.DataFrame({"comment_id": comments, "expert_id": "e-01", "label": "harassment", "context_shown": "true"})
    frame = frame.assign(
        verdict_id=[f"v{place}" for place in range(len(frame))], decided_at=DAY_0 + pd.Timedelta(days=3)
    )
    return frame.assign(schema_version="v3", guideline_hash="g", file_sha256="f", line=range(len(frame)))


def test_the_figures_are_those_of_the_models(context: Context) -> None:
    lines = {line.key: line for line in story(context)}
    assert list(lines) == ["recall_before", "cost", "recall_after", "rise", "counterfactual"]
    assert DOG_WHISTLE in lines["recall_before"].measured_on
    assert lines["recall_after"].value - lines["recall_before"].value == pytest.approx(lines["rise"].value)
    assert lines["rise"].low is not None
    assert lines["rise"].low >= 0.15
    assert (lines["cost"].value, lines["cost"].n) == (60.0, 12)
    assert lines["counterfactual"].what == "rise instead, had it bought 500 comments × 3 crowd votes"
    assert lines["counterfactual"].value < 0.05


def test_the_money_of_the_sample_home_buys_a_round_of_equal_cost_in_full() -> None:
    """The sample's experts cost under 4,800 USD: as much of the crowd is simulated whole, with nothing left out."""
    bought = comments_affordable(4800.0)
    comments, votes = equal_cost_round(4800.0, seed=0, limit=LARGEST_ROUND)
    assert (len(comments), len(votes)) == (bought, 3 * bought) == (40_000, 120_000)


def test_told_again_it_is_read_and_not_computed(context: Context) -> None:
    first = story(context)
    kept = context.home.root / "reports" / "story.json"
    before = kept.stat().st_mtime_ns
    assert story(context) == first
    assert kept.stat().st_mtime_ns == before


def test_a_home_without_models_has_no_story(tmp_path: Path) -> None:
    (tmp_path / "labeling.toml").write_text("", encoding="utf-8")
    (tmp_path / "ontology").mkdir()
    (tmp_path / "ontology" / "v3.toml").write_bytes((DATA / "ontology" / "v3.toml").read_bytes())
    assert story(open_context(Home(tmp_path))) == []


def test_the_blind_spot_is_the_worst_slice_that_is_large_enough() -> None:
    gold = pd.DataFrame({"slices": [["tiny"]] * 5 + [["coded", "both"]] * 40 + [["both"]] * 40 + [[]] * 40})
    right = np.array([False] * 5 + [False] * 30 + [True] * 10 + [True] * 40 + [False] * 40)
    assert blind_spot(gold, right) == "coded"
    assert blind_spot(gold.assign(slices=[[]] * len(gold)), right) == ""


def test_the_table_shows_signs_and_money() -> None:
    lines = [
        Line("verdicts", "with context", 1500.0, None, None, 300, "cost"),
        Line("rise", "gold", 0.372, 0.31, 0.43, 290, "rise"),
    ]
    page = StringIO()
    Console(file=page, width=120).print(story_table(lines))
    assert "1,500 USD" in page.getvalue()
    assert "+0.37" in page.getvalue()
    assert "+0.31 … +0.43" in page.getvalue()
