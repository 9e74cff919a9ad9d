"""Agreement beside accuracy: a blind slice alarms by name, a hard one does not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.implied import implied_accuracy
from labeling_pipeline.core.two_axes import ALL, COLUMNS, GOLD, REVIEW, two_axes

CLASSES = ("fine", "rude", "hate")
WEEKS = [pd.Timestamp("2026-01-05") + pd.Timedelta(weeks=w) for w in range(2)]


def world(seed: int, blind: float, hard: float = 0.97) -> dict[str, pd.DataFrame]:
    """Two weeks. In slice `coded` a share of the crowd (country=B) reads "hate" as "fine"; `hard`: its accuracy."""
    rng = np.random.default_rng(seed)
    n = 1_200
    truth = rng.choice(CLASSES, n, p=[0.7, 0.2, 0.1]).astype(object)
    kind = np.where(np.arange(n) < 120, "coded", np.where(np.arange(n) < 240, "hard", ""))
    truth[kind == "coded"] = "hate"
    who = np.argsort(rng.random((n, 90)), axis=1)[:, :3]
    accuracy = np.where(kind == "hard", hard, 0.97)[:, None]
    wrong = rng.random((n, 3)) >= accuracy
    codes = np.asarray([CLASSES.index(t) for t in truth])[:, None]
    said = np.where(wrong, (codes + rng.integers(1, 3, (n, 3))) % 3, codes)
    said = np.where((kind == "coded")[:, None] & (who < 90 * blind), 0, said)
    ids = np.asarray([f"c-{i}" for i in range(n)], dtype=object)
    votes = pd.DataFrame({"comment_id": np.repeat(ids, 3), "annotator_id": [f"a-{w}" for w in who.ravel()]})
    votes["label"] = np.asarray(CLASSES, dtype=object)[said.ravel()]
    votes["week"] = np.repeat([WEEKS[i % 2] for i in range(n)], 3)
    majority = votes.groupby("comment_id")["label"].agg(lambda x: x.mode().iloc[0])
    drawn = rng.random(n) < np.where(kind == "", 0.2, 0.5)
    known = pd.DataFrame({"comment_id": ids[drawn], "truth": truth[drawn], "measured_on": GOLD})
    known["label"], known["weight"] = known["comment_id"].map(majority), np.where(kind[drawn] == "", 5.0, 2.0)
    members = pd.DataFrame({"comment_id": ids[kind != ""], "slice": kind[kind != ""]})
    groups = pd.DataFrame({"annotator_id": [f"a-{i}" for i in range(90)]})
    groups["group"] = ["country=B" if i < 90 * blind else "country=A" for i in range(90)]
    return {"votes": votes, "known": known, "members": members, "groups": groups}


@pytest.mark.parametrize("seed", range(3))
def test_a_blind_slice_alarms_with_its_name_group_comments_and_action(seed: int) -> None:
    made = world(seed, blind=0.85)
    found = two_axes(**made, classes=CLASSES, n_boot=0)
    assert tuple(found.columns) == COLUMNS
    assert found.loc[found["is_alarm"], "slice"].tolist() == ["coded"]
    alarm = found[found["is_alarm"]].iloc[0]
    coded = found[found["slice"] == "coded"].set_index("week")
    assert alarm["week"] == (coded["n_known"] * (1 - coded["accuracy"].astype(float))).round(6)[::-1].idxmax()
    assert alarm["annotator_group"].startswith("country=B (")
    assert alarm["action"].startswith("agreement without accuracy: send coded to experts")
    assert 1 <= len(alarm["comment_ids"]) <= 20
    overall = found[found["slice"] == ALL]
    assert (overall["agreement"] >= 0.8).all()


def test_a_late_week_with_a_few_disputed_comments_is_not_the_one_quoted() -> None:
    made = world(4, blind=0.85)
    votes, last = made["votes"], WEEKS[1] + pd.Timedelta(weeks=1)
    of_coded = votes["comment_id"].isin(made["members"].query("slice == 'coded'")["comment_id"])
    labels = votes[of_coded].groupby("comment_id")["label"].nunique()
    disputed = labels[labels == 3].index if (labels == 3).any() else labels[labels == 2].index[:2]
    votes.loc[votes["comment_id"].isin(disputed[:2]), "week"] = last
    found = two_axes(**made, classes=CLASSES, n_boot=0)
    alarm = found[found["is_alarm"]].iloc[0]
    assert (found[found["slice"] == "coded"]["week"] == last).any()
    assert alarm["week"] in WEEKS
    assert alarm["n_known"] > 5


def test_a_hard_slice_agrees_less_and_is_no_alarm() -> None:
    alarms = [
        two_axes(**world(50 + s, blind=0.0, hard=0.75), classes=CLASSES, n_boot=0)["is_alarm"].any() for s in range(8)
    ]
    assert sum(alarms) <= 1


def test_accuracy_is_weighted_to_the_stream_and_agreement_is_not_touched_by_it() -> None:
    made = world(1, blind=0.85)
    found = two_axes(**made, classes=CLASSES, n_boot=0).set_index(["slice", "week"])
    without = two_axes(made["votes"], made["known"].iloc[:0], made["members"], CLASSES, n_boot=0)
    assert without["accuracy"].isna().all()
    assert not without["is_alarm"].any()
    np.testing.assert_allclose(without["agreement"].astype(float), found["agreement"].astype(float))
    known = made["known"]
    first = known[known["comment_id"].map(lambda c: int(c[2:]) % 2 == 0)]
    right = (first["label"] == first["truth"]).astype(float)
    assert found.loc[(ALL, WEEKS[0]), "accuracy"] == pytest.approx(
        (right * first["weight"]).sum() / first["weight"].sum()
    )


def test_what_all_agreed_on_is_expected_to_be_right() -> None:
    made = world(2, blind=0.85)
    found = two_axes(**made | {"known": made["known"].assign(measured_on=REVIEW)}, classes=CLASSES, n_boot=0)
    assert "coded" in set(found.loc[found["is_alarm"], "slice"])
    assert set(found.loc[found["n_known"] > 0, "measured_on"]) == {REVIEW}
    assert two_axes(made["votes"].iloc[:0], made["known"], made["members"], CLASSES).empty


@pytest.mark.parametrize("k", [2, 3, 5])
def test_implied_accuracy_is_that_of_independent_votes(k: int) -> None:
    a = np.linspace(1 / k + 0.05, 1.0, 9)
    np.testing.assert_allclose(implied_accuracy(a**2 + (1 - a) ** 2 / (k - 1), k), a)
    assert implied_accuracy(0.0, k) == pytest.approx(1 / k)


def test_a_blind_slice_with_one_vote_per_comment_is_held_to_what_agreement_means_elsewhere() -> None:
    made = world(3, blind=0.85)
    inside = made["votes"]["comment_id"].isin(made["members"].query("slice == 'coded'")["comment_id"])
    made["votes"] = made["votes"][~inside | ~made["votes"].duplicated("comment_id")]
    said = made["votes"].drop_duplicates("comment_id").set_index("comment_id")["label"]
    alone = made["known"]["comment_id"].isin(made["members"].query("slice == 'coded'")["comment_id"])
    made["known"]["label"] = made["known"]["label"].mask(alone, made["known"]["comment_id"].map(said))
    found = two_axes(**made, classes=CLASSES, n_boot=0)
    alarms = found[found["is_alarm"]]
    assert alarms["slice"].tolist() == ["coded"]
    assert alarms["agreement"].isna().all()
    assert alarms["action"].iloc[0].startswith("accuracy under what agreement elsewhere means: send coded")
