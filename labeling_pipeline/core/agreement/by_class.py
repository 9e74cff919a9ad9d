"""Agreement on one class at a time: this class against all others.

Belongs here: the one-against-rest relabeling. Does not: statistics.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from labeling_pipeline.core.agreement.coding import code_votes


def one_against_rest(votes: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """(class, votes with the labels "yes" and "no") for every class used, in sorted order."""
    coded = code_votes(votes)
    frame: dict[str, Any] = {"task": coded.task}
    if coded.annotator is not None:
        ids = pd.Series(coded.annotator)
        frame["annotator"] = ids.where(ids >= 0)
    for code, name in enumerate(coded.classes):
        yield name, pd.DataFrame({**frame, "label": np.where(coded.label == code, "yes", "no")})


def agreement_by_class(votes: pd.DataFrame, *, confidence: float = 0.95, seed: int = 0) -> dict[str, Any]:
    """{"<class>": agreement of "this class" against "any other"}; shows which class the annotators cannot tell apart.

    >>> votes = pd.DataFrame({"task": list("wxyz") * 2, "annotator": ["a"] * 4 + ["b"] * 4, "label": list("ppnqppnn")})
    >>> {name: round(found["percent_agreement"]["value"], 2) for name, found in agreement_by_class(votes).items()}
    {'n': 0.75, 'p': 1.0, 'q': 0.75}
    """
    from labeling_pipeline.core.agreement.measure import agreement

    return {name: agreement(part, confidence=confidence, seed=seed) for name, part in one_against_rest(votes)}
