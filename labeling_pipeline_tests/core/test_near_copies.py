"""Groups of near-copies: planted ones are found, and nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd

from labeling_pipeline.core.near_copies import near_copy_groups

SYLLABLES = ("gar", "pon", "tra", "har", "rec", "mus", "bic", "den", "ling", "mora")
WORDS = np.asarray([a + b + c for a in SYLLABLES for b in SYLLABLES for c in SYLLABLES])


def texts(seed: int, n: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    said = [" ".join(rng.choice(WORDS, 14)) for _ in range(n)]
    return pd.DataFrame({"comment_id": [f"c-{i:04d}" for i in range(n)], "text": said})


def test_planted_copies_are_found_and_nothing_else() -> None:
    comments = texts(0, 2_000)
    planted = comments.iloc[:60].copy()
    planted["comment_id"] = "z" + planted["comment_id"]
    planted["text"] = [
        t.upper() + "!!" if i % 2 else t.rsplit(" ", 1)[0] + " extra" for i, t in enumerate(planted["text"])
    ]
    found = near_copy_groups(pd.concat([comments, planted]))
    pairs = found.groupby("duplicate_group")["comment_id"].agg(list)
    expected = {i: [i, "z" + i] for i in comments["comment_id"].iloc[:60]}
    right = sum(expected.get(str(group)) == members for group, members in pairs.items())
    assert right >= 57
    assert len(pairs) == right


def test_one_template_with_other_numbers_is_no_copy() -> None:
    said = [f"the train of {10 + i} o'clock stops at platform {i}" for i in range(30)]
    comments = pd.DataFrame({"comment_id": [f"c-{i}" for i in range(30)], "text": said})
    assert near_copy_groups(comments).empty
    again = pd.concat([comments, comments.head(1).assign(comment_id="z", text=said[0].replace("stops", "Stops!"))])
    assert near_copy_groups(again)["comment_id"].tolist() == ["c-0", "z"]


def test_the_order_of_the_file_says_nothing_and_short_texts_have_no_copies() -> None:
    comments = pd.concat([texts(1, 200), texts(1, 40).assign(comment_id=[f"y-{i}" for i in range(40)])])
    short = pd.DataFrame({"comment_id": ["s-1", "s-2", "s-3"], "text": ["thank you", "Thank you", None]})
    every = pd.concat([comments, short])
    found = near_copy_groups(every)
    assert len(found) == 80
    assert not found["comment_id"].str.startswith("s-").any()
    pd.testing.assert_frame_equal(found, near_copy_groups(every.sample(frac=1, random_state=3)))
    assert near_copy_groups(every.iloc[:1]).empty
    assert near_copy_groups(texts(2, 50)).empty
