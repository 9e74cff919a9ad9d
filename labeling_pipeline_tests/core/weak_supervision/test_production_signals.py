"""Acts in production as evidence: people are counted, a brigade is one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision.linked_actors import source_of_act
from labeling_pipeline.core.weak_supervision.production_signals import signal_labels
from labeling_pipeline.core.weak_supervision.signal_worth import DEFAULT_PRECISION, SILENT_KINDS
from labeling_pipeline.warehouse.inbox.feedback import FEEDBACK_KINDS

CLASSES = ["fine", "harmful"]
START = pd.Timestamp("2026-03-02", tz="UTC")
ON_WRONG, ON_RIGHT = 0.9, 0.15  # flags per comment whose served label is wrong / right


def world(seed: int, n: int = 3000) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Feedback, served labels and gold: every label is served as `fine`, one in ten is harmful; flags are Poisson."""
    rng = np.random.default_rng(seed)
    harmful = rng.random(n) < 0.1
    flags = rng.poisson(np.where(harmful, ON_WRONG, ON_RIGHT))
    rows = [
        {
            "comment_id": f"c{i}",
            "kind": "flag",
            "actor_id": f"u{rng.integers(100_000)}",
            "created_at": START + pd.Timedelta(hours=float(rng.uniform(0, 700))),
        }
        for i in range(n)
        for _ in range(flags[i])
    ]
    ids = [f"c{i}" for i in range(n)]
    gold = pd.DataFrame({"comment_id": ids, "label": np.where(harmful, "harmful", "fine"), "role": "fit"})
    return pd.DataFrame(rows), pd.DataFrame({"comment_id": ids, "label": "fine"}), gold.iloc[: n // 3]


def flags_on(comment: str, n: int, *, linked: bool, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    minutes = rng.uniform(0, 30, n) if linked else rng.uniform(0, 20_000, n)
    times = [START + pd.Timedelta(minutes=float(m)) for m in minutes]
    name = "ring" if linked else "person"
    return pd.DataFrame(
        {"comment_id": comment, "kind": "flag", "actor_id": [f"{name}{i}" for i in range(n)], "created_at": times}
    )


def probability(extra: pd.DataFrame, seed: int) -> float:
    feedback, served, gold = world(seed)
    served = pd.concat([served, pd.DataFrame({"comment_id": ["target"], "label": ["fine"]})])
    found = signal_labels(pd.concat([feedback, extra]), served, CLASSES, gold=gold, class_balance=[0.9, 0.1])
    return float(found.labels.set_index("comment_id").loc["target", "p_harmful"])


@pytest.mark.parametrize("seed", range(3))
def test_a_brigade_of_500_is_one_flag(seed: int) -> None:
    one = probability(flags_on("target", 1, linked=True), seed)
    brigade = probability(flags_on("target", 500, linked=True), seed)
    assert abs(brigade - one) < 0.05


@pytest.mark.parametrize("seed", range(3))
def test_five_people_move_it_as_their_rates_imply(seed: int) -> None:
    odds = 0.1 / 0.9 * (ON_WRONG / ON_RIGHT) ** 5
    implied = odds / (1 + odds) - 0.1
    assert probability(flags_on("target", 5, linked=False), seed) - 0.1 >= 0.5 * implied


@pytest.mark.parametrize("seed", range(3))
def test_of_two_classes_naming_the_other_says_the_same(seed: int) -> None:
    feedback, served, gold = world(seed)
    for known in (None, gold):
        plain = signal_labels(feedback, served, CLASSES, gold=known, class_balance=[0.9, 0.1])
        named = signal_labels(feedback.assign(label="harmful"), served, CLASSES, gold=known, class_balance=[0.9, 0.1])
        assert np.allclose(plain.labels["p_harmful"], named.labels["p_harmful"])
        assert np.allclose(plain.rates["ratio"], named.rates["ratio"])


@pytest.mark.parametrize("classes", [CLASSES, [*CLASSES, "odd"]])
@pytest.mark.parametrize("label", [None, "harmful"])
def test_more_people_who_flag_make_it_likelier_without_gold(classes: list[str], label: str | None) -> None:
    acts = pd.concat([flags_on("a", 1, linked=False), flags_on("b", 5, linked=False)]).assign(label=label)
    served = pd.DataFrame({"comment_id": ["a", "b"], "label": ["fine", "fine"]})
    found = signal_labels(acts, served, classes).labels.set_index("comment_id")["p_fine"]
    assert found["b"] < found["a"] < 1 / len(classes)


def test_a_ring_that_takes_its_time_is_found_by_meeting_often() -> None:
    rng = np.random.default_rng(0)
    rows = [
        {
            "comment_id": f"c{c}",
            "kind": "flag",
            "actor_id": f"ring{a}",
            "created_at": START + pd.Timedelta(days=float(d)),
        }
        for c in range(6)
        for a in range(40)
        for d in [rng.uniform(0, 300)]
    ]
    sources = source_of_act(pd.DataFrame(rows))
    assert len(np.unique(sources)) == 6


def shape(n: int, apart: str | None, comments: str = "a") -> pd.DataFrame:
    """`n` actors on each of the comments, so far apart in time."""
    times = [None if apart is None else (START + i * pd.Timedelta(apart)).isoformat() for i in range(n)]
    parts = [
        pd.DataFrame({"comment_id": c, "actor_id": [f"u{i}" for i in range(n)], "created_at": times}) for c in comments
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize(
    ("acts", "sources"),
    [
        (shape(9, "5s"), 1),
        (shape(12, "45s"), 1),
        (shape(500, None), 1),
        (shape(500, None).drop(columns="created_at"), 1),
        (shape(500, "0s").assign(created_at="2026-05-01"), 1),
        (shape(60, "5h", "ab"), 2),
        (shape(500, "1h", "abc"), 3),
        (shape(5, "10min"), 5),
        (shape(5, None), 5),
        (shape(5, "0s").assign(created_at="2026-05-01"), 5),
        (shape(5, "5h", "ab"), 10),
    ],
)
def test_bursts_and_rings_are_one_source_a_comment_and_five_people_five(acts: pd.DataFrame, sources: int) -> None:
    assert len(np.unique(source_of_act(acts))) == sources


def test_strangers_stay_apart_and_one_person_counts_once() -> None:
    acts = flags_on("a", 6, linked=False)
    assert len(np.unique(source_of_act(acts))) == 6
    twice = pd.concat([acts, acts.iloc[[0]]], ignore_index=True)
    assert len(np.unique(source_of_act(twice))) == 6
    assert len(np.unique(source_of_act(acts.drop(columns="actor_id")))) == 1


def test_an_override_names_its_class_and_learned_precision_counts() -> None:
    served = pd.DataFrame({"comment_id": [f"c{i}" for i in range(101)], "label": "fine"})
    feedback = pd.DataFrame(
        {
            "comment_id": served["comment_id"],
            "kind": "override",
            "label": "harmful",
            "actor_id": [f"m{i}" for i in range(101)],
        }
    )
    gold = pd.DataFrame({"comment_id": [f"c{i}" for i in range(100)], "label": ["harmful"] * 20 + ["fine"] * 80})
    trusted = signal_labels(feedback, served, CLASSES)
    doubted = signal_labels(feedback, served, CLASSES, gold=gold)
    # Without gold: right 95 times in a hundred, where one served label in ten is wrong. With it: on every comment there
    # is one, right or wrong, so it says nothing.
    odds = 0.95 / 0.05 / (0.1 / 0.9)
    assert trusted.labels["p_harmful"].iloc[100] == pytest.approx(odds / (1 + odds))
    assert 0.5 <= doubted.labels["p_harmful"].iloc[100] < 0.6
    assert doubted.rates.set_index("kind").loc["override", "n_gold"] == 100


def test_acts_on_comments_never_served_are_left_out() -> None:
    served = pd.DataFrame({"comment_id": ["a"], "label": ["fine"]})
    found = signal_labels(pd.DataFrame({"comment_id": ["a", "b"], "kind": ["flag", "flag"]}), served, CLASSES)
    assert found.labels["comment_id"].tolist() == ["a"]
    assert found.n_left_out == 1
    assert "that say nothing: 1;" in found.notes[0]
    assert signal_labels(pd.DataFrame({"comment_id": ["a"], "kind": ["flag"]}), served, CLASSES).notes == []
    with pytest.raises(InputError, match="no column 'kind'"):
        signal_labels(pd.DataFrame({"comment_id": ["a"]}), served, CLASSES)


@pytest.mark.parametrize(
    ("label", "n_left_out"), [("harmful", 0), (" harmful ", 0), ("", 0), ("nonsense", 1), ("HARMFUL", 1)]
)
def test_an_act_whose_label_is_no_class_says_nothing_and_is_told(label: str, n_left_out: int) -> None:
    served = pd.DataFrame({"comment_id": ["a"], "label": ["fine"]})
    act = pd.DataFrame({"comment_id": ["a"], "kind": ["override"], "label": [label]})
    found = signal_labels(act, served, CLASSES)
    assert found.n_left_out == n_left_out
    assert len(found.labels) == 1 - n_left_out
    assert [note.startswith("acts in production that say nothing: 1") for note in found.notes] == [True] * n_left_out


def test_clicks_say_nothing_and_kinds_not_known_are_left_out_and_told() -> None:
    served = pd.DataFrame({"comment_id": ["a"], "label": ["fine"]})
    flags = flags_on("a", 5, linked=False)
    others = [flags.assign(kind=kind) for kind in ("click", " click ", "wave", "FLAG", None)]
    alone, mixed = (signal_labels(pd.concat(acts), served, CLASSES) for acts in ([flags], [flags, *others]))
    pd.testing.assert_frame_equal(mixed.labels, alone.labels)
    pd.testing.assert_frame_equal(mixed.votes, alone.votes)
    assert (mixed.n_left_out, mixed.n_unknown) == (0, {"": 5, "FLAG": 5, "wave": 5})
    assert mixed.notes == ["acts in production of unknown kinds, left out: '' (5), 'FLAG' (5), 'wave' (5)"]
    assert signal_labels(others[0], served, CLASSES).labels.empty
    declared = signal_labels(others[2], served, CLASSES, kinds=("wave",))
    assert declared.rates["kind"].tolist() == ["wave"]
    assert declared.notes == []
    spaced = signal_labels(flags.assign(kind=" flag "), served, CLASSES)
    pd.testing.assert_frame_equal(spaced.rates, alone.rates)


def test_the_kinds_that_mean_something_are_those_the_inbox_takes() -> None:
    assert sorted(FEEDBACK_KINDS) == sorted([*DEFAULT_PRECISION, *SILENT_KINDS])


@pytest.mark.parametrize(("targets", "part", "private"), [(3, 1, 0), (5, 1, 4), (8, 0.5, 0), (30, 0.33, 0)])
@pytest.mark.parametrize("n", [500, 2500])
def test_a_ring_of_any_size_that_takes_a_month_is_one_flag(targets: int, part: float, private: int, n: int) -> None:
    rng = np.random.default_rng(n)
    acts = [(f"c{t}", f"ring{a}") for a in range(n) for t in range(targets) if t == 0 or rng.random() < part]
    acts += [(f"own{a}-{i}", f"ring{a}") for a in range(n) for i in range(private)]
    flags = pd.DataFrame(acts, columns=["comment_id", "actor_id"]).assign(kind="flag")
    flags["created_at"] = START + pd.to_timedelta(rng.uniform(0, 30 if n < 1000 else 120, len(flags)), unit="D")
    served = pd.DataFrame({"comment_id": flags["comment_id"].unique(), "label": "fine"})
    one, many = (signal_labels(part, served, CLASSES, class_balance=[0.9, 0.1]).labels for part in (flags[:1], flags))
    assert abs(many["p_harmful"].iloc[0] - one["p_harmful"].iloc[0]) < 0.05


def test_times_of_two_spellings_are_read_and_others_named() -> None:
    acts = flags_on("a", 20, linked=True)
    spelled = acts["created_at"].map(lambda t: t.isoformat()).where(acts.index % 2 == 0, "2026-03-02 00:01:00")
    assert len(np.unique(source_of_act(acts.assign(created_at=spelled)))) < 20
    with pytest.raises(InputError, match="feedback row 3: created_at 'yesterday'"):
        source_of_act(acts.assign(created_at=spelled.where(acts.index != 3, "yesterday")))


@pytest.mark.parametrize("blank", [None, "", " fit "])
def test_gold_that_names_no_role_teaches_what_signals_are_worth(blank: str | None) -> None:
    feedback, served, gold = world(0)
    roles = pd.Series([blank, "measure", "sealed", "fit"] * len(gold), dtype=object)[: len(gold)]
    told = signal_labels(feedback, served, CLASSES, gold=gold.assign(role=roles.to_numpy()))
    plain = signal_labels(feedback, served, CLASSES, gold=gold[roles.isin([blank, "fit"]).to_numpy()])
    pd.testing.assert_frame_equal(told.rates, plain.rates)
    with pytest.raises(InputError, match="role 'fitt'"):
        signal_labels(feedback, served, CLASSES, gold=gold.assign(role="fitt"))
