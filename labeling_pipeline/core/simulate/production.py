"""What production says about a model's predictions: moderators override some mistakes, users flag some comments.

Belongs here: feedback as a pure function of seed, comment and prediction. Does not: making the predictions.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.simulate.answers import truths
from labeling_pipeline.core.simulate.streams import SAMPLE_SEED
from labeling_pipeline.core.simulate.texts import DOG_WHISTLE
from labeling_pipeline.core.stable_hash import unit_hash

MODERATORS = tuple(f"m-{number:02d}" for number in range(1, 7))
OVERRIDE_CODED, OVERRIDE_OTHER = 0.6, 0.25  # a targeted creator complains; other mistakes are met by chance
FLAG_TOXIC, FLAG_OTHER = 0.12, 0.01


def feedback_on(predicted: pd.DataFrame, seed: int, world_seed: int = SAMPLE_SEED) -> pd.DataFrame:
    """Overrides and flags: comment_id, kind (override/flag), label (of overrides), actor_id, created_at.

    predicted: comment_id, text, label (the model's class), posted_at. A moderator overrides a wrong decision with the
    true class some hours after the post; a user flags what hurts, and now and then something harmless.
    Raises InputError when a column is missing.
    """
    if missing := [name for name in ("comment_id", "text", "label", "posted_at") if name not in predicted]:
        raise InputError(f"predictions without {', '.join(missing)}", expected="comment_id, text, label, posted_at")
    true = truths(predicted, world_seed)
    label = np.array([t.label for t in true], dtype=object)
    coded = np.array([t.slice == DOG_WHISTLE for t in true], dtype=bool)
    wrong = label != predicted["label"].to_numpy()
    overridden = wrong & (_chance(predicted, "override", seed) < np.where(coded, OVERRIDE_CODED, OVERRIDE_OTHER))
    flagged = _chance(predicted, "flag", seed) < np.where(label != "non_toxic", FLAG_TOXIC, FLAG_OTHER)
    moderator = np.array(MODERATORS, dtype=object)[(_chance(predicted, "who", seed) * len(MODERATORS)).astype(int)]
    user = [f"u-{int(chance * 9000) + 1000}" for chance in _chance(predicted, "user", seed)]
    overrides = _rows(predicted, overridden, "override", label, moderator, seed)
    flags = _rows(predicted, flagged, "flag", np.full(len(predicted), ""), np.array(user, dtype=object), seed)
    both = pd.concat([overrides, flags], ignore_index=True)
    return both.sort_values(["created_at", "comment_id", "kind"], ignore_index=True)


def _rows(
    predicted: pd.DataFrame, chosen: np.ndarray, kind: str, label: np.ndarray, actor: np.ndarray, seed: int
) -> pd.DataFrame:
    hours = 0.5 + 5 * _chance(predicted, f"{kind} delay", seed)
    created = pd.to_datetime(predicted["posted_at"]) + pd.to_timedelta((hours * 3600).astype(int), unit="s")
    everything = pd.DataFrame(
        {
            "comment_id": predicted["comment_id"].to_numpy(),
            "kind": kind,
            "label": label,
            "actor_id": actor,
            "created_at": created.to_numpy(),
        }
    )
    return everything[chosen]


def _chance(predicted: pd.DataFrame, what: str, seed: int) -> np.ndarray:
    return unit_hash([f"{what}|{comment}" for comment in predicted["comment_id"]], seed)
