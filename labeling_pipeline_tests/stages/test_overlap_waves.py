"""Adaptive overlap in a home: waves over files, within the budget, until nothing is worth a vote."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.core.honeypot_deal import told_apart
from labeling_pipeline.core.stable_hash import unit_hash
from labeling_pipeline.home import Home
from labeling_pipeline.settings_file import NEW_HOME, commented_toml
from labeling_pipeline.stages.annotation import rounds_state
from labeling_pipeline.stages.overlap import MORE_VOTES
from labeling_pipeline_tests.stages.small_homes import TO_LABELS, drop, new_home, sheet_of, up_to_date

N, PEOPLE = 40, 12
ADAPTIVE = "[labeling]\nvotes_per_comment = 2\nmost_votes = 5\n"


def make(folder: Path, settings: str, gold: int = 0) -> Home:
    home = new_home(folder, settings)
    comments = pd.DataFrame({"comment_id": [f"c-{i:02d}" for i in range(N)], "text": [f"text {i}" for i in range(N)]})
    drop(home, "comments", "comments.csv", comments)
    people = pd.DataFrame({"annotator_id": [f"a-{i:02d}" for i in range(PEOPLE)], "kind": "crowd"})
    drop(home, "annotators", "annotators.csv", people)
    if gold:
        ids = [f"g-{i:02d}" for i in range(gold)]
        known = pd.DataFrame({"comment_id": ids, "text": [f"gold {i}" for i in ids], "label": "toxic", "role": "fit"})
        drop(home, "gold", "gold.csv", known)
    return home


def answer(home: Home, name: str) -> pd.DataFrame:
    """Fill a task file in: the even comments are toxic, and a vote is right three times of four."""
    sheet = sheet_of(home, name)
    sheet["comment_id"] = sheet.pop("comment")
    number = sheet["comment_id"].str[2:].astype(int)
    true = (number % 2 == 0) | sheet["comment_id"].str.startswith("g-")
    right = unit_hash(sheet["comment_id"] + sheet["annotator_id"], 5) < 0.75
    sheet["answer"] = ["toxic" if one else "acceptable" for one in (true == right)]
    sheet["answered_at"] = f"2026-05-03T0{int(name[-1])}:00:00"
    drop(home, "votes", f"{name}.csv", sheet[["comment_id", "annotator_id", "labeling_round", "answer", "question",
                                              "answered_at", "schema_version"]])  # fmt: skip
    return sheet


def play(home: Home) -> tuple[list[pd.DataFrame], list[int]]:
    """Waves until no task file is new; what was answered, and the votes each round asked per comment."""
    done: list[pd.DataFrame] = []
    for _ in range(12):
        context = up_to_date(home)
        names = sorted(path.stem for path in (home.root / "outbox" / "tasks").glob("round-*"))
        fresh = names[len(done) :]
        if not fresh:
            rounds = context.warehouse.table("rounds")
            return done, rounds["votes_per_comment"].fillna(0).astype(int).tolist()
        done += [answer(home, name) for name in fresh]
    raise AssertionError("the waves do not end")


def test_unsure_comments_get_more_votes_from_others_and_sure_ones_none(tmp_path: Path) -> None:
    waves, per_round = play(make(tmp_path / "home", f"{ADAPTIVE}[adjudication]\nwrong_usd = 1.5\n"))
    votes = pd.concat(waves)
    assert len(waves[0]) == 2 * N
    assert per_round[0] == 0, "the first round follows the setting"
    assert len(waves) >= 3
    assert all(one > 0 for one in per_round[1:])
    counts = votes["comment_id"].value_counts()
    assert counts.max() <= 5
    assert counts.min() == 2, "what two agree on is left alone"
    assert counts.mean() < 4.5
    assert not votes.duplicated(["comment_id", "annotator_id"]).any()
    differed = waves[0].groupby("comment_id")["answer"].nunique() == 2
    asked_again = differed.index.isin(waves[1]["comment_id"])
    assert asked_again[differed].mean() > asked_again[~differed].mean() + 0.3


def test_honeypots_are_in_as_many_sheets_as_comments_in_every_wave_and_over_all_of_them(tmp_path: Path) -> None:
    settings = f"{ADAPTIVE}[adjudication]\nwrong_usd = 9.0\n[honeypots]\nrate = 0.15\nbank_share = 1.0\n"
    waves, _ = play(make(tmp_path / "home", settings, gold=60))
    rows = pd.concat(waves)
    rows["is_honeypot"] = rows["comment_id"].str.startswith("g-")
    shared = rows[rows["is_honeypot"]].groupby("labeling_round").size()
    assert len(shared) >= 2
    for _, wave in rows.groupby("labeling_round"):
        assert not told_apart(wave)
    assert not told_apart(rows)


def test_the_next_wave_asks_the_best_about_the_least_sure(tmp_path: Path) -> None:
    home = make(tmp_path / "home", f"{ADAPTIVE}[adjudication]\nwrong_usd = 20\n")
    up_to_date(home)
    first = answer(home, "round-0001")
    context = up_to_date(home)
    skill = context.query("crowd_skill", schema_version="v1", questions=context.deciding_questions)
    share = (skill["believed"] / skill["n"]).set_axis(skill["annotator_id"])
    assert int(skill["n"].sum()) == len(first)
    second = sheet_of(home, "round-0002")
    labels = context.warehouse.table("consensus_labels").set_index("comment_id")["confidence"]
    surest = second.assign(p=second["comment"].map(labels)).groupby("annotator_id")["p"].mean()
    assert surest[share.nlargest(4).index].mean() < surest[share.nsmallest(4).index].mean()
    loads = second["annotator_id"].value_counts()
    assert loads.max() - loads.min() <= 1


def test_without_the_setting_there_is_one_round(tmp_path: Path) -> None:
    waves, per_round = play(make(tmp_path / "home", "[labeling]\nvotes_per_comment = 2\n"))
    assert len(waves) == 1
    assert per_round == [0]


@pytest.mark.parametrize("budget", [2.0, 5.0])
def test_the_budget_is_hard_honeypots_included(tmp_path: Path, budget: float) -> None:
    rate = "[honeypots]\nrate = 0.1\nbank_share = 1.0\nshort_bank = 'refuse'\n"
    home = make(tmp_path / "home", f"{ADAPTIVE}crowd_budget_usd = {budget}\n{rate}", gold=30)
    waves, _ = play(home)
    handed_out = pd.concat(waves)
    assert handed_out["comment_id"].str.startswith("g-").any()
    assert len(handed_out) * 0.04 <= budget
    assert len(handed_out) * 0.04 > 0.75 * budget - 0.5
    assert not handed_out.duplicated(["comment_id", "annotator_id"]).any()


def test_a_comment_whose_next_wave_is_out_waits_for_it_before_an_expert_sees_it(tmp_path: Path) -> None:
    home = make(tmp_path / "home", ADAPTIVE)
    up_to_date(home)
    answer(home, "round-0001")
    context = up_to_date(home)
    out = sheet_of(home, "round-0002")["comment"]
    outcomes = context.warehouse.table("qc_outcomes").set_index("comment_id")["outcome"]
    assert (outcomes.loc[out.unique()] == "adjudicate").any()
    waiting = context.query("waiting_for_experts", double=[], gold=[], schema_version="v1")
    assert not set(waiting["comment_id"]) & set(out)


def asked_of(home: Home) -> dict[str, list[str]]:
    context = up_to_date(home)
    tasks = context.warehouse.table("decomposed_tasks").merge(context.warehouse.table("rounds"), on="labeling_round")
    return {str(kind): sorted(set(ids)) for kind, ids in tasks.groupby("kind")["comment_id"]}


@pytest.mark.parametrize("rule", ["", "[slices.define]\ncoded = { pattern = '^t [0-5]$' }\n"])
def test_watched_slices_go_to_experts_as_far_as_they_have_room(tmp_path: Path, rule: str) -> None:
    settings = (
        "slice_columns = ['slice']\n[labeling]\nexperts_first = true\n[slices]\nwatched = ['coded']\n"
        f"{rule}[adjudication]\ncapacity = 4\n"
    )
    home = new_home(tmp_path / "home", settings)
    comments = pd.DataFrame({"comment_id": [f"c-{i:02d}" for i in range(20)], "text": [f"t {i}" for i in range(20)]})
    tags = ["coded" if i < 6 and not rule else "" for i in range(20)]
    drop(home, "comments", "comments.csv", comments.assign(slice=tags))
    asked = asked_of(home)
    assert asked["expert"] == ["c-00", "c-01", "c-02", "c-03"]
    assert asked["crowd"] == [f"c-{i:02d}" for i in range(4, 20)]


CONTEXT_QUESTION = """
[[questions]]
id = "requires_context"
text = "Does it need its context?"
answers = ["yes", "no"]
"""


def test_what_needs_its_context_gets_no_further_vote_but_an_expert(tmp_path: Path) -> None:
    home = make(tmp_path / "home", f"{ADAPTIVE}experts_first = true\n")
    ontology = home.root / "ontology" / "v1.toml"
    ontology.write_text(ontology.read_text() + CONTEXT_QUESTION)
    home = Home(home.root)
    drop(home, "annotators", "experts.csv", pd.DataFrame({"annotator_id": ["e-1"], "kind": "expert"}))
    up_to_date(home)
    sheet = answer(home, "round-0001")
    needs = {f"c-{i:02d}" for i in range(0, N, 4)}
    about = sheet.assign(
        question="requires_context", answer=sheet["comment_id"].isin(needs).map({True: "yes", False: "no"})
    )
    drop(home, "votes", "context.csv", about[["comment_id", "annotator_id", "labeling_round", "answer", "question",
                                              "answered_at", "schema_version"]])  # fmt: skip
    context = up_to_date(home, (*TO_LABELS, "adjudication_queue"))
    out = sheet_of(home, "round-0002")
    assert len(out)
    assert not set(out["comment"]) & needs
    queue = context.warehouse.table("adjudication_queue")
    assert needs <= set(queue.loc[queue["expert_id"] == "e-1", "comment_id"])


def test_a_new_home_asks_again_where_it_is_unsure_and_leaves_alone_what_came_in_unasked(tmp_path: Path) -> None:
    home = make(tmp_path / "home", "")
    text = commented_toml(assume_schema="v1", switched_on=NEW_HOME).replace("# settle_s = 2.0", "settle_s = 0")
    (home.root / "labeling.toml").write_text(text)
    home = Home(home.root)
    assert (home.settings.labeling.most_votes, home.settings.labeling.experts_first) == (7, True)
    vendor = pd.DataFrame({"comment_id": ["v-1", "v-2"], "text": ["one", "two"]})
    drop(home, "comments", "vendor.csv", vendor)
    given = pd.DataFrame({"comment_id": ["v-1", "v-1"], "annotator_id": ["q", "r"], "label": ["toxic", "acceptable"]})
    drop(home, "votes", "vendor.csv", given.assign(labeling_round=1, answered_at="2026-05-01T00:00:00"))
    up_to_date(home)
    sheet = answer(home, "round-0001")
    assert set(sheet["comment_id"]) == {f"c-{i:02d}" for i in range(N)} | {"v-2"}
    up_to_date(home)
    out = sheet_of(home, "round-0002")
    assert 0 < out["comment"].nunique() <= N
    assert "v-1" not in set(out["comment"])


def test_waves_acceptance_and_experts_first_work_in_one_home(tmp_path: Path) -> None:
    settings = (
        f"{ADAPTIVE}experts_first = true\n[vendor]\naccept_batches = true\ngood_error_rate = 0.4\n"
        "bad_error_rate = 0.9\n[honeypots]\nrate = 0.3\nbank_share = 1.0\n[slices]\nwatched = ['first']\n"
        "[slices.define]\nfirst = { pattern = 'text 0$' }\n"
    )
    home = make(tmp_path / "home", settings, gold=30)
    waves, _ = play(home)
    context = up_to_date(home)
    batches = context.warehouse.table("vendor_batches")
    assert len(batches) == len(waves) >= 2
    assert set(batches["decision"]) <= {"accepted", "undecided"}
    assert "c-00" not in set(pd.concat(waves)["comment_id"])
    expert = context.warehouse.table("rounds").query("kind == 'expert'")["labeling_round"]
    asked = context.warehouse.table("decomposed_tasks")
    assert set(asked.loc[asked["labeling_round"].isin(expert), "comment_id"]) == {"c-00"}
    assert context.count("consensus_labels") >= N - 1


def test_a_refused_round_keeps_no_wave_of_others_waiting(tmp_path: Path) -> None:
    pots = "[adjudication]\nwrong_usd = 20\n[honeypots]\nrate = 0.1\nbank_share = 1.0\nshort_bank = 'refuse'\n"
    home = make(tmp_path / "home", ADAPTIVE + '[consensus]\nmethod = "majority"\n' + pots, gold=20)
    up_to_date(home)
    answer(home, "round-0001")
    ids = [f"z-{i}" for i in range(2000)]
    drop(home, "comments", "more.csv", pd.DataFrame({"comment_id": ids, "text": ids}))
    context = up_to_date(home, most=8)
    assert "round 2 is not handed out" in str(context.state()["crowd_votes"].metrics["refused"])
    rounds = rounds_state(context).set_index("labeling_round")
    assert rounds["reason"].tolist()[:2] == ["new comments", "new comments"]
    waves = rounds.index[rounds["reason"] == MORE_VOTES]
    assert len(waves), "what was answered gets its further votes"
    assert set(context.warehouse.table("assignments")["labeling_round"]) == {"1", *waves}
