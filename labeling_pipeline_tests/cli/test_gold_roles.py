"""Gold given to commands on files: role fit teaches, role measure measures, role sealed is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision import apply_lfs, load_lfs, model_votes
from labeling_pipeline.core.weak_supervision.gold_roles import fit_rows, judging_rows, measure_rows
from labeling_pipeline_tests.calls import exit_code
from labeling_pipeline_tests.core.weak_supervision.planted import independent

N = 600
TOML = 'classes = ["no", "yes"]\n' + "".join(
    f'[[lf]]\nname = "f{j}"\nkind = "lookup"\ncolumn = "v{j}"\nvalues = {{ "0" = "no", "1" = "yes" }}\n'
    for j in range(4)
)


@pytest.fixture
def gold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """Comments with four votes each, all of them in gold: 60 fit, 60 measure, the rest sealed, and wrong."""
    monkeypatch.chdir(tmp_path)
    votes, truth = independent(1, N, [0.85, 0.75, 0.7, 0.65], 2, 0.7)
    ids = [f"c{i}" for i in range(N)]
    columns = {f"v{j}": np.where(votes[:, j] < 0, "", votes[:, j].astype(str)) for j in range(4)}
    pd.DataFrame({"comment_id": ids, "text": "x", **columns}).to_csv("comments.csv", index=False)
    pd.read_csv("comments.csv", dtype=str).to_parquet("comments.parquet")
    pd.DataFrame(votes, columns=[f"f{j}" for j in range(4)]).assign(id=ids).to_csv("votes.csv", index=False)
    Path("lfs.toml").write_text(TOML, encoding="utf-8")
    role = np.repeat(["fit", "measure", "sealed"], [60, 60, N - 120])
    label = np.where(role == "sealed", 1 - truth, truth)
    return pd.DataFrame({"comment_id": ids, "label": np.array(["no", "yes"])[label], "role": role})


def run(capsys: pytest.CaptureFixture[str], *call: str) -> dict[str, object]:
    assert exit_code(*call, "--json") == 0
    return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]


@pytest.mark.parametrize("command", ["weak-label csv", "weak-label parquet", "label-model"])
def test_only_fit_teaches_and_measure_measures(
    gold: pd.DataFrame, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    name, _, kind = command.partition(" ")
    out = f"out.{kind or 'csv'}"
    call = [name, f"comments.{kind}", "--lfs", "lfs.toml"] if kind else [name, "votes.csv"]
    if not kind:
        gold = gold.rename(columns={"comment_id": "id"}).assign(label=(gold["label"] == "yes").astype(int))
    gold.to_csv("roles.csv", index=False)
    gold[gold["role"] == "fit"].drop(columns="role").to_csv("fit.csv", index=False)
    facts = run(capsys, *call, "--gold", "roles.csv", "-o", out)
    read = pd.read_parquet if kind == "parquet" else pd.read_csv
    with_roles = read(out)
    run(capsys, *call, "--gold", "fit.csv", "-o", out)
    pd.testing.assert_frame_equal(read(out), with_roles)
    judged = with_roles.assign(truth=gold["label"], role=gold["role"])[lambda f: f["role"] == "measure"]
    fired = pd.read_csv("votes.csv").drop(columns="id").ge(0).any(axis=1)[judged.index]
    right = (judged["label"] == judged["truth"])[fired]
    accuracy = facts["gold_accuracy"]
    assert accuracy["value"] == pytest.approx(right.mean())  # type: ignore[index]
    assert accuracy["n"] == len(right)  # type: ignore[index]
    assert f"gold: {N - 120} rows of role sealed left alone" in facts["notes"]  # type: ignore[operator]


def test_nothing_is_measured_on_gold_without_role(gold: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    gold.head(60).drop(columns="role").to_csv("gold.csv", index=False)
    facts = run(capsys, "weak-label", "comments.csv", "--lfs", "lfs.toml", "--gold", "gold.csv", "-o", "out.csv")
    assert "gold_accuracy" not in facts


def test_the_report_judges_functions_on_what_did_not_teach(
    gold: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["lf-report", "comments.csv", "--lfs", "lfs.toml", "--gold", "gold.csv", "-o", "r.html"]
    gold.to_csv("gold.csv", index=False)
    with_roles = run(capsys, *call)
    votes = pd.read_csv("votes.csv")
    measured = [int(votes[f"f{j}"][60:120].ge(0).sum()) for j in range(4)]
    assert [lf["n_gold"] for lf in with_roles["functions"]] == measured  # type: ignore[attr-defined]
    gold.head(120).drop(columns="role").to_csv("gold.csv", index=False)
    notes = run(capsys, *call)["notes"]
    assert any("gold names no role" in note for note in notes)  # type: ignore[attr-defined]


def test_a_notebook_honours_roles_too(gold: pd.DataFrame) -> None:
    applied = apply_lfs(pd.read_csv("comments.csv", dtype=str), load_lfs("lfs.toml"))
    alone = model_votes(applied, gold[gold["role"] == "fit"][["comment_id", "label"]])
    assert np.array_equal(model_votes(applied, gold).probabilities, alone.probabilities)


def test_a_wrong_label_is_named_by_its_row_of_the_file(gold: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    rows = gold.iloc[58:62].assign(label=["0", "1", "1", "yes"])  # two of role fit, two of role measure
    rows.to_csv("gold.csv", index=False)
    assert exit_code("label-model", "votes.csv", "--gold", "gold.csv", "-o", "out.csv") == 2
    assert "gold.csv row 4, column 'label': 'yes'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("rows", "note"),
    [
        ([("c0", 1)], None),
        ([("c0", 1), ("c0", 1)], None),
        ([("c0", 1), ("nowhere", 0), ("c1", -1)], "gold: 2 of 3 rows not used"),
    ],
)
def test_rows_of_gold_are_counted_however_often_an_id_occurs(
    gold: pd.DataFrame, capsys: pytest.CaptureFixture[str], rows: list[tuple[str, int]], note: str | None
) -> None:
    pd.DataFrame(rows, columns=["id", "label"]).to_csv("gold.csv", index=False)
    notes = run(capsys, "label-model", "votes.csv", "--gold", "gold.csv", "-o", "out.csv")["notes"]
    said = [one for one in notes if "rows not used" in one]  # type: ignore[attr-defined]
    assert not said if note is None else said[0].startswith(note)


def test_a_row_measures_once_and_never_what_it_taught(gold: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [("c0", 1, "fit"), ("c0", 1, "measure"), ("c1", 1, "measure"), ("c1", 1, "measure"), ("c2", 7, "measure")]
    pd.DataFrame(rows, columns=["id", "label", "role"]).to_csv("gold.csv", index=False)
    votes = pd.read_csv("votes.csv")
    votes[votes.columns.drop("id")] = 1
    votes.to_csv("votes.csv", index=False)
    call = ["label-model", "votes.csv", "--gold", "gold.csv", "--class-balance", "0.5,0.5", "-o", "out.csv"]
    facts = run(capsys, *call)
    assert facts["gold_accuracy"]["n"] == 1  # type: ignore[index]
    assert [one for one in facts["notes"] if one.startswith("gold: 1 of 3 rows not used")]  # type: ignore[attr-defined]


def test_rows_that_name_no_role_teach() -> None:
    gold = pd.DataFrame({"comment_id": list("abcd"), "label": "x", "role": ["fit", "", None, "measure"]})
    assert fit_rows(gold)["comment_id"].tolist() == ["a", "b", "c"]
    assert measure_rows(gold)["comment_id"].tolist() == judging_rows(gold)["comment_id"].tolist() == ["d"]
    bare = gold.drop(columns="role")
    assert len(fit_rows(bare)) == len(judging_rows(bare)) == 4
    with pytest.raises(InputError, match="role 'test'; expected fit, measure, sealed"):
        fit_rows(gold.assign(role="test"))
