"""Labeling functions over all comments.

Belongs here: the home's functions and their versions. Does not: the label model (``core.weak_supervision``).
"""

from __future__ import annotations

import hashlib

from labeling_pipeline.stages.engine import Context, Result
from labeling_pipeline.stages.frames import with_map


def functions_version(context: Context) -> str:
    """The content of the home's labeling functions; none is a version too."""
    path = context.home.labeling_functions
    return hashlib.sha256(path.read_bytes()).hexdigest() if path else "none"


def weak_labels(context: Context) -> Result:
    """A soft label for every comment that some labeling function of the home votes on."""
    path = context.home.labeling_functions
    if path is None:
        return Result(0, waiting_for="labeling_functions.toml or labeling_functions.py in the home")
    from labeling_pipeline.core.weak_supervision import load_lfs
    from labeling_pipeline.core.weak_supervision import weak_labels as label
    from labeling_pipeline.warehouse.lf_scan import scan_rules

    classes, comments = context.all_classes, context.query("texts_of_comments")
    lfs = load_lfs(path)
    gold = context.query("gold_to_fit").rename(columns={"task": "comment_id"})
    frame = label(comments, lfs, classes, gold, method=context.settings.weak_supervision.method, scan=scan_rules)
    fired = frame[frame["n_fired"] > 0]
    rows = with_map(fired, "p_", classes, "probabilities")
    coverage = len(fired) / max(len(frame), 1)
    metrics = {"labeling_functions": len(lfs.names), "coverage": coverage}
    return Result(len(rows), metrics, replace={"weak_labels": rows})
