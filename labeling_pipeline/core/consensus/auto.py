"""Which method: the stated default, the guard against running away, and the choice that gold allows.

Belongs here: the guard, the cross-validation over gold, the choice. Does not: any method, nor calibration.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labeling_pipeline.core.calibration import balanced_folds, log_odds
from labeling_pipeline.core.consensus.columns import Floats
from labeling_pipeline.core.consensus.em import Fit, Method
from labeling_pipeline.core.consensus.gold import Gold
from labeling_pipeline.core.consensus.votes import Votes

DEFAULT, FALLBACK = "dawid_skene", "majority"
MIX_MOVE = 0.15  # largest total variation between a fit's class mix and majority's that is believed without gold
FOLDS = 5


@dataclass(frozen=True)
class HeldOut:
    """Posteriors (n, K) of gold tasks by fits that knew only the other folds' gold, and whether each label is right."""

    p: Floats
    is_right: NDArray[np.bool_]


def label_mix(p: Floats) -> Floats:
    """Share of each class among the labels under ``p[class, task]``."""
    return np.asarray(np.bincount(p.argmax(axis=0), minlength=len(p)) / p.shape[1])


def mix_moved(usual: Floats, p: Floats) -> float:
    """Total variation between the class mix of the labels under ``p`` and ``usual``, that of majority's labels."""
    return float(np.abs(usual - label_mix(p)).sum() / 2)


def keeps_mix(usual: Floats, fit: Fit, p: Floats) -> bool:
    """Whether labels under ``p`` have a class mix as near to majority's as is believed, or as near as the fit's."""
    return mix_moved(usual, p) <= max(MIX_MOVE, mix_moved(usual, fit.p))


def held_out(votes: Votes, method: Method, gold: Gold, free: Floats, history: Floats | None, seed: int) -> HeldOut:
    """Cross-validation: every gold task is judged by a fit clamped on the other folds.

    Folds are dealt by how well an unclamped fit (posteriors ``free[class, task]``) knew each gold task.
    """
    fold = balanced_folds(log_odds(free[:, gold.task].T, gold.truth), FOLDS)
    p = np.empty((len(gold.task), len(votes.classes)))
    for k in range(FOLDS):
        test = fold == k
        if test.any():
            fit = method(votes, clamp=gold.clamp(votes.n_tasks, ~test), history=history, seed=seed)
            p[test] = fit.p[:, gold.task[test]].T
    return HeldOut(p, p.argmax(axis=1) == gold.truth)


def choose(tried: dict[str, HeldOut], gold: Gold, default: str) -> tuple[str, dict[str, float]]:
    """The method to use and every method's held-out accuracy.

    The default stays unless another method beats it by more than one standard error of the paired difference. Of a few
    rows that all say the same, the spread says 0: two rows more, one for each method, stand in for those not seen.
    """
    scores = {name: float(np.average(t.is_right, weights=gold.weight)) for name, t in tried.items()}
    best = max(scores, key=lambda name: (scores[name], name == default))
    gain = np.append(tried[best].is_right.astype(np.float64) - tried[default].is_right, [1.0, -1.0])
    weight = np.append(gold.weight, np.full(2, gold.weight.mean()))
    weight = weight / weight.sum()
    mean = float((weight * gain).sum())
    error = float(np.sqrt((weight**2 * np.square(gain - mean)).sum()))
    return (best if mean > error else default), scores


def guard(usual: Floats, fit: Fit, name: str, notes: list[str], *, has_gold: bool = False) -> bool:
    """Whether the fit may stand without gold to vouch for it; the note says why not, and what gold decides then.

    ``usual``: the class mix of majority's labels.
    """
    moved = mix_moved(usual, fit.p)
    if moved <= MIX_MOVE:
        return True
    why = f"class mix moved {moved:.2f} from majority's under {name} (limit {MIX_MOVE:.2f})"
    if has_gold:
        notes.append(f"{why}: {FALLBACK} is used unless another method is right more often on the gold, beyond chance")
    else:
        notes.append(f"fell back to {FALLBACK}: {why}; gold would tell which is right")
    return False
