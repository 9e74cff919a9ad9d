"""A planted world in which experts note why they overrule: what they mean comes out as one measured heuristic."""

from __future__ import annotations

import tomllib

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.core.weak_supervision import apply_lfs, load_lfs, propose_lfs
from labeling_pipeline.core.weak_supervision.bounded import Faults
from labeling_pipeline.core.weak_supervision.declarative import declarative_pattern
from labeling_pipeline.core.weak_supervision.functions import DeclarativeLF
from labeling_pipeline.core.weak_supervision.patterns import Votes
from labeling_pipeline.warehouse.lf_scan import scan_rules

CODED = [
    "paper umbrella", "lantern walker", "quiet spoon", "velvet parker",
    "borrowed ladder", "moss collector", "salt map", "carpet sailor",
]  # fmt: skip
EVERYDAY = [
    f"{a}{b}" for a in ("bar", "cor", "dun", "fel", "gim", "hop", "lam") for b in ("on", "et", "il", "ar", "us")
]
SMALL = ["but", "still", "only", "what", "you", "are", "the", "just"]
ABOUT_CODE = [
    "context-dependent, aimed at a person", "reads harmless; context-dependent", "Context-dependent again: escalate",
]  # fmt: skip
OF_OTHERS = ["as the guideline says", "clear enough", ""]
World = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def world(seed: int, n: int = 3000, judged: int = 900) -> World:
    """Comments, verdicts with notes, and what was believed: that coded comments are fine.

    One comment in eight has a coded phrase; nine in ten of those are harm, the others mean it as it is written. One in
    eight is harm in open words. Harm says "but still" twice as often as the rest.
    """
    rng = np.random.default_rng(seed)
    kind = rng.choice(["coded", "open", "plain"], n, p=[0.125, 0.125, 0.75])
    is_harm = np.where(kind == "coded", rng.random(n) < 0.9, kind == "open")
    texts = []
    for one, harm in zip(kind, is_harm, strict=True):
        words = [*rng.choice(EVERYDAY, 7), *rng.choice(SMALL, 2)]
        words.insert(int(rng.integers(9)), {"coded": str(rng.choice(CODED)), "open": "vile", "plain": "nice"}[one])
        texts.append(" ".join([*words, *(["but still"] if rng.random() < (0.6 if harm else 0.3) else [])]))
    ids = [f"c{i}" for i in range(n)]
    frame = pd.DataFrame({"comment_id": ids, "label": np.where(is_harm, "harm", "fine")})
    is_told = (kind == "coded") & is_harm
    notes = np.where(is_told, rng.choice(ABOUT_CODE, n), rng.choice(OF_OTHERS, n))
    verdicts = frame.assign(note=notes, error_type=None, is_told=is_told).iloc[:judged]
    believed = frame.assign(label=np.where(kind == "open", "harm", "fine"))
    return pd.DataFrame({"comment_id": ids, "text": texts}), verdicts, believed.assign(truth=frame["label"])


def words_of(proposal: pd.Series) -> list[str]:
    """The phrases its toml block looks for."""
    return list(tomllib.loads(proposal["toml"])["lf"][0]["words"])


def name_of(proposal: pd.Series) -> str:
    return str(tomllib.loads(proposal["toml"])["lf"][0]["name"])


def test_notes_become_the_context_dependent_heuristic() -> None:
    inside = []
    for seed in range(8):
        comments, verdicts, believed = world(seed)
        first = propose_lfs(comments, verdicts, believed).iloc[0]
        assert (name_of(first), first["label"], first["origin"]) == ("context_dependent", "harm", "notes")
        found = words_of(first)
        assert sum(any(word in coded.split() for word in one.split() for coded in CODED) for one in found) == len(found)
        assert sum(any(part in one for one in found for part in coded.split()) for coded in CODED) >= 7
        hit = comments["text"].str.contains(declarative_pattern(*found))
        assert first["coverage"] == pytest.approx(hit.mean())
        inside.append(bool(first["low"] <= (believed["truth"][hit] == "harm").mean() <= first["high"]))
    assert sum(inside) >= 7


def test_an_error_type_says_it_without_any_note() -> None:
    comments, verdicts, believed = world(3)
    typed = verdicts.assign(note=None, error_type=np.where(verdicts["is_told"], "missed_context", None))
    first = propose_lfs(comments, typed, believed).iloc[0]
    assert name_of(first) == "context_dependent"
    assert "proposed from experts' notes of context_dependent, precision" in first["toml"]
    by_note = propose_lfs(comments, verdicts, believed).iloc[0]
    assert words_of(first) == words_of(by_note)


def test_notes_that_mean_nothing_become_no_heuristic() -> None:
    comments, verdicts, believed = world(4)
    shuffled = np.random.default_rng(0).permutation(verdicts["note"])
    found = propose_lfs(comments, verdicts.assign(note=shuffled), believed)
    assert found["toml"].str.contains('name = "says_').all()
    assert found["phrase"].str.contains("|".join(CODED)).any()  # the corrections still say it, phrase by phrase


