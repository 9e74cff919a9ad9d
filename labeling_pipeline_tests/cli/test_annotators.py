"""The annotators command on files, as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.groups import group_divergence
from labeling_pipeline.core.reliability import accuracy_table, bad_annotators, consensus_reliability
from labeling_pipeline.files import read_frame
from labeling_pipeline_tests.calls import exit_code

N_TASKS, N_ANNOTATORS = 600, 24


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """votes.csv with one random clicker, gold.csv, and people.csv with two regions that differ."""
    folder, rng = tmp_path_factory.mktemp("annotators"), np.random.default_rng(0)
    truth = rng.integers(0, 3, N_TASKS)
    rows = []
    for task in range(N_TASKS):
        for who in rng.choice(N_ANNOTATORS, 5, replace=False):
            label = truth[task] if rng.random() < 0.85 else rng.integers(0, 3)
            if who == 0:
                label = rng.integers(0, 3)
            elif who % 2 and label == 1 and rng.random() < 0.5:
                label = 2
            rows.append((task, f"a-{who:02d}", "xyz"[label]))
    pd.DataFrame(rows, columns=["task", "worker", "label"]).to_csv(folder / "votes.csv", index=False)
    gold = pd.DataFrame({"task": range(100), "label": ["xyz"[k] for k in truth[:100]]})
    gold.to_csv(folder / "gold.csv", index=False)
    people = pd.DataFrame({"annotator_id": [f"a-{k:02d}" for k in range(N_ANNOTATORS)]})
    people["region"] = np.where(people.index % 2, "south", "north")
    people["desk"] = [f"desk {k // 3}" for k in people.index]
    people.to_csv(folder / "people.csv", index=False)
    return folder


def test_json_holds_what_the_calls_on_frames_say(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = ("--gold", folder / "gold.csv", "--attributes", folder / "people.csv", "-o", folder / "out.csv")
    assert exit_code("annotators", folder / "votes.csv", *files, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    votes, gold, people = (read_frame(folder / f"{name}.csv") for name in ("votes", "gold", "people"))
    assert told["n_annotators"] == N_ANNOTATORS
    each = pd.DataFrame(told["annotators"]).set_index("annotator")
    by_others, _ = consensus_reliability(votes)
    assert np.allclose(each["by_others"], by_others.set_index("annotator")["value"].loc[each.index])
    right = accuracy_table(votes, gold).set_index("annotator")["accuracy"].astype(float)
    assert np.allclose(each["by_gold"], right.loc[each.index])
    flagged = bad_annotators(votes).query("status == 'flagged'")
    assert [(one["annotator"], one["check"]) for one in told["findings"]] == [("a-00", "random_clicker")]
    assert flagged["annotator"].tolist() == ["a-00"]
    gaps = group_divergence(votes, people).query("attribute == 'region'")
    assert [one["gap"] for one in told["groups"]] == pytest.approx(gaps["gap"].tolist())
    assert {one["status"] for one in told["groups"]} == {"diverges"}
    assert told["n_groups_too_small"] == N_ANNOTATORS // 3
    out = read_frame(folder / "out.csv").set_index("annotator")
    assert out.loc["a-00", "random_clicker"] == "flagged"
    assert (out.drop(index="a-00")["random_clicker"] == "clear").all()


def test_three_numbers_apart_week_by_week_and_what_each_group_concludes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    votes, gold = (read_frame(folder / f"{name}.csv") for name in ("votes", "gold"))
    days = pd.Timestamp("2026-03-04") + pd.to_timedelta(7 * (votes["task"].astype(int) % 3), unit="D")
    votes.assign(answered_at=days.dt.strftime("%Y-%m-%dT10:00:00Z")).to_csv(folder / "dated.csv", index=False)
    gold.iloc[:60].to_csv(folder / "known.csv", index=False)
    gold.iloc[60:].to_csv(folder / "honeypots.csv", index=False)
    files = ("--gold", folder / "known.csv", "--honeypots", folder / "honeypots.csv", "--weeks-out")
    groups = ("--attributes", folder / "people.csv", "--groups-out", folder / "groups.parquet")
    assert exit_code("annotators", folder / "dated.csv", *files, folder / "weeks.csv", *groups, "--json") == 0
    each = pd.DataFrame(json.loads(capsys.readouterr().out)["annotators"]).set_index("annotator")
    expected = accuracy_table(votes, gold.iloc[60:]).set_index("annotator")["accuracy"].astype(float)
    assert np.allclose(each["by_honeypots"], expected.loc[each.index])
    weeks = read_frame(folder / "weeks.csv").astype({"value": float, "low": float, "high": float, "n": int})
    assert sorted(weeks["week"].unique()) == ["2026-03-02", "2026-03-09", "2026-03-16"]
    last = weeks[weeks["week"] == "2026-03-16"].pivot(index="annotator", columns="statistic", values=["value", "n"])
    kinds = {"gold_accuracy": "gold", "honeypot_accuracy": "honeypots"}
    assert set(last["n"]) == {"consensus_accuracy", "reliability", *kinds}
    for statistic, column in kinds.items():  # every judged vote is counted once, and decay of two weeks moves little
        assert (last["n"][statistic].dropna() == each[f"n_{column}"][last["n"][statistic].notna()]).all()
        assert (last["value"][statistic] - each[f"by_{column}"]).abs().max() < 0.05
    assert (weeks["low"] <= weeks["value"]).all()
    assert (weeks["value"] <= weeks["high"]).all()
    labels = read_frame(folder / "groups.parquet")
    assert set(labels["group"]) == {"north", "south"}
    said = labels.assign(is_y=labels["label"] == "y").groupby("group")["is_y"].mean()
    assert said["south"] < said["north"]


def test_groups_without_attributes_and_weeks_without_times_are_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("annotators", folder / "votes.csv", "--groups-out", folder / "groups.csv") == 2
    assert "--attributes" in capsys.readouterr().err
    assert exit_code("annotators", folder / "votes.csv", "--weeks-out", folder / "weeks.csv") == 2
    error = capsys.readouterr().err
    assert "no vote has a time; expected a column week or answered_at" in error
    assert error.count("\n") == 1


def test_words_name_who_why_and_which_groups(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("annotators", folder / "votes.csv", "--attributes", folder / "people.csv") == 0
    said = capsys.readouterr().out
    assert "24 annotators, 1 to look at\n  a-00: random clicker, votes have nothing to do with" in said
    assert "2 groups compared, 8 too small to tell of" in said
    assert exit_code("annotators", folder / "votes.csv", "--gold", folder / "gold.csv") == 0
    votes, gold = (read_frame(folder / f"{name}.csv") for name in ("votes", "gold"))
    right = accuracy_table(votes, gold).set_index("annotator").loc["a-00"]
    found = bad_annotators(votes, only_flagged=True).iloc[0]
    told = capsys.readouterr().out
    assert f"q {found['q']:.3f}, against gold {right['accuracy']:.3f} of {right['n']})" in told
    assert "  region=south y: -0." in said


def test_what_cannot_be_known_has_no_number_and_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"t{i},{who},{'xy'[(i + (who == 'c')) % 2]}" for i in range(12) for who in "abc"]
    rows += [f"u{i},loner,x" for i in range(5)] + ["t1,silent,"]
    (tmp_path / "votes.csv").write_text("\n".join(["task,worker,label", *rows]))
    assert exit_code("annotators", tmp_path / "votes.csv", "-o", tmp_path / "out.csv", "--json") == 0
    told = {one["annotator"]: one for one in json.loads(capsys.readouterr().out)["annotators"]}
    out = read_frame(tmp_path / "out.csv").set_index("annotator")
    for name, n_votes, said in (("loner", 5, "no overlap: nobody else"), ("silent", 0, "no votes: every label")):
        assert told[name]["by_others"] is told[name]["by_others_low"] is told[name]["by_others_high"] is None
        assert (told[name]["n_votes"], told[name]["n_others"]) == (n_votes, 0)
        assert told[name]["others_note"].startswith(said)
        assert pd.isna(out.loc[name, "by_others"])
        assert out.loc[name, "others_note"].startswith(said)
        assert out.loc[name, "copier"] == "insufficient"
    assert told["a"]["by_others"] > 0.5
    assert told["a"]["others_note"] == ""
    assert exit_code("annotators", tmp_path / "votes.csv") == 0
    assert "not known of 1 annotators, no overlap: nobody else voted" in capsys.readouterr().out


def test_of_one_class_only_nobody_is_called_reliable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"t{i},{who},x,{i // 4}" for i in range(12) for who in "abc"]
    (tmp_path / "votes.csv").write_text("\n".join(["task,worker,label,week", *rows]))
    assert exit_code("annotators", tmp_path / "votes.csv", "--weeks-out", tmp_path / "weeks.csv") == 0
    said = capsys.readouterr()
    assert (
        "agrees with what the others say: not known of 3 annotators, one category only: every vote is 'x'" in said.out
    )
    assert "1.000" not in said.out
    assert "the consensus judges nobody" in said.err
    assert read_frame(tmp_path / "weeks.csv").empty


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("task,label\n1,x\n", "no column 'annotator'"),
        ("task,worker,label\n", "no vote"),
        ("task,worker,label\n1,,x\n", "annotator"),
    ],
)
def test_votes_without_annotators_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, said: str
) -> None:
    (tmp_path / "votes.csv").write_text(content)
    assert exit_code("annotators", tmp_path / "votes.csv") == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.startswith(f"error: {tmp_path / 'votes.csv'}")
    assert error.count("\n") == 1


def test_one_call_on_frames_is_what_the_command_writes(tmp_path: Path) -> None:
    import labeling_pipeline

    votes = pd.DataFrame(
        [(f"t{i}", f"a{j}", "pq"[(i + (j == 0)) % 2]) for i in range(60) for j in range(4)],
        columns=["task", "annotator", "label"],
    )
    gold = pd.DataFrame({"task": [f"t{i}" for i in range(20)], "label": ["pq"[i % 2] for i in range(20)]})
    votes.to_csv(tmp_path / "v.csv", index=False)
    gold.to_csv(tmp_path / "g.csv", index=False)
    command = ("annotators", tmp_path / "v.csv", "--gold", tmp_path / "g.csv", "-o", tmp_path / "out.parquet")
    assert exit_code(*command) == 0
    called = labeling_pipeline.annotators(votes, gold)
    pd.testing.assert_frame_equal(called, pd.read_parquet(tmp_path / "out.parquet"), check_dtype=False)
    assert called.set_index("annotator").loc["a0", "by_gold"] == 0
