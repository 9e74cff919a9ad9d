"""One soft label from crowd, weak labels, model draft and verdicts. Belongs here: their weights and their pooling.
Does not: how each of them came about.

Each source's evidence is how far it moves the class mix it stands on; evidence adds up with one weight per source (a
logarithmic opinion pool, Genest and Zidek 1986, https://doi.org/10.1214/ss/1177013825), and the mix of the comments is
added once. Weights are learned on gold of role fit, held near stated defaults; that gold is returned, so that nothing
is reported on it.
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
from labeling_pipeline.core.weak_supervision.source_evidence import Evidence, evidence_in, pooled, speaks_alone
from labeling_pipeline.core.weak_supervision.source_mixes import SourceMix, checked_mix, find_balance, find_mixes
from labeling_pipeline.core.weak_supervision.source_weights import choose_weights
from labeling_pipeline.core.weak_supervision.verdict_votes import verdict_votes

VERDICT = "verdict"
CALIBRATING_GOLD = 30  # with so much of it the weights also say how far the sum may be believed


@dataclass(frozen=True)
class Fused:
    """`labels`: comment_id, label, confidence, p_<class>…, source ("crowd+weak"); one row per comment of any source.

    `evidence`: comment_id, source, weight, evidence (natural log of how much the source favours the label over the
    runner-up; negative where it speaks against it). `gold_used`: comments whose gold chose the weights; with enough of
    it the labels are calibrated. `mixes`: what each source's probabilities stand on. `class_balance` (K,): the mix of
    the comments.
    """

    labels: pd.DataFrame
    evidence: pd.DataFrame
    weights: dict[str, float]
    gold_used: list[str]
    notes: list[str]
    mixes: dict[str, SourceMix]
    class_balance: Matrix

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
    like: Fused | None = None,
) -> Fused:
    """Combine soft labels of several sources.

    `sources`: name → comment_id, p_<class>… (rows with `n_fired` 0 say nothing); one alone is taken as it is.
    `verdicts`: comment_id, label and optionally expert_id, decided_at, accuracy (see ``verdict_votes``). `gold`:
    comment_id, label and optionally role; weights are learned on rows of role fit, and those that name none. `blind`:
    name → what a source that has used this gold says of gold comments without (see ``blind_labels``): a source that has
    seen the answer looks perfect. `class_balance` (K,): the mix of the comments; without it, the mean of the source
    that is taken at its word (see ``source_mixes``). `weights` replaces learning and defaults; `like` takes all from an
    earlier fusion. A frame whose `attrs` have `class_balance` (``signal_labels``) stands on that mix. Until gold
    calibrates, sources that name one class keep it, one alone its probabilities (``pooled``), a verdict its accuracy.
    InputError: no probabilities, no rows, a role that is none, a verdict for no class or with an impossible accuracy.

    >>> crowd = pd.DataFrame({"comment_id": ["a"], "p_no": [0.6], "p_yes": [0.4]})
    >>> weak = pd.DataFrame({"comment_id": ["a"], "p_no": [0.1], "p_yes": [0.9]})
    >>> fuse({"crowd": crowd, "weak": weak}, ["no", "yes"]).labels[["label", "source"]].to_numpy().tolist()
    [['yes', 'crowd+weak']]
    """
    ids, known = _all_ids(sources, verdicts), _truth(gold, classes)
    tables, judged = _tables(sources, ids, classes), _tables(_unseen(sources, blind), list(known), classes)
    balance, mixes = _stood_on(sources, _put_in(tables, judged, ids, list(known)), class_balance, like)
    chosen, gold_used, note = _weights(evidence_in(judged, mixes), list(mixes), balance, known, weights, like)
    vouched = len(gold_used) >= CALIBRATING_GOLD
    said, counted = evidence_in(tables, mixes), np.array(list(chosen.values()))
    parts, mix = pooled(said, counted, balance, vouched=vouched)
    parts, used = _with_verdicts(parts, chosen, verdicts, ids, classes)
    probabilities = softmax(mix + parts.sum(axis=0))
    labels = _labels(ids, probabilities, parts, used, classes)
    told = _explained(ids, probabilities, parts, used, speaks_alone(said, counted) & (not vouched))
    return Fused(labels, told, chosen, gold_used, [note], mixes, balance)


def _with_verdicts(
    parts: Matrix,
    weights: Mapping[str, float],
    verdicts: pd.DataFrame | None,
    ids: list[str],
    classes: Sequence[str],
) -> tuple[Matrix, list[tuple[str, float]]]:
    """(sources, n, K) evidence times its weight, verdicts last where there are some; and each one's name and weight."""
    if verdicts is None or verdicts.empty:
        return parts, list(weights.items())
    return np.concatenate([parts, verdict_votes(verdicts, ids, classes)[None]]), [*weights.items(), (VERDICT, 1.0)]


