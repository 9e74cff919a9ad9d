"""One soft label from crowd, weak labels, model draft and verdicts. Belongs here: their weights and their pooling.
Does not: how each of them came about.

Each source's evidence is how far it moves the class mix; evidence adds up with one weight per source (a logarithmic
opinion pool, Genest and Zidek 1986, https://doi.org/10.1214/ss/1177013825). Weights are learned on gold of role fit,
held near stated defaults; that gold is returned, so that nothing is reported on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.ids import id_texts
from labeling_pipeline.core.weak_supervision.gold_roles import fit_rows
from labeling_pipeline.core.weak_supervision.patterns import Matrix
from labeling_pipeline.core.weak_supervision.result import softmax
from labeling_pipeline.core.weak_supervision.times import times_of

# Without gold: people count in full, those who label and those whose acts in production were counted source by source;
# weak labels and drafts share their mistakes with each other, so half each.
DEFAULT_WEIGHTS: dict[str, float] = {"crowd": 1.0, "signals": 1.0, "weak": 0.5, "draft": 0.5}
UNKNOWN_SOURCE_WEIGHT = 0.5
VERDICT_ACCURACY = 0.95  # an expert's, where none is measured
VERDICT = "verdict"
SPREAD = 0.5  # how far, as a standard deviation, a weight may lie from its default before gold speaks
MOST_WEIGHT = 3.0
LEAST_GOLD = 10
CALIBRATING_GOLD = 30  # with so much of it the weights also say how far the sum may be believed
SMALLEST = 1e-6


@dataclass(frozen=True)
class Fused:
    """`labels`: comment_id, label, confidence, p_<class>…, source ("crowd+weak"); one row per comment of any source.

    `evidence`: comment_id, source, weight, evidence (natural log of how much the source favours the label over the
    runner-up; negative where it speaks against it). `gold_used`: comments whose gold chose the weights; with enough of
    it the labels are calibrated.
    """

    labels: pd.DataFrame
    evidence: pd.DataFrame
    weights: dict[str, float]
    gold_used: list[str]
    notes: list[str]

    @property
    def is_calibrated(self) -> bool:
        """Whether enough gold chose the weights."""
        return len(self.gold_used) >= CALIBRATING_GOLD


def fuse(
    sources: Mapping[str, pd.DataFrame],
    classes: Sequence[str],
    *,
    verdicts: pd.DataFrame | None = None,
    gold: pd.DataFrame | None = None,
    blind: Mapping[str, pd.DataFrame] | None = None,
    class_balance: npt.ArrayLike | None = None,
    weights: Mapping[str, float] | None = None,
) -> Fused:
    """Combine soft labels of several sources.

    `sources`: name → comment_id, p_<class>… (rows with `n_fired` 0 say nothing and are left out). `verdicts`:
    comment_id, label and optionally expert_id, decided_at, accuracy (how often such a verdict is right; 0.95 where none
    is given): of one expert's verdicts on a comment the latest counts (the lower row where no time tells), and those
    without expert_id are taken as one expert's. `gold`: comment_id, label and optionally role; rows of
    role fit, and those that name none, are used. `blind`: name → what a source that has used this gold says of gold
    comments when it does not know their own (see ``blind_labels``); weights are learned on that: a source that has
    seen the answer looks perfect. `weights` replaces learning and defaults; one source alone is taken as it is.
    InputError: no probabilities, no rows, a role that is none, a verdict for no class or with an impossible accuracy.

    >>> crowd = pd.DataFrame({"comment_id": ["a"], "p_no": [0.6], "p_yes": [0.4]})
    >>> weak = pd.DataFrame({"comment_id": ["a"], "p_no": [0.1], "p_yes": [0.9]})
    >>> fuse({"crowd": crowd, "weak": weak}, ["no", "yes"]).labels[["label", "source"]].to_numpy().tolist()
    [['yes', 'crowd+weak']]
    """
    names, ids = list(sources), _all_ids(sources, verdicts)
    balance = _balance(class_balance, len(classes))
    evidence = _evidence(sources, ids, classes, balance)
    known = _truth(gold, classes)
    judged = _evidence({**sources, **(blind or {})}, list(known), classes, balance, names)
    chosen, learned_on, note = _choose(names, judged, balance, np.array(list(known.values()), dtype=np.int64), weights)
    stacked, used = _weighted(evidence, chosen, verdicts, ids, classes)
    probabilities = softmax(np.log(balance) + stacked.sum(axis=0))
    labels, told = _labels(ids, probabilities, stacked, used, classes), _explained(ids, probabilities, stacked, used)
    return Fused(labels, told, chosen, [list(known)[i] for i in learned_on], [note])


def _weighted(
    evidence: Matrix, chosen: Mapping[str, float], verdicts: pd.DataFrame | None, ids: list[str], classes: Sequence[str]
) -> tuple[Matrix, list[tuple[str, float]]]:
    """(sources, n, K) evidence times its weight, verdicts last where there are some; and each one's name and weight."""
    parts, used = [part * w for part, w in zip(evidence, chosen.values(), strict=True)], list(chosen.items())
    if verdicts is not None and not verdicts.empty:
        parts, used = [*parts, _verdicts(verdicts, ids, classes)], [*used, (VERDICT, 1.0)]
    return np.stack(parts), used