@pytest.mark.parametrize("seed", range(4))
def test_ranked_by_what_is_surely_right_and_never_stop_words(seed: int) -> None:
    comments, verdicts, believed = world(seed)
    found = propose_lfs(comments, verdicts, believed)
    assert found["low"].is_monotonic_decreasing
    assert (found["precision"] >= 0.7).all()
    shares = verdicts["label"].value_counts(normalize=True)
    assert (found["low"] > found["label"].map(shares) - 0.05).all()  # the share of those that measure is near it
    phrases = [phrase for proposal in found["phrase"] for phrase in proposal.split(", ")]
    assert not [phrase for phrase in phrases if set(phrase.split()) <= {*SMALL, "still"}]


def test_what_nothing_measures_is_last_and_says_so() -> None:
    comments, verdicts, believed = world(5)
    plain = propose_lfs(comments, verdicts, believed)
    told = []
    is_plain = comments["text"].iloc[: len(verdicts)].str.contains("nice")
    for row in verdicts.index[is_plain][:8]:  # some of them are in the half that suggests
        texts = comments["text"].where(comments.index != row, comments["text"] + " zebra crossing")
        notes = verdicts["note"].where(verdicts.index != row, "a 'zebra crossing' is code")
        harm = verdicts["label"].where(verdicts.index != row, "harm")
        told.append(propose_lfs(comments.assign(text=texts), verdicts.assign(note=notes, label=harm), believed))
    new = [found for found in told if found["phrase"].str.contains("zebra").any()]
    assert new
    for found in new:
        assert len(found) == len(plain) + 1
        assert found.iloc[-1][["phrase", "n_measured"]].tolist() == ["zebra crossing", 0]
        assert "proposed from an expert's note, not measured" in found.iloc[-1]["toml"]
        assert (found["n_measured"].iloc[:-1] > 0).all()


def test_a_phrase_named_without_quotation_marks_counts_as_named() -> None:
    comments, verdicts, believed = world(6)
    is_one = verdicts["is_told"] & comments["text"].iloc[: len(verdicts)].str.contains("quiet spoon")
    named = verdicts.assign(note=np.where(is_one, "here quiet spoon is an insult", None))
    found = propose_lfs(comments, named, believed).set_index("phrase")
    assert found.loc["quiet spoon", "origin"] == "notes"
    assert found.loc[found.index.str.contains("umbrella"), "origin"].tolist() == ["corrections"]


def test_what_is_in_use_is_not_proposed_again() -> None:
    comments, verdicts, believed = world(7)
    first = propose_lfs(comments, verdicts, believed).iloc[0]
    heading = 'classes = ["fine", "harm"]\n'
    adopted = apply_lfs(comments, load_lfs(heading + first["toml"]))
    again = propose_lfs(comments, verdicts, believed, in_use=adopted)
    assert not again["phrase"].str.contains("|".join(words_of(first))).any()
    nearly = first["toml"].replace("context_dependent", "mine").replace("words = [", 'words = ["zebra", ')
    theirs = apply_lfs(comments, load_lfs(heading + nearly))
    assert "context_dependent" not in [
        name_of(p) for _, p in propose_lfs(comments, verdicts, believed, in_use=theirs).iterrows()
    ]
    against = apply_lfs(comments, load_lfs(heading + first["toml"].replace('label = "harm"', 'label = "fine"')))
    other = propose_lfs(comments, verdicts, believed, in_use=against).iloc[0]
    assert (name_of(other), words_of(other)) == ("context_dependent_2", words_of(first))


def test_a_heuristic_grows_under_another_name() -> None:
    comments, verdicts, believed = world(8)
    first = propose_lfs(comments, verdicts, believed).iloc[0]
    few = first["toml"].replace(str(words_of(first)).replace("'", '"'), '["velvet parker"]')
    in_use = apply_lfs(comments, load_lfs('classes = ["fine", "harm"]\n' + few))
    assert in_use.names == ["context_dependent"]
    grown = propose_lfs(comments, verdicts, believed, in_use=in_use).iloc[0]
    assert (name_of(grown), words_of(grown)) == ("context_dependent_2", words_of(first))


def test_the_order_of_rows_is_no_matter() -> None:
    comments, verdicts, believed = world(9)
    found = propose_lfs(comments, verdicts, believed)
    rng = np.random.default_rng(1)
    mixed = [frame.iloc[rng.permutation(len(frame))].reset_index(drop=True) for frame in (comments, verdicts, believed)]
    pd.testing.assert_frame_equal(propose_lfs(*mixed), found)


def test_an_engine_gives_the_same_in_few_scans() -> None:
    comments, verdicts, believed = world(10)
    comments["text"] = comments["text"].mask(comments.index % 7 == 0, comments["text"] + " café’s")
    scanned: list[tuple[int, int]] = []

    def scan(rules: list[DeclarativeLF], part: pd.DataFrame, n_classes: int) -> tuple[Votes, list[Faults]]:
        scanned.append((len(part), len(rules)))
        return scan_rules(rules, part, n_classes)

    found = propose_lfs(comments, verdicts, believed, top=5, scan=scan)
    pd.testing.assert_frame_equal(found, propose_lfs(comments, verdicts, believed, top=5))
    (n_judged, tried), *everywhere = scanned
    assert (n_judged, len(everywhere)) == (len(verdicts), 1)
    assert tried > 5
    assert everywhere[0][0] == len(comments)
    assert everywhere[0][1] <= 5  # votes on the whole corpus are held for what is wanted alone
