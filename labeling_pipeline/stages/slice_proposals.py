"""Slices that a home might want: clusters of its comments, with what is known of their labels.

Belongs here: the comments and labels of the home. Does not: the clusters (``core.slice_discovery``). Nothing is
enabled: a person pastes what makes sense into ``labeling.toml``.
"""

from __future__ import annotations

import pandas as pd

from labeling_pipeline.core.slice_discovery import discover
from labeling_pipeline.core.slices import members
from labeling_pipeline.stages.context import Context

COLUMNS = ["slice", "slice_version", "n", "share", "precision", "recall", "agreement", "n_verdicts", "overturned"]


def propose_slices(context: Context, n_clusters: int, seed: int) -> pd.DataFrame:
    """Proposals, those first where experts overturn most: `COLUMNS`, and terms, comment_ids, definition.

    ``agreement``: mean share of agreeing pairs of votes on the slice's comments; ``overturned``: of its ``n_verdicts``
    verdicts, those that put another label in the crowd's place; missing where nothing is known. Gold that measures or
    is sealed is not looked at: a slice made to fit it would measure itself.
    """
    comments = context.query("comments_and_gold")
    comments = comments[~comments["comment_id"].isin(context.query("gold_kept_apart")["comment_id"])]
    found = discover(comments[["comment_id", "text"]], n_clusters, seed)
    inside = members(comments[["comment_id", "text"]], found["definition"].tolist())
    known = context.query("labels_and_verdicts", classes=list(context.all_classes))
    rows = inside.merge(known, on="comment_id").groupby("slice")
    table = found.set_index("slice")
    table["agreement"] = rows["agreement"].mean()
    table["n_verdicts"] = rows["is_overturned"].count().reindex(table.index).fillna(0).astype("int64")
    table["overturned"] = rows["is_overturned"].sum().reindex(table.index).fillna(0).astype("int64")
    shares = (table["overturned"] + 0.5) / (table["n_verdicts"] + 1)
    order = table.assign(worst=shares).sort_values(["worst", "precision"], ascending=False, kind="stable")
    return order.reset_index().drop(columns="worst")