def _all_ids(sources: Mapping[str, pd.DataFrame], verdicts: pd.DataFrame | None) -> list[str]:
    frames = [*sources.values(), *([] if verdicts is None else [verdicts])]
    ids = list(dict.fromkeys(str(i) for frame in frames for i in frame["comment_id"]))
    if not ids:
        raise InputError("nothing to combine", expected="at least one source with a row")
    return ids


def _aligned(name: str, frame: pd.DataFrame, ids: list[str], classes: Sequence[str]) -> Matrix:
    columns = [f"p_{c}" for c in classes]
    absent = [c for c in columns if c not in frame.columns]
    if absent:
        raise InputError(f"source {name!r}: no column {absent[0]!r}", expected=", ".join(columns))
    speaking = frame[frame["n_fired"] > 0] if "n_fired" in frame.columns else frame
    keyed = speaking.assign(comment_id=id_texts(speaking["comment_id"])).set_index("comment_id")[columns]
    if keyed.index.has_duplicates:
        twice = keyed.index[keyed.index.duplicated()][0]
        raise InputError(f"source {name!r}: comment {twice!r} occurs twice")
    values = keyed.to_numpy(dtype=np.float64)
    if not np.isfinite(values).all() or (values < 0).any() or (np.abs(values.sum(axis=1) - 1) > 0.01).any():
        raise InputError(f"source {name!r}: a row of probabilities does not sum to 1", expected="p_<class> in 0..1")
    return np.asarray(keyed.reindex(ids).to_numpy(dtype=np.float64))


def _balance(class_balance: npt.ArrayLike | None, n_classes: int) -> Matrix:
    balance = (
        np.full(n_classes, 1.0 / n_classes) if class_balance is None else np.asarray(class_balance, dtype=np.float64)
    )
    if balance.shape != (n_classes,) or (balance <= 0).any():
        raise InputError(f"class balance {balance.tolist()}", expected=f"{n_classes} positive shares")
    return np.asarray(balance / balance.sum())


def _evidence(
    sources: Mapping[str, pd.DataFrame],
    ids: list[str],
    classes: Sequence[str],
    balance: Matrix,
    names: Sequence[str] | None = None,
) -> Matrix:
    """(sources, n, K): log of how much likelier a source makes each class; 0 where it says nothing. `names`: which
    sources, all of them without."""
    chosen = list(sources if names is None else names)
    if not chosen:
        return np.zeros((0, len(ids), len(classes)))
    tables = np.stack([_aligned(name, sources[name], ids, classes) for name in chosen])
    silent = np.isnan(tables).any(axis=2, keepdims=True)
    clipped = np.clip(np.where(silent, balance, tables), SMALLEST, 1.0)
    return np.asarray(np.where(silent, 0.0, np.log(clipped) - np.log(balance)))


def _truth(gold: pd.DataFrame | None, classes: Sequence[str]) -> dict[str, int]:
    if gold is None or gold.empty:
        return {}
    fit = fit_rows(gold)
    index = {name: k for k, name in enumerate(classes)}
    labels = zip(id_texts(fit["comment_id"]), fit["label"].astype("str"), strict=True)
    return {comment: index[label] for comment, label in labels if label in index}


def _choose(
    names: list[str],
    evidence: Matrix,
    balance: Matrix,
    truth: npt.NDArray[np.int64],
    given: Mapping[str, float] | None,
) -> tuple[dict[str, float], npt.NDArray[np.int64], str]:
    none = np.empty(0, dtype=np.int64)
    defaults = np.array([DEFAULT_WEIGHTS.get(name, UNKNOWN_SOURCE_WEIGHT) for name in names])
    if given is not None:
        absent = [name for name in names if name not in given]
        if absent:
            raise InputError(f"weights: none for source {absent[0]!r}", expected=", ".join(names))
        return {name: float(given[name]) for name in names}, none, "weights as given"
    if len(names) == 1:
        return {names[0]: 1.0}, none, f"{names[0]} is the only source"
    rows = np.flatnonzero(np.abs(evidence).sum(axis=(0, 2)) > 0)
    if len(rows) < LEAST_GOLD or not names:
        note = "stated default weights: too little gold of role fit"
        return dict(zip(names, defaults.tolist(), strict=True)), none, note
    learned = _learn(evidence[:, rows], np.log(balance), truth[rows], defaults)
    note = f"weights learned on {len(rows)} gold comments of role fit; they are not for reporting"
    return dict(zip(names, learned.tolist(), strict=True)), rows, note


