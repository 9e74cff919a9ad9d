"""What a consensus hands back: labels and annotators as frames.

Belongs here: columns out of arrays. Does not: how the posteriors came about.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa

from labeling_pipeline.core.consensus.columns import Codes, Floats
from labeling_pipeline.core.consensus.disagreement import split_disagreement
from labeling_pipeline.core.consensus.em import Fit
from labeling_pipeline.core.consensus.majority import smoothed_shares, vote_counts
from labeling_pipeline.core.consensus.votes import Votes

CALIBRATED, UNCALIBRATED = "calibrated", "uncalibrated"


@dataclass(frozen=True)
class ConsensusResult:
    """Labels (one row per task), annotators (one row each), and how they were arrived at.

    ``labels``: task, label, confidence (the label's own ``p_``), ``p_<class>`` (what we believe), ``v_<class>`` (what
    people said), n_votes, agreement (share of agreeing pairs of votes; empty below two votes), entropy (of ``p_``, in
    bits), ambiguity and annotator_noise (why votes differ, see ``disagreement``), confidence_is.
    ``annotators``: annotator, reliability, n_votes, ``c_<true>_<given>``. ``scores``: accuracy of each method tried,
    where gold allowed to choose. ``notes``: what was left out, fallen back on, or cannot be known.
    """

    labels: pd.DataFrame
    annotators: pd.DataFrame
    method: str
    scores: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def labels_frame(said: Votes, votes: Votes, p: Floats, fit: Fit, confidence_is: str) -> pd.DataFrame:
    """One row per task, in the order of the tasks' names; ``said`` are the votes before stated confidence weighs."""
    counts = vote_counts(said)
    label = p.argmax(axis=0).astype(np.int32)
    shares = smoothed_shares(said)
    n_votes = np.diff(votes.starts).astype(np.int32)
    second = _runner_up(p, label)
    ambiguity, noise = split_disagreement(votes, label, second, fit)
    columns: dict[str, object] = {
        "task": _text(votes.tasks),
        "label": _text(pa.DictionaryArray.from_arrays(label, pa.array(votes.classes, pa.string()))),
        "confidence": p.max(axis=0),
    }
    columns |= {f"p_{name}": p[k] for k, name in enumerate(votes.classes)}
    columns |= {f"v_{name}": shares[k] for k, name in enumerate(votes.classes)}
    columns |= {
        "n_votes": n_votes,
        "agreement": agreeing_pairs(counts),
        "entropy": entropy(p),
        "ambiguity": ambiguity,
        "annotator_noise": noise,
        "confidence_is": _constant(confidence_is, votes.n_tasks),
    }
    return pd.DataFrame(columns, copy=False)


def annotators_frame(votes: Votes, p: Floats, confusion: Floats) -> pd.DataFrame:
    """One row per named annotator: ``confusion[annotator, class, answer]`` and how often we believe them right."""
    n = len(votes.annotators)
    counts = np.bincount(votes.annotator, minlength=votes.n_annotators)[:n]
    columns: dict[str, object] = {
        "annotator": _text(votes.annotators),
        "reliability": reliability(votes, p)[:n],
        "n_votes": counts.astype(np.int32),
    }
    for k, true in enumerate(votes.classes):
        for answer, given in enumerate(votes.classes + votes.non_class):
            columns[f"c_{true}_{given}"] = confusion[:, k, answer]
    return pd.DataFrame(columns, copy=False)


def reliability(votes: Votes, p: Floats) -> Floats:
    """How often each annotator's votes were right, as we believe: mean posterior of the class they named.

    One pseudo-vote at the crowd's mean keeps annotators with a vote or two near the crowd.
    """
    names_class = votes.answer < len(votes.classes)
    own = np.where(names_class, 1.0 if votes.weight is None else votes.weight, 0.0)
    believed = own * p[np.where(names_class, votes.answer, 0), votes.task]
    right = np.bincount(votes.annotator, believed, votes.n_annotators)
    n = np.bincount(votes.annotator, own, votes.n_annotators)
    crowd = right.sum() / n.sum() if n.sum() > 0 else 1.0
    return np.asarray((right + crowd) / (n + 1.0))


def agreeing_pairs(counts: Floats) -> pd.api.extensions.ExtensionArray:
    """Share of pairs of votes that agree, per task; empty where there are not two votes."""
    n = counts.sum(axis=0)
    pairs = n * (n - 1)
    few = n < 1.5  # weights may be fractions; two votes of weight 1 are the least that make a pair
    share = (np.square(counts).sum(axis=0) - n) / np.where(few, 1.0, pairs)
    return pd.arrays.FloatingArray(np.where(few, 0.0, np.clip(share, 0.0, 1.0)), few)


def entropy(p: Floats) -> Floats:
    """Entropy in bits of each column of ``p[class, task]``."""
    return np.asarray(-(p * np.log2(p, where=p > 0, out=np.zeros_like(p))).sum(axis=0))


def _runner_up(p: Floats, label: Codes) -> Codes:
    """The second most probable class per task; the label itself where there is no other."""
    if len(p) < 2:
        return label
    rest = p.copy()
    rest[label, np.arange(p.shape[1])] = -1.0
    return np.asarray(rest.argmax(axis=0), np.int32)


def _text(values: pa.Array) -> pd.Series:
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    series: pd.Series = values.to_pandas()
    return series


def _constant(value: str, n: int) -> pd.Series:
    return _text(pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, np.int32)), pa.array([value])))
