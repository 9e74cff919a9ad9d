"""The same work in several files: what a later one changes, and what is still owed.

Belongs here: comparing deliveries. Does not: accepting or returning one (``core.acceptance``).
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

PAIR = ["comment_id", "annotator_id", "labeling_round"]
COLUMNS = ("supersedes", "changed", "redone")


def delivered_again(answers: pd.DataFrame, returned: Collection[str] = ()) -> pd.DataFrame:
    """What each file brings that files taken before it had brought already, in the order in which they arrived.

    ``answers``: batch, comment_id, annotator_id, labeling_round, label, answered_at, taken_at; answers without an
    annotator are left out, as nobody can tell which of them is meant. ``returned``: batches that do not count. Files
    taken at one time are told apart by their last answer, then by their hash.

    Returns one row per batch that brings anything again, indexed by batch: ``supersedes``, answers an earlier file had;
    ``changed``, those that differ from the one that stood until then (the last in a batch that counts), in a batch that
    counts; ``redone``, those that no batch that counts had and that differ from the one returned last.

    >>> said = {"comment_id": "c", "annotator_id": "a", "labeling_round": "1", "answered_at": pd.NaT}
    >>> rows = [{**said, "batch": "y", "label": "fine", "taken_at": 1},
    ...         {**said, "batch": "x", "label": "rude", "taken_at": 2}]
    >>> delivered_again(pd.DataFrame(rows)).to_dict("index")
    {'x': {'supersedes': 1, 'changed': 1, 'redone': 0}}
    """
    named = _in_order(answers)
    named["counts"] = ~named["batch"].isin(list(returned))
    named["standing"] = named["label"].where(named["counts"])
    named["standing"] = named.groupby(PAIR, sort=False)["standing"].ffill()
    by_pair = named.groupby(PAIR, sort=False)
    named["stood"], named["before"] = by_pair["standing"].shift(), by_pair["label"].shift()
    again = named[by_pair.cumcount() > 0]
    has_stood = again["stood"].notna()
    found = again.assign(
        supersedes=1,
        changed=again["counts"] & has_stood & (again["stood"] != again["label"]),
        redone=again["counts"] & ~has_stood & (again["before"] != again["label"]),
    )
    return found.groupby("batch")[list(COLUMNS)].sum().astype("int64")


def still_owed(answers: pd.DataFrame, returned: Collection[str]) -> pd.DataFrame:
    """The answers of returned batches that no batch that counts has delivered; without an annotator, all of them."""
    counts = ~answers["batch"].isin(list(returned))
    done = pd.MultiIndex.from_frame(answers.loc[counts & answers["annotator_id"].notna(), PAIR])
    is_done = pd.MultiIndex.from_frame(answers[PAIR]).isin(done) & answers["annotator_id"].notna().to_numpy()
    return answers[~counts & ~is_done]


def _in_order(answers: pd.DataFrame) -> pd.DataFrame:
    named = answers[answers["annotator_id"].notna()].drop_duplicates(["batch", *PAIR], keep="last")
    named = named[named.duplicated(PAIR, keep=False)]
    # Of every file, and not only of what is in several of them.
    files = answers.groupby("batch").agg(taken_at=("taken_at", "min"), answered_at=("answered_at", "max")).reset_index()
    files = files.sort_values(["taken_at", "answered_at", "batch"], na_position="first", ignore_index=True)
    turn = dict(zip(files["batch"], range(len(files)), strict=True))
    return named.assign(turn=named["batch"].map(turn)).sort_values("turn", kind="stable", ignore_index=True)
