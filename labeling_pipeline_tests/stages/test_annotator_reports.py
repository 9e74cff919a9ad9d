"""What the warehouse says of annotators: agreement part by part, whom to look at, how groups differ, week by week."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.agreement import agreement, interim_agreement
from labeling_pipeline.core.groups import group_divergence
from labeling_pipeline.home import Home
from labeling_pipeline.report.summary import summary
from labeling_pipeline.stages.agreement import agreement_report
from labeling_pipeline.stages.annotators import annotator_findings, group_divergences
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.context import Context
from labeling_pipeline_tests.end_to_end.homes import run_command
from labeling_pipeline_tests.stages.small_homes import drop, new_home, sheet_of, up_to_date

NOW = pd.Timestamp("2026-05-20 12:00")
N_COMMENTS, N_ANNOTATORS = 480, 24
CLICKER, GROUPS = "a-00", ("north", "south")


def planted() -> pd.DataFrame:
    """Votes of two weeks and two rounds: one annotator clicks at random, the south calls more comments toxic."""
    rng = np.random.default_rng(0)
    truth = rng.random(N_COMMENTS) < 0.4
    rows = []
    for comment in range(N_COMMENTS):
        late = comment >= N_COMMENTS // 2
        for who in rng.choice(N_ANNOTATORS, 5, replace=False):
            toxic = truth[comment] if rng.random() < 0.95 else not truth[comment]
            if who == 0:
                toxic = rng.random() < 0.5
            elif who % 2 and not truth[comment]:
                toxic = rng.random() < 0.4
            at = NOW - pd.Timedelta(days=3 if late else 12)
            rows.append((f"c-{comment}", f"a-{who:02d}", "toxic" if toxic else "acceptable", at, 2 if late else 1))
    return pd.DataFrame(rows, columns=["comment_id", "annotator_id", "label", "answered_at", "labeling_round"])


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    """A home with the planted votes, run once."""
    home = tmp_path_factory.mktemp("reports") / "home"
    assert run_command("init", str(home)).returncode == 0
    comments = pd.DataFrame({"comment_id": [f"c-{i}" for i in range(N_COMMENTS)]})
    comments["text"] = [f"a remark about garden number {i}" for i in range(N_COMMENTS)]
    comments["slice"] = np.where(comments.index % 4 == 0, "gardens", None)
    comments.to_csv(home / "inbox/comments/comments.csv", index=False)
    planted().to_csv(home / "inbox/votes/votes.csv", index=False)
    people = pd.DataFrame({"annotator_id": [f"a-{k:02d}" for k in range(N_ANNOTATORS)]})
    people["region"] = [GROUPS[k % 2] for k in range(N_ANNOTATORS)]
    people["desk"] = [f"desk {k // 3}" for k in range(N_ANNOTATORS)]  # eight desks of three: too small to be told
    people.to_csv(home / "inbox/annotators/people.csv", index=False)
    result = run_command("run", "--home", str(home), "--now", NOW.isoformat())
    assert result.returncode == 0, result.stderr
    return open_context(Home(home), NOW.to_pydatetime())


def test_votes_without_dates_are_compared_all_the_same(tmp_path: Path) -> None:
    home = tmp_path / "undated"
    assert run_command("init", str(home)).returncode == 0
    few = planted().query("labeling_round == 1").drop(columns=["answered_at", "labeling_round"])
    texts = [f"{name},a remark about pond {name}" for name in few["comment_id"].unique()]
    (home / "inbox/comments/comments.csv").write_text("\n".join(["comment_id,text", *texts]))
    few.to_csv(home / "inbox/votes/votes.csv", index=False)
    regions = [f"a-{k:02d},{GROUPS[k % 2]}" for k in range(N_ANNOTATORS)]
    (home / "inbox/annotators/people.csv").write_text("\n".join(["annotator_id,region", *regions]))
    result = run_command("run", "--home", str(home), "--now", NOW.isoformat())
    assert result.returncode == 0, result.stderr
    warehouse = open_context(Home(home), NOW.to_pydatetime()).warehouse
    assert set(warehouse.table("group_divergence")["group_name"]) == set(GROUPS)
    assert "week" not in set(warehouse.table("agreement_report")["part_of"])
    findings = warehouse.table("annotator_findings")
    assert set(findings.loc[findings["finding"] == "sudden_decline", "status"]) == {"insufficient"}


def votes() -> pd.DataFrame:
    return planted().rename(columns={"comment_id": "task", "annotator_id": "annotator"})


def test_agreement_is_told_by_every_part(context: Context) -> None:
    found = context.warehouse.table("agreement_report").set_index(["part_of", "part", "statistic"])
    parts = {(of, part) for of, part, _ in found.index}
    assert {of for of, _ in parts} == {
        "all", "question", "class", "slice", "annotator_group", "week", "schema_version", "round"
    }  # fmt: skip
    assert {part for of, part in parts if of == "annotator_group"} == {"region=north", "region=south"}
    assert {part for of, part in parts if of == "week"} == {"2026-05-04", "2026-05-11"}
    assert {part for of, part in parts if of == "round"} == {"1"}  # however the vendor numbers them: one was asked
    plain = votes()[["task", "annotator", "label"]]
    for statistic, one in agreement(plain, n_boot=0).items():
        if isinstance(one, dict):
            row = found.loc[("all", "all", statistic)]
            assert row["value"] == pytest.approx(one["value"], abs=1e-12)
            assert row["low"] < row["value"] < row["high"]
    assert (found["value"].notna() | (found["note"] != "")).all()
    gardens = plain[plain["task"].str.slice(2).astype(int) % 4 == 0]
    told = found.loc[("slice", "gardens", "krippendorff_alpha")]
    assert told["value"] == pytest.approx(agreement(gardens, n_boot=0)["krippendorff_alpha"]["value"], abs=1e-12)
    assert told["n_comments"] == N_COMMENTS // 4


def test_a_round_that_is_still_coming_in_is_told_as_interim(tmp_path: Path) -> None:
    """Of five annotators asked, two have answered all; the others' answers are waited for."""
    home = new_home(tmp_path / "home", "[labeling]\nvotes_per_comment = 3\n[honeypots]\nrate = 0.0\n")
    comments = pd.DataFrame({"comment_id": [f"k-{i:02d}" for i in range(60)], "text": [f"text {i}" for i in range(60)]})
    drop(home, "comments", "comments.csv", comments)
    drop(home, "annotators", "a.csv", pd.DataFrame({"annotator_id": [f"a-{k}" for k in range(5)], "kind": "crowd"}))
    up_to_date(home)
    sheet = sheet_of(home, "round-0001")
    given = sheet[sheet["annotator_id"].isin(["a-0", "a-1"])]
    number = given["comment"].str.slice(2).astype(int)
    answer = np.where((number % 3 == 0) | ((number % 7 == 0) & (given["annotator_id"] == "a-1")), "toxic", "acceptable")
    answered = given.assign(answer=answer, answered_at="2026-05-04T08:00:00")
    drop(home, "votes", "sheet.csv", answered.drop(columns="comment"))
    result = agreement_report(up_to_date(home))
    waiting = result.replace["agreement_report"].query("n_waiting.notna()")
    renamed = answered.rename(columns={"comment": "task", "annotator_id": "annotator", "answer": "label"})
    expected = interim_agreement(renamed[["task", "annotator", "label"]], 3, n_boot=0)
    assert set(zip(waiting["part_of"], waiting["part"], strict=True)) == {("round", "1")}
    assert set(waiting["n_waiting"]) == {expected["n_waiting"]} == {renamed["task"].nunique()}
    values = waiting.set_index("statistic")["value"]
    assert values["gwet_ac1"] == pytest.approx(expected["gwet_ac1"]["value"], abs=1e-12)
    assert result.metrics["waiting_in_round_1"] == renamed["task"].nunique()


