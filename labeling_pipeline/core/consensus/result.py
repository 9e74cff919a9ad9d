"""What a consensus hands back: labels and annotators as frames.

Belongs here: columns out of arrays. Does not: how the posteriors came about.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from labeling_pipeline.core.consensus.columns import Codes, Floats, blocks
from labeling_pipeline.core.consensus.disagreement import split_disagreement
from labeling_pipeline.core.consensus.em import Fit
from labeling_pipeline.core.consensus.majority import smoothed, vote_counts
from labeling_pipeline.core.consensus.unknown import NO_VOTE
from labeling_pipeline.core.consensus.votes import Votes

FAINT = 1e-12
CALIBRATED, UNCALIBRATED = "calibrated", "uncalibrated"


@dataclass(frozen=True)
class ConsensusResult:
    """Labels (one row per task), annotators (one row each), and how they were arrived at.

    ``labels``: task, label, confidence (the label's own ``p_``), ``p_<class>`` (what we believe), ``v_<class>`` (what
    people said), n_votes, agreement (share of agreeing pairs of votes; empty below two votes), entropy (of ``p_``, in
    bits), ambiguity and annotator_noise (why votes differ, see ``disagreement``; empty where votes do not tell),
    confidence_is.
    ``annotators``: annotator, reliability, n_votes, ``c_<true>_<given>``, note (why there is no reliability).
    ``scores``: accuracy of each method tried, where gold allowed to choose. ``notes``: what was left out, fallen back
    on, or cannot be known. ``blind``: task and ``p_<class>`` of gold tasks as fits see them that do not know their
    gold; empty where none was needed.
    """

    labels: pd.DataFrame
    annotators: pd.DataFrame
    method: str
    scores: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    blind: pd.DataFrame = field(default_factory=pd.DataFrame)


def labels_frame(
    said: Votes, votes: Votes, p: Floats, fit: Fit, confidence_is: str, *, ambiguity: bool = True
) -> pd.DataFrame:
    """One row per task, in the order of the tasks' names; ``said``: people's votes, unweighed by what they stated."""
    counts = vote_counts(said)
    label, second = _two_best(p, counts)
    split = _split(votes, label, second, fit) if ambiguity else {}
    agreement = agreeing_pairs(counts, own_pairs(said))
    shares = smoothed(counts[: len(said.classes)])
    columns: dict[str, object] = {
        "task": _text(votes.tasks),
        "label": _text(pa.DictionaryArray.from_arrays(label, pa.array(votes.classes, pa.large_string()))),
        "confidence": p.max(axis=0),
    }
    columns |= {f"p_{name}": p[k] for k, name in enumerate(votes.classes)}
    columns |= {f"v_{name}": shares[k] for k, name in enumerate(votes.classes)}
    columns |= {
        "n_votes": said.n_people,
        "agreement": agreement,
        "entropy": entropy(p),
        **split,
        "confidence_is": _constant(confidence_is, votes.n_tasks),
    }
    return pd.DataFrame(columns, copy=False)


def _split(votes: Votes, label: Codes, second: Codes, fit: Fit) -> dict[str, object]:
    """The columns that say why votes differ; empty where votes do not tell."""
    found = split_disagreement(votes, label, second, fit) or (_empty(votes.n_tasks), _empty(votes.n_tasks))
    return dict(zip(("ambiguity", "annotator_noise"), found, strict=True))


def annotators_frame(votes: Votes, p: Floats, confusion: Floats, why: NDArray[np.object_]) -> pd.DataFrame:
    """One row per named annotator: ``confusion[annotator, class, answer]`` and how often we believe them right.

    ``why``: the reason where that cannot be known; there is no number then, nor a confusion without any vote.
    """
    n = len(votes.annotators)
    columns: dict[str, object] = {
        "annotator": _text(votes.annotators),
        "reliability": pd.arrays.FloatingArray(reliability(votes, p)[:n], why != ""),
        "n_votes": votes.n_tasks_of[:n].astype(np.int32),
    }
    silent = why == NO_VOTE
    for k, true in enumerate(votes.classes):
        for answer, given in enumerate(votes.classes + votes.non_class):
            columns[f"c_{true}_{given}"] = pd.arrays.FloatingArray(confusion[:, k, answer].copy(), silent.copy())
    columns["note"] = why
    return pd.DataFrame(columns, copy=False)


def reliability(votes: Votes, p: Floats) -> Floats:
    """How often each annotator's votes were right, as we believe: mean posterior of the class they named.

    One pseudo-vote at the crowd's mean keeps annotators with a vote or two near the crowd.
    """
    right, n = np.zeros(votes.n_annotators), np.zeros(votes.n_annotators)
    for _, part in votes.spans():
        answer, annotator = votes.answer[part], votes.annotator[part]
        names_class = answer < len(votes.classes)
        own = np.where(names_class, 1.0 if votes.weight is None else votes.weight[part], 0.0)
        right += np.bincount(annotator, own * p[np.where(names_class, answer, 0), votes.task[part]], len(n))
        n += np.bincount(annotator, own, len(n))
    crowd = right.sum() / n.sum() if n.sum() > 0 else 1.0
    return np.asarray((right + crowd) / (n + 1.0))


def own_pairs(votes: Votes) -> tuple[Floats, Floats]:
    """Of each task, what votes paired with themselves add to agreeing pairs, and people to all pairs.

    A vote weighs what it weighs in every pair, and somebody's contradicting answers make no pair.
    """
    if votes.weight is None:
        n = votes.sizes.astype(np.float64)
        return n, n
    starts = ~votes.is_again
    person = np.cumsum(starts) - 1
    whole = np.bincount(person, votes.weight)
    agreed = np.bincount(votes.task, votes.weight**2, votes.n_tasks).astype(np.float64)
    return agreed, np.bincount(votes.task[starts], whole**2, votes.n_tasks).astype(np.float64)


def agreeing_pairs(counts: Floats, own: tuple[Floats, Floats]) -> pd.api.extensions.ExtensionArray:
    """Share of pairs of votes that agree, per task, of ``counts[answer, task]``; empty where not two people voted."""
    share, few = np.empty(counts.shape[1]), np.empty(counts.shape[1], np.bool_)
    for part in blocks(counts.shape[1]):
        given, (agreed, people) = counts[:, part], (one[part] for one in own)
        pairs = np.square(given.sum(axis=0)) - people
        few[part] = pairs <= 1e-9 * (1 + people)
        same = (np.square(given).sum(axis=0) - agreed) / np.where(few[part], 1.0, pairs)
        share[part] = np.where(few[part], 0.0, np.clip(same, 0.0, 1.0))
    return pd.arrays.FloatingArray(share, few)


def entropy(p: Floats) -> Floats:
    """Entropy in bits of each column of ``p[class, task]``."""
    found = np.empty(p.shape[1])
    for part in blocks(p.shape[1]):
        own = p[:, part]
        found[part] = 0.0 - (own * np.log2(own, where=own > 0, out=np.zeros_like(own))).sum(axis=0)
    return found


def _two_best(p: Floats, counts: Floats) -> tuple[Codes, Codes]:
    """The most and the second most probable class per task; the same one twice where there is no other.

    Where gold leaves no second, it is what most votes say.
    """
    first, second = np.empty(p.shape[1], np.int32), np.empty(p.shape[1], np.int32)
    for part in blocks(p.shape[1]):
        own = p[:, part].copy()
        first[part] = own.argmax(axis=0)
        if len(own) > 1:
            own += FAINT * counts[: len(own), part]
            own[first[part], np.arange(own.shape[1])] = -1.0
        second[part] = own.argmax(axis=0)
    return first, second


def _empty(n: int) -> pd.api.extensions.ExtensionArray:
    return pd.arrays.FloatingArray(np.zeros(n), np.ones(n, np.bool_))


def _text(values: pa.Array) -> pd.Series:
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    series: pd.Series = values.to_pandas()
    return series


def _constant(value: str, n: int) -> pd.Series:
    return _text(pa.repeat(pa.scalar(value, pa.large_string()), n))
