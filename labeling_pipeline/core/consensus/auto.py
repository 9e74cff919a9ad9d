"""Which method: the stated default, the guard against running away, and the choice that gold allows.

Belongs here: the guard and the choice. Does not: any method, nor calibration.
"""

from __future__ import annotations

import numpy as np

from labeling_pipeline.core.consensus.em import Fit
from labeling_pipeline.core.consensus.majority import smoothed_shares
from labeling_pipeline.core.consensus.votes import Floats, Votes

DEFAULT = "dawid_skene"
MIX_MOVE = 0.15  # largest total variation between a fit's class mix and majority's that is believed without gold


def mix_moved(votes: Votes, fit: Fit) -> float:
    """Total variation between the class mix of the fit's labels and that of majority's labels."""
    majority, ours = _label_mix(smoothed_shares(votes)), _label_mix(fit.p)
    return float(np.abs(majority - ours).sum() / 2)


def _label_mix(p: Floats) -> Floats:
    return np.bincount(p.argmax(axis=0), minlength=len(p)) / p.shape[1]
