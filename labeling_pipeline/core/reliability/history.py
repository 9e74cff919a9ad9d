"""Reliability week by week, from every kind of evidence.

Belongs here: which evidence counts for which statistic, and the weekly fold. Does not: counting (see ``counts``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from labeling_pipeline.core.agreement.coding import Ints
from labeling_pipeline.core.reliability.answers import Votes, check_one_truth, read_answers, read_votes
from labeling_pipeline.core.reliability.consensus_based import supported
from labeling_pipeline.core.reliability.counts import DECAY, check_decay, counts_of
from labeling_pipeline.core.reliability.intervals import Floats, beta_interval

# What is believed of an annotator nobody has seen yet: right seven times in ten, worth two votes.
PRIOR = (1.4, 0.6)
# The consensus may share the crowd's blind spot: ten agreements with it weigh as much as one known answer.
CONSENSUS_WEIGHT = 0.1
HISTORY_COLUMNS = ["annotator_id", "week", "statistic", "value", "low", "high", "n"]
JEFFREYS = (0.5, 0.5)


def reliability_history(
    votes: pd.DataFrame | Votes,
    *,
    gold: pd.DataFrame | None = None,
    verdicts: pd.DataFrame | None = None,
    honeypots: pd.DataFrame | None = None,
    consensus: pd.DataFrame | None = None,
    decay: float = DECAY,
    confidence: float = 0.95,
    weeks: Sequence[int] | None = None,
) -> pd.DataFrame:
    """`annotator_id, week, statistic, value, low, high, n` for every week from an annotator's first evidence on.

    `votes`: task, annotator, label, week (of the vote), or what `read_votes` made of them. `gold`, `verdicts`,
    `honeypots`, `consensus`: task, label and perhaps week (since when it is known; 0 if not given). `gold_accuracy`,
    `honeypot_accuracy` and `consensus_accuracy` are decayed shares of correct votes with Jeffreys intervals;
    `reliability` joins gold, verdicts and honeypots (weight 1, one count per vote however often confirmed) and the
    consensus (weight .1) over a weak prior. A verdict counts in the week it arrives, for all who voted on that comment,
    not as gold: experts see the disputed comments. A week without evidence widens an interval. `n`: judged votes, never
    0; of one class only, the consensus judges nobody. `weeks` keeps these weeks only. Raises InputError where a column
    is missing, or one of the frames has two labels for a task and no weeks.

    >>> votes = pd.DataFrame({"task": ["t"] * 3, "annotator": list("abc"), "label": list("xyx"), "week": 0})
    >>> seen = pd.DataFrame({"task": ["t"], "label": ["x"], "week": [0]})
    >>> verdicts = pd.DataFrame({"task": ["t"], "label": ["y"], "week": [1]})
    >>> after = reliability_history(votes, consensus=seen, verdicts=verdicts)
    >>> found = after[after["statistic"] == "reliability"].set_index(["annotator_id", "week"])["value"]
    >>> [bool(found[name, 1] > found[name, 0]) for name in "abc"]
    [False, True, False]
    """
    check_decay(decay)
    frames = _evidence(read := read_votes(votes), gold, verdicts, honeypots, consensus, decay)
    known = [int(counts["week"].max()) for parts in frames.values() for _, counts in parts if len(counts)]
    last = max([int(read.week.max(initial=0)), *known, *(weeks or ())])
    folded = [
        _folded(name, parts, read, last, decay, confidence, weeks) for name, parts in frames.items() if parts and known
    ]
    if not folded:
        return pd.DataFrame(columns=HISTORY_COLUMNS)
    return pd.concat(folded, ignore_index=True).sort_values(["annotator_id", "week", "statistic"], ignore_index=True)


def _evidence(
    votes: Votes,
    gold: pd.DataFrame | None,
    verdicts: pd.DataFrame | None,
    honeypots: pd.DataFrame | None,
    consensus: pd.DataFrame | None,
    decay: float,
) -> dict[str, list[tuple[float, pd.DataFrame]]]:
    """Weekly counts and their weights, by statistic."""
    kinds = {"gold": gold, "honeypots": honeypots}
    parts = {
        f"{name.removesuffix('s')}_accuracy": [(1.0, counts_of(votes, frame, decay, name))]
        for name, frame in kinds.items()
        if frame is not None
    }
    if verdicts is not None and len(verdicts):
        check_one_truth(verdicts, "verdicts")
    hard = [answers for answers in (gold, verdicts, honeypots) if answers is not None and len(answers)]
    reliability = [(1.0, counts_of(votes, _joined(hard), decay))] if hard else []
    # Of one class only, to agree with the consensus says nothing of anybody.
    if consensus is not None and np.unique(votes.label).size > 1:
        known = read_answers(votes, consensus, "consensus")
        soft = counts_of(supported(votes, known), known, decay)
        parts["consensus_accuracy"] = [(1.0, soft)]
        reliability.append((CONSENSUS_WEIGHT, soft))
    return {**parts, "reliability": reliability}


def _joined(answers: list[pd.DataFrame]) -> pd.DataFrame:
    """Answers of several kinds in one frame: what a second kind confirms is not counted twice."""
    named = [frame.rename(columns={"comment_id": "task"}) for frame in answers]
    rows = [frame[["task", "label"]].assign(week=frame["week"] if "week" in frame.columns else 0) for frame in named]
    return pd.concat(rows, ignore_index=True)


def _folded(
    name: str,
    parts: list[tuple[float, pd.DataFrame]],
    votes: Votes,
    last: int,
    decay: float,
    confidence: float,
    weeks: Sequence[int] | None,
) -> pd.DataFrame:
    """The rows of one statistic: fold week after week, keep what is asked for."""
    prior = PRIOR if name == "reliability" else (0.0, 0.0)
    right, n, judged = (np.zeros(len(votes.annotators)) for _ in range(3))
    by_week = [
        (weight, counts, votes.annotators.get_indexer(pd.Index(counts["annotator"]))) for weight, counts in parts
    ]
    first = min((int(counts["week"].min()) for _, counts in parts if len(counts)), default=last + 1)
    rows: list[pd.DataFrame] = []
    for week in range(first, last + 1):
        right, n = right * decay, n * decay
        for weight, counts, places in by_week:
            now = (counts["week"] == week).to_numpy()
            who, these = places[now], counts[now]
            new = who[judged[who] == 0]
            right[new], n[new] = prior[0], sum(prior)
            right[who] += weight * these["correct"].to_numpy()
            n[who] += weight * these["n"].to_numpy()
            judged[who] += these["n_votes"].to_numpy()
        if weeks is None or week in weeks:
            rows.append(_rows(name, week, votes.annotators, right, n, judged, confidence))
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=HISTORY_COLUMNS)


def _rows(
    name: str, week: int, annotators: pd.Index[str], right: Floats, n: Floats, judged: Floats, confidence: float
) -> pd.DataFrame:
    seen: Ints = np.flatnonzero(judged > 0)
    right, wrong = right[seen], np.maximum(n[seen] - right[seen], 0)
    extra = (0.0, 0.0) if name == "reliability" else JEFFREYS
    low, high = beta_interval(np.maximum(right, 0) + extra[0], wrong + extra[1], confidence)
    value = np.clip(right / n[seen], 0, 1)
    return pd.DataFrame(
        {
            "annotator_id": annotators.take(seen),
            "week": week,
            "statistic": name,
            "value": value,
            "low": np.minimum(low, value),
            "high": np.maximum(high, value),
            "n": judged[seen].astype(np.int64),
        }
    )
