"""The committed sample is what the code writes, and tells the recorded story."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.core.simulate import coded
from labeling_pipeline.platforms.sample import sample_files, write_sample

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


@pytest.fixture(scope="module")
def files() -> dict[str, pd.DataFrame]:
    return sample_files()


@pytest.fixture(scope="module")
def comments(files: dict[str, pd.DataFrame]) -> pd.DataFrame:
    return pd.concat([frame for name, frame in files.items() if name.startswith("comments/")], ignore_index=True)


def test_the_committed_files_are_these_bytes(tmp_path: Path) -> None:
    written = {path.relative_to(tmp_path): path.read_bytes() for path in write_sample(tmp_path)}
    committed = {path.relative_to(SAMPLE): path.read_bytes() for path in SAMPLE.glob("*/*.csv")}
    assert committed.keys() == written.keys()
    assert [str(name) for name in written if written[name] != committed[name]] == []
    assert sum(len(content) for content in written.values()) < 3_000_000


def test_comments_and_gold_share_neither_ids_nor_texts(files: dict[str, pd.DataFrame], comments: pd.DataFrame) -> None:
    gold = files["gold/gold.csv"]
    assert 3_900 <= len(comments) <= 4_100
    for name in ("comment_id", "text"):
        assert comments[name].is_unique
        assert gold[name].is_unique
        assert not gold[name].isin(comments[name]).any()


def test_held_out_phrases_are_in_gold_that_measures_only(
    files: dict[str, pd.DataFrame], comments: pd.DataFrame
) -> None:
    gold, pattern = files["gold/gold.csv"], "|".join(coded.HELD_OUT)
    assert not comments["text"].str.contains(pattern).any()
    held_out = gold["text"].str.contains(pattern)
    assert set(gold.loc[held_out, "role"]) == {"measure", "sealed"}
    measured = gold[(gold["role"] == "measure") & (gold["slice"] == "dog_whistle")]
    assert len(measured) >= 100
    assert 0.3 <= measured["text"].str.contains(pattern).mean() <= 0.7


def test_inclusion_probabilities_are_those_of_the_strata(files: dict[str, pd.DataFrame]) -> None:
    gold = files["gold/gold.csv"]
    assert gold["inclusion_p"].between(0, 1, inclusive="right").all()
    measure = gold[gold["role"] == "measure"]
    assert (1 / measure["inclusion_p"]).sum() == pytest.approx(24_000, rel=0.01)


def test_the_anchor_comes_as_recorded(files: dict[str, pd.DataFrame], comments: pd.DataFrame) -> None:
    anchor = comments[comments["comment_id"] == "c-1f8a"].iloc[0]
    assert anchor["text"] == "you're really not what we said you'd be lol"
    assert (anchor["posted_at"], anchor["thread_id"]) == (pd.Timestamp("2026-03-02 10:23"), "v-3201")
    prediction = files["predictions/recorded-predictions.csv"].iloc[0]
    assert prediction[["p_non_toxic", "p_harassment", "p_hate"]].tolist() == [0.32, 0.41, 0.27]
    votes = files["votes/day-00-recorded-votes.csv"]
    direct = votes[(votes["comment_id"] == "c-1f8a") & (votes["question"] == "toxicity")]
    assert direct[["annotator_id", "answer", "stated_confidence"]].values.tolist() == [
        ["annotator_a47", "non_toxic", 0.7],
        ["annotator_b12", "harassment", 0.6],
        ["annotator_c89", "non_toxic", 0.5],
    ]
    assert set(direct["answered_at"]) == {pd.Timestamp("2026-03-02 14:02")}
    verdict = files["verdicts/day-01-recorded-verdicts.csv"].iloc[0]
    assert verdict[["expert_id", "label", "stated_confidence", "note"]].tolist() == [
        "e-04", "harassment", 0.95, "common dog-whistle pattern, escalate",
    ]  # fmt: skip
    assert verdict["decided_at"] == pd.Timestamp("2026-03-03 09:30")


def test_the_recorded_week_proves_b12_right(files: dict[str, pd.DataFrame]) -> None:
    votes = files["votes/day-00-recorded-votes.csv"].query("question == 'toxicity'")
    verdicts = pd.concat([frame for name, frame in files.items() if name.startswith("verdicts/")])
    both = votes.merge(verdicts, on="comment_id")
    right = (both["answer"] == both["label"]).groupby(both["annotator_id"]).mean()
    assert set(verdicts["comment_id"]) == set(votes["comment_id"])
    assert right["annotator_b12"] > 0.9
    assert right["annotator_a47"] < 0.5
    assert right["annotator_c89"] < 0.5


def test_no_verdict_is_delivered_before_it_was_decided(files: dict[str, pd.DataFrame]) -> None:
    start = pd.Timestamp("2026-03-02 10:00")
    for name, frame in files.items():
        if name.startswith(("verdicts/", "comments/")) and "day-" in name:
            day = int(name.split("day-")[1][:2])
            at = frame["decided_at" if "verdicts" in name else "posted_at"]
            assert at.max() <= start + pd.Timedelta(days=day)
