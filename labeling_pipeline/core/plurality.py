"""What most answers say. Belongs here: the count. Does not: believing it (``core.consensus``)."""

from __future__ import annotations

import pandas as pd


def most_given(answers: pd.DataFrame) -> pd.DataFrame:
    """The label most answers to each comment give, by name where equally many do: comment_id, label, n, n_labels.

    ``answers``: comment_id, label. ``n``: answers that give it; ``n_labels``: different labels given. Sorted by id.

    >>> said = pd.DataFrame({"comment_id": ["c", "c", "c", "a", "a"], "label": ["y", "x", "y", "y", "x"]})
    >>> most_given(said).to_numpy().tolist()
    [['a', 'x', 1, 2], ['c', 'y', 2, 2]]
    """
    sizes = answers.groupby(["comment_id", "label"]).size().rename("n").reset_index()
    sizes["n_labels"] = sizes.groupby("comment_id")["label"].transform("size")
    order = sizes.sort_values(["comment_id", "n", "label"], ascending=[True, False, True])
    return order.drop_duplicates("comment_id", ignore_index=True)