def _stood_on(
    sources: Mapping[str, pd.DataFrame], unseen: Matrix, class_balance: npt.ArrayLike | None, like: Fused | None
) -> tuple[Matrix, dict[str, SourceMix]]:
    """The mix of the comments, and what each source's probabilities stand on."""
    stated = _stated(sources, like, unseen.shape[2])
    given = like.class_balance if class_balance is None and like is not None else class_balance
    balance = find_balance(list(sources), unseen, given, stated)
    return balance, find_mixes(list(sources), unseen, balance, stated)


def _weights(
    on_gold: Evidence,
    names: list[str],
    balance: Matrix,
    known: Mapping[str, int],
    given: Mapping[str, float] | None,
    like: Fused | None,
) -> tuple[dict[str, float], list[str], str]:
    """Weight by source, the comments whose gold chose them, and how they were come by."""
    if like is not None:
        return {name: like.weights[name] for name in names}, like.gold_used, "weights of an earlier fusion"
    truth = np.array(list(known.values()), dtype=np.int64)
    chosen, rows, note = choose_weights(names, on_gold.said - on_gold.mix, balance, truth, given)
    return chosen, [list(known)[i] for i in rows], note


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


def _tables(sources: Mapping[str, pd.DataFrame], ids: list[str], classes: Sequence[str]) -> Matrix:
    """(sources, n, K): probabilities, NaN where a source says nothing."""
    aligned = [_aligned(name, frame, ids, classes) for name, frame in sources.items()]
    return np.stack(aligned) if aligned else np.zeros((0, len(ids), len(classes)))


def _unseen(sources: Mapping[str, pd.DataFrame], blind: Mapping[str, pd.DataFrame] | None) -> dict[str, pd.DataFrame]:
    return {name: (blind or {}).get(name, frame) for name, frame in sources.items()}


def _put_in(tables: Matrix, judged: Matrix, ids: list[str], known: list[str]) -> Matrix:
    """What sources say, on gold comments as they do without knowing their gold."""
    place = pd.Index(ids).get_indexer(pd.Index(known, dtype="str"))
    out = tables.copy()
    out[:, place[place >= 0]] = judged[:, place >= 0]
    return out


def _stated(sources: Mapping[str, pd.DataFrame], like: Fused | None, n_classes: int) -> dict[str, SourceMix]:
    """The mixes that are known: found before, or written on a source's frame."""
    out = {} if like is None else {name: mix for name, mix in like.mixes.items() if name in sources}
    for name, frame in sources.items():
        if name not in out and "class_balance" in frame.attrs:
            mix = checked_mix(frame.attrs["class_balance"], n_classes, f"source {name!r}: class balance")
            out[name] = SourceMix(mix)
    return out


def _truth(gold: pd.DataFrame | None, classes: Sequence[str]) -> dict[str, int]:
    if gold is None or gold.empty:
        return {}
    fit = fit_rows(gold)
    index = {name: k for k, name in enumerate(classes)}
    labels = zip(id_texts(fit["comment_id"]), fit["label"].astype("str"), strict=True)
    return {comment: index[label] for comment, label in labels if label in index}


def _labels(
    ids: list[str], probabilities: Matrix, stacked: Matrix, used: list[tuple[str, float]], classes: Sequence[str]
) -> pd.DataFrame:
    speaks = np.abs(stacked).sum(axis=2) > 0
    combined = ["+".join(name for (name, _), yes in zip(used, row, strict=True) if yes) for row in speaks.T]
    columns = {f"p_{name}": probabilities[:, k] for k, name in enumerate(classes)}
    best = np.asarray(list(classes), dtype=object)[probabilities.argmax(axis=1)]
    frame = {"comment_id": ids, "label": best, "confidence": probabilities.max(axis=1), **columns, "source": combined}
    return pd.DataFrame(frame)


def _explained(
    ids: list[str],
    probabilities: Matrix,
    stacked: Matrix,
    used: list[tuple[str, float]],
    alone: npt.NDArray[np.bool_],
) -> pd.DataFrame:
    order = np.argsort(-probabilities, axis=1, kind="stable")
    rows = np.arange(len(ids))
    favour = stacked[:, rows, order[:, 0]] - stacked[:, rows, order[:, 1]]
    parts = []
    for s, (name, weight) in enumerate(used):
        speaks = np.flatnonzero(np.abs(stacked[s]).sum(axis=1) > 0)
        counted = np.where(alone[speaks], 1.0, weight)
        part = {"comment_id": [ids[i] for i in speaks], "source": name, "weight": counted}
        parts.append(pd.DataFrame({**part, "evidence": favour[s, speaks]}))
    return pd.concat(parts, ignore_index=True).sort_values(["comment_id", "source"], ignore_index=True)
