"""Anchors: comments asked again every week, to see whether the guideline is read as it was.

Belongs here: which, and when. Does not: opening the round (``stages.annotation``), the test (``core.drift.anchors``).
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from labeling_pipeline.core.stable_hash import unit_hash
from labeling_pipeline.stages.context import Context

ANCHORS = "anchors"  # the reason of their rounds
WEEK = timedelta(days=7)


def anchors_to_ask(context: Context) -> pd.Series:
    """The anchors, if a week has gone by since they were asked; no comments otherwise. The same ones every week.

    As many of each class as there are: drawn from the stream, hardly any would be of the rare classes.
    """
    wanted = context.settings.drift.anchors
    if not wanted or context.is_over:
        return pd.Series(dtype="str")
    last = context.query("last_anchors")["published_at"].iloc[0]
    if not pd.isna(last) and pd.Timestamp(context.now) - last < WEEK:
        return pd.Series(dtype="str")
    known = context.query("comments_for_anchors", schema_version=context.ontology.schema_version)
    chance = unit_hash(known["comment_id"], context.settings.selection.seed)
    by_chance = known.assign(chance=chance).sort_values("chance", kind="stable")
    turn = by_chance.groupby("label").cumcount().reindex(known.index).to_numpy(dtype=np.int64)
    order = np.lexsort((chance, turn, -known["n_asked"].to_numpy(dtype=np.int64)))[:wanted]
    return known["comment_id"].iloc[order].sort_values()
