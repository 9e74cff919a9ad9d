"""Copies of gold among comments: found however they are spelled."""

from __future__ import annotations

import numpy as np
import pandas as pd

from labeling_pipeline.core.copies import COLUMNS, copy_groups, leaks
from labeling_pipeline.core.quality import GateSettings, judge
from labeling_pipeline_tests.core.quality.frames import CLASSES, NO_VERDICTS, labels

LETTERS = np.asarray(list("abcdefghijklmnopqrstuvwxyz"))


def frame(*rows: tuple[str, str | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["comment_id", "text"])


def sentences(seed: int, n: int) -> list[str]:
    rng = np.random.default_rng(seed)
    return [" ".join("".join(rng.choice(LETTERS, 6)) for _ in range(12)) for _ in range(n)]


def test_copies_apart_from_looks_are_one_group_and_short_ones_are_none() -> None:
    texts = pd.Series(["So long, farewell!", "so LONG farewell", "Thank you", "thank you!", "Another comment", None])
    groups = copy_groups(texts)
    assert groups.iloc[0] == groups.iloc[1]
    assert groups.iloc[2:].isna().all()


def test_a_near_copy_of_gold_is_found_and_an_other_comment_is_not() -> None:
    texts = sentences(0, 40)
    gold = frame(*[(f"g-{i}", t) for i, t in enumerate(texts)])
    planted = [(f"p-{i:02d}", t.upper().replace(" ", "  ") + "!!") for i, t in enumerate(texts[:10])]
    edited = [(f"q-{i:02d}", t + " indeed") for i, t in enumerate(texts[10:20])]
    others = [(f"r-{i:03d}", t) for i, t in enumerate(sentences(1, 200))]
    found = leaks(frame(*planted, *edited, *others, ("g-5", texts[5]), ("n-1", None)), gold)
    assert tuple(found.columns) == COLUMNS
    told = dict(zip(found["comment_id"], found["copy_of"], strict=True))
    expected = {f"p-{i:02d}": f"g-{i}" for i in range(10)} | {f"q-{i:02d}": f"g-{10 + i}" for i in range(10)}
    assert told == expected | {"g-5": "g-5"}
    assert found.set_index("comment_id").loc["p-00", "likeness"] == 1.0


def test_nothing_apart_or_nothing_to_look_at_leaks_nothing() -> None:
    some = frame(("a", "a comment long enough"))
    assert leaks(some, frame()).empty
    assert leaks(frame(), some).empty
    assert leaks(frame(("b", "ok")), frame(("a", "ok"))).empty


def test_copies_with_different_labels_go_to_an_expert() -> None:
    texts = pd.Series(["What a lovely day!", "what a lovely day", "Something else entirely"])
    crowd = labels(label=["fine", "rude", "fine"]).assign(duplicate_group=copy_groups(texts))
    found = judge(crowd, NO_VERDICTS, gate=GateSettings(), classes=CLASSES, current_schema="v3")
    assert found["outcome"].tolist() == ["adjudicate", "adjudicate", "passed"]
