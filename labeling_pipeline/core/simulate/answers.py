"""What simulated annotators answer: a pure function of seed, comment, annotator, question and round.

Belongs here: votes of the crowd and verdicts of experts for comments whose truth is known. Does not: who is asked
(``core.assignment``), or delivering the answers (``labeling_pipeline.platforms.simulated``).

Asking the same annotator the same thing twice gives the same answer; another round is another draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.simulate.annotators import EXPERTS, annotators, confusion_matrix
from labeling_pipeline.core.simulate.streams import SAMPLE_SEED, truth_of
from labeling_pipeline.core.simulate.texts import CLASSES, DOG_WHISTLE, Truth
from labeling_pipeline.core.stable_hash import unit_hash

ATOMIC = ("contains_slur", "targets_group", "implies_threat", "requires_context")
DIRECT = "toxicity"
ASKED = ["comment_id", "text", "annotator_id", "labeling_round"]

# What those who do not see the slice answer there, and what those who see it answer.
_BLIND = np.array([0.965, 0.03, 0.005, 0.0, 0.0])
_SEEING = np.array([0.10, 0.04, 0.84, 0.02, 0.0])
# Probability of "yes" and of "unsure" per atomic question, given the class the annotator has in mind.
_PROFILES: dict[str, tuple[tuple[float, float], ...]] = {
    "non_toxic": ((0.005, 0.01), (0.005, 0.02), (0.003, 0.01), (0.01, 0.03)),
    "mild": ((0.03, 0.94), (0.005, 0.02), (0.003, 0.01), (0.01, 0.04)),
    "harassment": ((0.97, 0.02), (0.01, 0.04), (0.01, 0.03), (0.02, 0.06)),
    "hate": ((0.60, 0.20), (0.97, 0.02), (0.01, 0.02), (0.01, 0.03)),
    "threats": ((0.15, 0.15), (0.03, 0.03), (0.97, 0.02), (0.02, 0.05)),
    "coded_seen": ((0.01, 0.09), (0.05, 0.60), (0.02, 0.40), (0.92, 0.06)),
    "coded_unseen": ((0.005, 0.02), (0.01, 0.10), (0.005, 0.05), (0.04, 0.16)),
}


def truths(asked: pd.DataFrame, world_seed: int = SAMPLE_SEED) -> list[Truth]:
    """The truth of each row's comment, from its id and text."""
    known = {key: truth_of(*key, world_seed) for key in set(zip(asked["comment_id"], asked["text"], strict=True))}
    return [known[key] for key in zip(asked["comment_id"], asked["text"], strict=True)]


def direct_answers(asked: pd.DataFrame, seed: int, world_seed: int = SAMPLE_SEED) -> pd.DataFrame:
    """The class each asked annotator names, with their stated confidence: columns answer, stated_confidence.

    asked: one row per assignment with comment_id, text, annotator_id, labeling_round. Rows keep order and index.
    An annotator this world does not know answers like an average member of the crowd.
    Raises InputError when a column is missing.
    """
    _check(asked)
    true, keys = truths(asked, world_seed), _keys(asked)
    cumulative = np.stack([_row(a, t, world_seed) for a, t in zip(asked["annotator_id"], true, strict=True)]).cumsum(1)
    drawn = (unit_hash([f"label|{key}" for key in keys], seed)[:, None] >= cumulative[:, :-1]).sum(axis=1)
    hard = np.array([t.slice == DOG_WHISTLE for t in true])
    stated = 0.95 - unit_hash([f"sure|{key}" for key in keys], seed) * np.where(hard, 0.45, 0.30)
    answer = np.array(CLASSES, dtype=object)[drawn]
    return pd.DataFrame({"answer": answer, "stated_confidence": stated.round(1)}, index=asked.index)


def atomic_answers(
    asked: pd.DataFrame, direct: Sequence[str], seed: int, world_seed: int = SAMPLE_SEED
) -> pd.DataFrame:
    """Answers to the atomic questions, one column each, consistent with the class the annotator had in mind."""
    _check(asked)
    minds = [_mind(label, truth) for label, truth in zip(direct, truths(asked, world_seed), strict=True)]
    keys = _keys(asked)
    columns = {}
    for place, question in enumerate(ATOMIC):
        yes, unsure = np.array([_PROFILES[mind][place] for mind in minds]).T
        chance = unit_hash([f"{question}|{key}" for key in keys], seed)
        columns[question] = np.select([chance < yes, chance < yes + unsure], ["yes", "unsure"], "no")
    return pd.DataFrame(columns, index=asked.index)


def expert_answers(queue: pd.DataFrame, seed: int, world_seed: int = SAMPLE_SEED) -> pd.DataFrame:
    """Verdicts of experts who see the context: label, stated_confidence, note, context_shown, error_type.

    queue: comment_id, text, expert_id; where it has ``context``, the expert is shown it.
    """
    asked = queue.rename(columns={"expert_id": "annotator_id"}).assign(labeling_round="expert")
    direct = direct_answers(asked, seed, world_seed)
    coded = np.array([t.slice == DOG_WHISTLE for t in truths(asked, world_seed)])
    found = coded & (direct["answer"] == "harassment").to_numpy()
    shown = queue["context"].fillna("").ne("").to_numpy() if "context" in queue else np.zeros(len(queue), dtype=bool)
    return pd.DataFrame(
        {
            "label": direct["answer"],
            "stated_confidence": direct["stated_confidence"].clip(lower=0.8),
            "note": np.where(found, "coded phrase, aimed at a person", "as the guideline says"),
            "context_shown": shown,
            "error_type": np.where(found, "missed_context", ""),
        },
        index=queue.index,
    )


def _row(annotator: str, truth: Truth, seed: int) -> NDArray[np.float64]:
    accuracy, sees = _skill(seed).get(annotator, (0.97, False))
    if truth.slice == DOG_WHISTLE and annotator not in EXPERTS:
        return _SEEING if sees else _BLIND
    row: NDArray[np.float64] = _confusion(accuracy)[CLASSES.index(truth.label)]
    return row


@lru_cache(maxsize=4)
def _skill(seed: int) -> dict[str, tuple[float, bool]]:
    everyone = annotators(seed)
    return {a: (float(acc), bool(sees)) for a, acc, sees in everyone[["annotator_id", "accuracy", "sees_slice"]].values}


@lru_cache(maxsize=512)
def _confusion(accuracy: float) -> NDArray[np.float64]:
    return confusion_matrix(accuracy)


def _mind(label: str, truth: Truth) -> str:
    if truth.slice != DOG_WHISTLE or label not in ("non_toxic", "harassment"):
        return label
    return "coded_seen" if label == "harassment" else "coded_unseen"


def _keys(asked: pd.DataFrame) -> list[str]:
    columns = (asked[name].astype(str) for name in ("comment_id", "annotator_id", "labeling_round"))
    return ["|".join(parts) for parts in zip(*columns, strict=True)]


def _check(asked: pd.DataFrame) -> None:
    if missing := [name for name in ASKED if name not in asked]:
        raise InputError(f"assignments without {', '.join(missing)}", expected=", ".join(ASKED))
