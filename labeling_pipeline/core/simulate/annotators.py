"""Who answers in the simulated world: 240 crowd annotators, most of them blind to one slice, and 12 experts.

Belongs here: who they are, how accurate, and who sees the slice. Does not: the answers themselves (see ``answers``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.simulate.streams import SAMPLE_SEED
from labeling_pipeline.core.simulate.texts import CLASSES
from labeling_pipeline.core.stable_hash import unit_hash

COUNTRIES = ("IN", "PH", "KE", "BR", "GB", "US", "PL", "MX")
AGE_GROUPS = ("18-24", "25-34", "35-49", "50+")
CROWD = tuple(f"annotator_{letter}{number}" for letter in "abc" for number in range(10, 90))
EXPERTS = tuple(f"e-{number:02d}" for number in range(1, 13))
BLIND_SHARE = 0.88
SEES = {"annotator_b12": True, "annotator_a47": False, "annotator_c89": False}

# Where a wrong answer goes, by true class: mostly to the neighbour on the scale.
SLIPS = np.array(
    [
        [0.00, 0.70, 0.15, 0.10, 0.05],
        [0.50, 0.00, 0.40, 0.05, 0.05],
        [0.15, 0.45, 0.00, 0.25, 0.15],
        [0.10, 0.10, 0.65, 0.00, 0.15],
        [0.10, 0.10, 0.60, 0.20, 0.00],
    ]
)


def annotators(seed: int = SAMPLE_SEED) -> pd.DataFrame:
    """Everyone: annotator_id, kind (crowd/expert), country, age_group, consent, accuracy, sees_slice.

    The first five are what a vendor would tell; accuracy (outside the slice) and sees_slice are the world's secret.

    >>> annotators().groupby("kind").size().to_dict()
    {'crowd': 240, 'expert': 12}
    """
    ids = [*CROWD, *EXPERTS]
    expert = np.array([False] * len(CROWD) + [True] * len(EXPERTS))
    chance, sloppy = (unit_hash([f"{what}|{one}" for one in ids], seed) for what in ("accuracy", "sloppy"))
    accuracy = np.where(sloppy < 0.04, 0.86 + 0.06 * chance, 0.962 + 0.022 * chance)
    sees = unit_hash([f"sees|{one}" for one in ids], seed) >= BLIND_SHARE
    named = [SEES.get(one) for one in ids]
    sees = np.array([bool(see) if known is None else known for see, known in zip(sees, named, strict=True)])
    return pd.DataFrame(
        {
            "annotator_id": ids,
            "kind": np.where(expert, "expert", "crowd"),
            "country": _attribute(ids, "country", COUNTRIES, seed),
            "age_group": _attribute(ids, "age", AGE_GROUPS, seed),
            "consent": "yes",
            "accuracy": np.where(expert, 0.975, accuracy),
            "sees_slice": sees | expert,
        }
    )


def confusion_matrix(accuracy: float) -> NDArray[np.float64]:
    """Rows: the true class; columns: the answer; both in class order. Raises InputError outside [0, 1].

    >>> confusion_matrix(0.97).sum(axis=1).round(6).tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0]
    """
    if not 0 <= accuracy <= 1:
        raise InputError(f"accuracy is {accuracy}", expected="a number from 0 to 1")
    return np.asarray(np.eye(len(CLASSES)) * accuracy + SLIPS * (1 - accuracy))


def _attribute(ids: list[str], what: str, values: tuple[str, ...], seed: int) -> list[str]:
    # The product of two uniforms leans towards the first values: pools are never evenly recruited.
    lean = unit_hash([f"{what}|{one}" for one in ids], seed) * unit_hash([f"{what}2|{one}" for one in ids], seed) ** 0.5
    return [values[int(place * len(values))] for place in lean]
