"""What a consensus hands back: labels and annotators as frames.

Belongs here: columns out of arrays. Does not: how the posteriors came about.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa

from labeling_pipeline.core.consensus.em import Fit
from labeling_pipeline.core.consensus.majority import smoothed_shares, vote_counts
from labeling_pipeline.core.consensus.votes import Codes, Floats, Votes

CALIBRATED, UNCALIBRATED = "calibrated", "uncalibrated"


@dataclass(frozen=True)
class ConsensusResult:
    """Labels (one row per task), annotators (one row each), and how they were arrived at.

    ``labels``: task, label, confidence (the label's own ``p_``), ``p_<class>`` (what we believe), ``v_<class>`` (what
    people said), n_votes, agreement (share of agreeing pairs of votes; empty below two votes), entropy (of ``p_``, in
    bits), ambiguity and annotator_noise (two parts of the disagreement, see ``disagreement``), confidence_is.
    ``annotators``: annotator, reliability, n_votes, ``c_<true>_<given>``. ``scores``: accuracy of each method tried,
    where gold allowed to choose. ``notes``: what was left out, fallen back on, or cannot be known.
    """

    labels: pd.DataFrame
    annotators: pd.DataFrame
    method: str
    scores: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def labels_frame(votes: Votes, p: Floats, fit: Fit, confidence_is: str) -> pd.DataFrame:
    """One row per task, in the order of the tasks' names."""
    counts = vote_counts(votes)
    label = p.argmax(axis=0).astype(np.int32)
    shares = smoothed_shares(votes)
    n_votes = np.diff(votes.starts).astype(np.int32)
    ambiguity, noise = disagreement(votes, label, fit)
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


def annotators_frame(votes: Votes, fit: Fit) -> pd.DataFrame:
    """One row per named annotator; reliability is how often we believe their votes were right."""
    n = len(votes.annotators)
    counts = np.bincount(votes.annotator, minlength=votes.n_annotators)[:n]
    columns: dict[str, object] = {
        "annotator": _text(votes.annotators),
        "reliability": reliability(votes, fit)[:n],
        "n_votes": counts.astype(np.int32),
    }
    for k, true in enumerate(votes.classes):
        for answer, given in enumerate(votes.classes + votes.non_class):
            columns[f"c_{true}_{given}"] = fit.confusion[:n, k, answer]
    return pd.DataFrame(columns, copy=False)


def reliability(votes: Votes, fit: Fit) -> Floats:
    """Chance that an annotator's vote names the task's class, over the class mix."""
    K = len(votes.classes)
    diagonal = fit.confusion[:, np.arange(K), np.arange(K)]
    return np.asarray(diagonal @ (fit.mix / fit.mix.sum()))


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


def disagreement(votes: Votes, label: Codes, fit: Fit) -> tuple[Floats, Floats]:
    """Share of votes against the label, beyond what these annotators' errors explain, and what they explain."""
    right = fit.confusion[votes.annotator, label[votes.task], label[votes.task]]
    n = np.maximum(np.bincount(votes.task, minlength=votes.n_tasks), 1)
    noise = np.bincount(votes.task, 1.0 - right, votes.n_tasks) / n
    against = np.bincount(votes.task, votes.answer != label[votes.task], votes.n_tasks) / n
    return np.maximum(against - noise, 0.0), noise


def _text(values: pa.Array) -> pd.Series:
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    series: pd.Series = values.to_pandas()
    return series


def _constant(value: str, n: int) -> pd.Series:
    return _text(pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, np.int32)), pa.array([value])))
