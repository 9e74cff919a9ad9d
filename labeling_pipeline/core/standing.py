"""Annotators under the bar: since when, which votes no longer count, and which earlier labels to look at again.

Belongs here: the rule that pauses, and what follows from it. Does not: which honeypots measure
(``core.honeypot_health``), or how votes become a label.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import SettingError
from labeling_pipeline.core.honeypot_health import judged

Floats = npt.NDArray[np.float64]
PAUSE_COLUMNS = ("annotator_id", "paused_at", "value", "high", "n", "reason")


def pauses(
    answers: pd.DataFrame,
    bank: pd.DataFrame,
    *,
    bar: float = 0.5,
    min_answers: int = 5,
    reinstated: Collection[str] = (),
) -> pd.DataFrame:
    """The annotators whose honeypot accuracy is under the bar, from the answer on that showed it.

    An annotator is paused at the first answer after which the upper bound of the 90 % Jeffreys interval is under
    ``bar``: twenty to one that they are worse. Looking after every answer errs more often than that, so the bar should
    lie well under what is expected.

    Args:
        answers: annotator_id, comment_id, label, answered_at, on honeypots that still measure.
        bank: comment_id, label.
        reinstated: annotators who were heard and go on.

    Returns columns `PAUSE_COLUMNS`, sorted by annotator; ``paused_at`` is missing where no answer is dated.

    >>> bank = pd.DataFrame({"comment_id": [f"c{i}" for i in range(9)], "label": "spam"})
    >>> said = bank.assign(annotator_id="a", label="fine", answered_at=pd.Timestamp("2026-01-01"))
    >>> pauses(said, bank)[["annotator_id", "value", "n"]].to_numpy().tolist()
    [['a', 0.0, 5]]
    """
    if not 0 <= bar <= 1:
        raise SettingError(f"honeypots.bar = {bar}", expected="a number from 0 to 1")
    rows = judged(answers, bank)
    rows = rows[~rows["annotator_id"].isin(list(reinstated))]
    by = rows.groupby("annotator_id")
    n = np.asarray(by.cumcount(), dtype=np.float64) + 1.0
    hits = np.asarray(by["right"].cumsum(), dtype=np.float64)
    high = _upper(hits, n)
    first = rows.assign(n=n.astype(np.int64), value=hits / n, high=high)[(n >= min_answers) & (high < bar)]
    first = first.drop_duplicates("annotator_id").rename(columns={"answered_at": "paused_at"})
    pairs = zip(first["value"], first["n"], strict=True)
    first["reason"] = [f"{v:.0%} of {k} honeypots right, the bar is {bar:g}" for v, k in pairs]
    return first.sort_values("annotator_id", ignore_index=True)[list(PAUSE_COLUMNS)]


def _upper(hits: Floats, n: Floats) -> Floats:
    from scipy.stats import beta

    return np.asarray(np.where(hits == n, 1.0, beta.ppf(0.95, hits + 0.5, n - hits + 0.5)), dtype=np.float64)


def set_aside(votes: pd.DataFrame, paused: pd.DataFrame) -> pd.Series:
    """Which votes were given after their annotator's pause began: stored, reported, and without weight.

    ``votes``: annotator_id, answered_at. A vote without a date, or of an annotator whose pause has none, counts: nobody
    can say that it came later.
    """
    if paused.empty or votes.empty:
        return pd.Series(False, index=votes.index, dtype=bool)
    since = votes["annotator_id"].map(paused.set_index("annotator_id")["paused_at"])
    return (pd.to_datetime(votes["answered_at"]) > pd.to_datetime(since)).fillna(False).astype(bool)


def to_relabel(votes: pd.DataFrame, paused: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """Labels that rest on earlier votes of paused annotators, those that would change without them first.

    ``votes``: comment_id, annotator_id, label, answered_at; ``labels``: comment_id, label. Returns comment_id,
    annotator_ids (list), n_votes (of paused annotators), is_decided_by_them (their votes are at least half of those
    for the label), in that order of importance.
    """
    earlier = votes[votes["annotator_id"].isin(paused["annotator_id"]) & ~set_aside(votes, paused)]
    earlier = earlier[earlier["comment_id"].isin(labels["comment_id"])]
    if earlier.empty:
        return pd.DataFrame(columns=["comment_id", "annotator_ids", "n_votes", "is_decided_by_them"])
    found = earlier.groupby("comment_id").agg(
        annotator_ids=("annotator_id", lambda ids: sorted(set(ids))), n_votes=("annotator_id", "size")
    )
    chosen = votes["comment_id"].map(labels.set_index("comment_id")["label"])
    supports = votes[votes["label"].to_numpy() == chosen.to_numpy()]
    theirs = supports["annotator_id"].isin(paused["annotator_id"])
    share = theirs.groupby(supports["comment_id"]).mean().reindex(found.index).fillna(0.0)
    found["is_decided_by_them"] = share >= 0.5
    found = found.reset_index()
    return found.sort_values(
        ["is_decided_by_them", "n_votes", "comment_id"], ascending=[False, False, True], ignore_index=True
    )