def test_the_clicker_is_found_and_nobody_else(context: Context) -> None:
    found = context.warehouse.table("annotator_findings")
    flagged = found[found["status"] == "flagged"]
    assert flagged["annotator_id"].tolist() == [CLICKER]
    assert flagged["finding"].tolist() == ["random_clicker"]
    assert annotator_findings(context).metrics["flagged"] == 1
    per_check = found.groupby("finding")["annotator_id"].nunique()
    assert per_check.to_dict() == dict.fromkeys(per_check.index, N_ANNOTATORS)
    assert found.loc[found["status"] == "insufficient", "reason"].ne("").all()


def test_groups_that_differ_are_told_with_the_gap_and_small_ones_are_not(context: Context) -> None:
    found = context.warehouse.table("group_divergence")
    assert set(found["attribute"]) == {"region"}
    assert set(found["status"]) == {"diverges"}
    south = found[(found["group_name"] == "south") & (found["label"] == "toxic")].iloc[0]
    people = pd.DataFrame({"annotator": [f"a-{k:02d}" for k in range(N_ANNOTATORS)]})
    expected = group_divergence(votes(), people.assign(region=[GROUPS[k % 2] for k in range(N_ANNOTATORS)]), n_boot=10)
    gap = expected[(expected["group"] == "south") & (expected["class"] == "toxic")]["gap"].iloc[0]
    assert south["gap"] == pytest.approx(gap, abs=1e-12)
    assert 0.1 < south["low"] < south["gap"] < south["high"]
    assert group_divergences(context).metrics["too_small"] == N_ANNOTATORS // 3
    labels = context.warehouse.table("group_labels")
    assert set(labels["group_name"]) == set(GROUPS)
    share = labels.assign(toxic=labels["label"] == "toxic").groupby("group_name")["toxic"].mean()
    assert share["south"] > share["north"]


def test_the_consensus_judges_from_the_week_it_was_known(context: Context) -> None:
    weeks = context.query("consensus_by_week")
    assert len(weeks) == N_COMMENTS
    per_week = weeks.groupby("week").size()
    assert per_week.tolist() == [N_COMMENTS // 2, N_COMMENTS // 2]
    history = context.warehouse.table("annotator_reliability")
    judged = history[history["statistic"] == "consensus_accuracy"].pivot(
        index="annotator_id", columns="week", values="n"
    )
    assert (judged[judged.columns[0]] < judged[judged.columns[1]]).all()


def test_the_summary_says_it(context: Context) -> None:
    told = summary(context.home)
    assert told["agreement"]["statistic"] == "krippendorff_alpha"
    assert told["annotators"] == {"random_clicker": 1}
    assert told["diverging_groups"] == ["region=north", "region=south"]
