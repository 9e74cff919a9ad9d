"""Consensus: from many votes on a task to one label, its probabilities, and what it says of the annotators.

Belongs here: the registry of methods and the one call. Does not: agreement statistics and reports on annotators
(``core.agreement``, ``core.reliability``).
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from labeling_pipeline.core.consensus.call import aggregate, read_job
from labeling_pipeline.core.consensus.result import ConsensusResult
from labeling_pipeline.core.errors import InputError, SettingError

# name → where its function (see ``em.Method``) is; a new method is one file and one line here
METHODS: dict[str, str] = {
    "majority": "labeling_pipeline.core.consensus.majority:majority",
    "wawa": "labeling_pipeline.core.consensus.wawa:wawa",
    "one_coin": "labeling_pipeline.core.consensus.one_coin:one_coin",
    "dawid_skene": "labeling_pipeline.core.consensus.dawid_skene:dawid_skene",
    "dawid_skene_plain": "labeling_pipeline.core.consensus.dawid_skene:dawid_skene_plain",
    "glad": "labeling_pipeline.core.consensus.glad:glad",
    "mace": "labeling_pipeline.core.consensus.mace:mace",
}

NON_CLASS_ANSWERS = ("unsure", "none_of_these")

__all__ = ["METHODS", "NON_CLASS_ANSWERS", "ConsensusResult", "consensus"]


def consensus(
    votes: pd.DataFrame,
    *,
    method: str = "auto",
    classes: Sequence[str] | None = None,
    non_class_answers: Sequence[str] = NON_CLASS_ANSWERS,
    gold: pd.DataFrame | pd.Series[str] | None = None,
    history: pd.DataFrame | None = None,
    predictions: pd.DataFrame | None = None,
    seed: int = 0,
    ambiguity: bool = True,
) -> ConsensusResult:
    """One label per task, with probabilities, from a long frame of votes.

    Args:
        votes: columns task (or comment_id), annotator (or annotator_id, worker) and label; optional confidence (or
            stated_confidence: what the annotator said, 0 to 1), weight (≥ 0) and answered_at (the later answer counts).
            Without annotators only majority is possible.
        method: a name in ``METHODS``, or ``auto``: Dawid-Skene, unless it moves the class mix too far from majority's
            (then majority), or gold shows another method better (see ``auto``).
        classes: in the order wanted; by default every label found, sorted.
        non_class_answers: answers that name no class; informative to Dawid-Skene, otherwise not counted.
        gold: task, label (optional inclusion_p), or a Series by task, to fit: clamped, used to choose and to calibrate.
        history: annotator, true, given, n (optional age_days): past answers to tasks of known class, a prior.
        predictions: task, ``p_<class>``…, perhaps model_version: each model is one more annotator, ``model:<version>``,
            on the tasks people voted on; it counts in ``p_``, not in ``v_``, n_votes or agreement.
        seed: for a method that is not deterministic; none is. ambiguity: False leaves it and annotator_noise out.

    Returns a ``ConsensusResult``; ``labels``: one row per task, sorted by task, whatever the order of the votes. Raises
    InputError (no votes, a missing column, a label that is no class, gold at odds with itself), SettingError (method).

    >>> votes = pd.DataFrame({"task": [1, 1, 1, 2, 2], "worker": list("abcab"), "label": ["y", "y", "n", "n", "n"]})
    >>> consensus(votes, method="majority").labels[["task", "label", "n_votes"]].values.tolist()
    [[1, 'y', 3], [2, 'n', 2]]
    """
    gold = gold.rename("label").rename_axis("task").reset_index() if isinstance(gold, pd.Series) else gold
    _check(method, votes, gold=gold, history=history, predictions=predictions)
    job = read_job(votes, classes, non_class_answers, gold, history, METHODS, seed, predictions)
    del votes  # if nobody else keeps the frame, its memory serves the fit
    return aggregate(job, method, ambiguity=ambiguity)


def _check(method: str, votes: object, **others: object) -> None:
    if method not in ("auto", *METHODS):
        raise SettingError(f"no consensus method {method!r}", expected=", ".join(["auto", *METHODS]))
    for what, given in {"votes": votes, **others}.items():
        if not isinstance(given, pd.DataFrame) and (what == "votes" or given is not None):
            raise InputError(f"{what} is a {type(given).__name__}", expected="a DataFrame, one row per entry")