def _learn(evidence: Matrix, log_balance: Matrix, truth: npt.NDArray[np.int64], defaults: Matrix) -> Matrix:
    """Weights that make gold likeliest, each held to its default by a normal prior; the problem is convex."""
    from scipy.optimize import minimize

    rows = np.arange(len(truth))

    def loss(w: Matrix) -> tuple[float, Matrix]:
        p = softmax(log_balance + np.tensordot(w, evidence, axes=1))
        off = w - defaults
        value = -np.log(np.maximum(p[rows, truth], 1e-300)).sum() + (off**2).sum() / (2 * SPREAD**2)
        slope = (evidence * p).sum(axis=(1, 2)) - evidence[:, rows, truth].sum(axis=1)
        return float(value), np.asarray(slope + off / SPREAD**2)

    found = minimize(loss, defaults, jac=True, method="L-BFGS-B", bounds=[(0.0, MOST_WEIGHT)] * len(defaults))
    return np.asarray(found.x)


def _verdicts(verdicts: pd.DataFrame, ids: list[str], classes: Sequence[str]) -> Matrix:
    place = {comment: i for i, comment in enumerate(ids)}
    index = {name: k for k, name in enumerate(classes)}
    out = np.zeros((len(ids), len(classes)))
    for comment, label, accuracy in _counting(verdicts, classes).itertuples(index=False):
        a = float(np.clip(accuracy, 1.0 / len(classes), 0.999))
        out[place[comment], index[label]] += np.log(a * (len(classes) - 1) / (1 - a))
    return out


def _counting(verdicts: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """comment_id, label, accuracy of the verdicts that count: each expert's latest on a comment."""
    rows = verdicts.reset_index(drop=True).assign(comment_id=id_texts(verdicts["comment_id"]).to_numpy())
    given = rows["accuracy"] if "accuracy" in rows.columns else pd.Series(np.nan, rows.index)
    accuracy = pd.to_numeric(given, errors="coerce")
    for row in np.flatnonzero(~rows["label"].isin(list(classes))):
        raise InputError(f"verdicts row {row}: label {rows['label'].iloc[row]}", expected=", ".join(classes))
    for row in np.flatnonzero((given.notna() & accuracy.isna()) | (accuracy < 0) | (accuracy > 1)):
        raise InputError(f"verdicts row {row}: accuracy {given.iloc[row]}", expected="a share from 0 to 1, or none")
    experts = (
        rows["expert_id"].astype("str") if "expert_id" in rows.columns else pd.Series(None, rows.index, dtype="str")
    )
    rows = rows.assign(expert_id=experts, accuracy=accuracy.fillna(VERDICT_ACCURACY))
    if "decided_at" in rows.columns:
        rows = rows.assign(decided_at=times_of(rows["decided_at"], "verdicts"))
        rows = rows.sort_values("decided_at", kind="stable", na_position="first")
    return rows.drop_duplicates(["comment_id", "expert_id"], keep="last")[["comment_id", "label", "accuracy"]]


def _labels(
    ids: list[str], probabilities: Matrix, stacked: Matrix, used: list[tuple[str, float]], classes: Sequence[str]
) -> pd.DataFrame:
    speaks = np.abs(stacked).sum(axis=2) > 0
    combined = ["+".join(name for (name, _), yes in zip(used, row, strict=True) if yes) for row in speaks.T]
    columns = {f"p_{name}": probabilities[:, k] for k, name in enumerate(classes)}
    best = np.asarray(list(classes), dtype=object)[probabilities.argmax(axis=1)]
    frame = {"comment_id": ids, "label": best, "confidence": probabilities.max(axis=1), **columns, "source": combined}
    return pd.DataFrame(frame)


def _explained(ids: list[str], probabilities: Matrix, stacked: Matrix, used: list[tuple[str, float]]) -> pd.DataFrame:
    order = np.argsort(-probabilities, axis=1, kind="stable")
    rows = np.arange(len(ids))
    favour = stacked[:, rows, order[:, 0]] - stacked[:, rows, order[:, 1]]
    parts = []
    for s, (name, weight) in enumerate(used):
        speaks = np.flatnonzero(np.abs(stacked[s]).sum(axis=1) > 0)
        part = {"comment_id": [ids[i] for i in speaks], "source": name, "weight": weight, "evidence": favour[s, speaks]}
        parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True).sort_values(["comment_id", "source"], ignore_index=True)
