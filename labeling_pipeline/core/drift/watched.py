"""What the drift report looks at. Belongs here: its frames. Does not: what is compared (``series``, ``anchors``)."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd


def _none() -> pd.DataFrame:
    return pd.DataFrame()


@dataclass(frozen=True)
class Watched:
    """What the report looks at; a frame that is empty makes its series silent.

    ``labels``: label, labeled_at, schema_version. ``votes``: comment_id, label, answered_at, schema_version (one
    question). ``predictions``: label, confidence, predicted_at, model_version. ``comments``: text, posted_at.
    ``agreement``: week (its end), statistic, value, low, high. ``anchors``: as votes, on comments asked every week.
    """

    labels: pd.DataFrame = field(default_factory=_none)
    votes: pd.DataFrame = field(default_factory=_none)
    predictions: pd.DataFrame = field(default_factory=_none)
    comments: pd.DataFrame = field(default_factory=_none)
    agreement: pd.DataFrame = field(default_factory=_none)
    anchors: pd.DataFrame = field(default_factory=_none)
