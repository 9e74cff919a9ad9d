"""A gold label's life: candidate → two different experts → gold → retired.

A drawn comment gets the role of its hash, unless it was exported: then it may only be fitted to. One that was nominated
(experts looked because it was doubtful) is fitted to alone, as it stands for nothing but itself, and waits while less
than half of the gold is a random draw. The crowd's votes are never asked: a label all annotators agree on may be the
blind spot itself.

Belongs here: who becomes gold and for what it may be used, what is retired, whether gold leaked into what is learned
from, and how much a slice still needs. Does not: planning a gold set (``core.gold``), or estimates from one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import numpy as np
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.gold import assign_role, needed_for
from labeling_pipeline.core.plurality import most_given

COLUMNS = ("comment_id", "label", "state", "role", "inclusion_p", "expert_ids", "decided_at", "reason")
RANDOM_SHARE = 0.5  # of the gold, that must be a random draw
COVERAGE_COLUMNS = ("slice", "label", "n", "n_measure", "n_random", "recall", "needed", "missing", "told")


def candidates(
    verdicts: pd.DataFrame,
    drawn: pd.DataFrame,
    gold: pd.DataFrame,
    *,
    classes: Collection[str],
    current_schemas: Collection[str],
    exported: Collection[str] = (),
) -> pd.DataFrame:
    """Where every comment with a verdict stands on its way to the gold set.

    Args:
        verdicts: comment_id, expert_id, label, decided_at, schema_version, optional fault ("" where it counts).
        drawn: comment_id, inclusion_p: comments that came to experts by a random draw.
        gold: comment_id, label, inclusion_p, role: what is gold already.
        exported: comments, and near-copies of comments, that a model may have learned from.

    Returns columns `COLUMNS`, sorted by comment_id. ``state``: ``candidate`` with one expert, or experts who differ;
    ``ready`` where two different experts or more agree and none differs; ``gold`` where it is that already, and
    ``overruled`` where two agree on another ``label``: it is to be retired; ``refused`` with the reason.

    >>> said = [("c-1", who, "spam", pd.Timestamp("2026-01-05"), "v1") for who in ("e-1", "e-2")]
    >>> verdicts = pd.DataFrame(said, columns=["comment_id", "expert_id", "label", "decided_at", "schema_version"])
    >>> drawn = pd.DataFrame({"comment_id": ["c-1"], "inclusion_p": [0.1], "label": "spam", "role": "fit"})
    >>> found = candidates(verdicts, drawn, drawn[:0], classes=["spam"], current_schemas=["v1"])
    >>> found[["comment_id", "state", "role"]].to_numpy().tolist()
    [['c-1', 'ready', 'fit']]
    """
    latest = _counted(verdicts, current_schemas)
    if latest.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    table = _said(latest)
    p = drawn.drop_duplicates("comment_id").set_index("comment_id")["inclusion_p"]
    table["inclusion_p"] = table["comment_id"].map(p).astype(np.float64)
    may_measure = table["inclusion_p"].notna() & ~table["comment_id"].isin(list(exported))
    table["role"] = [assign_role(c) if m else "fit" for c, m in zip(table["comment_id"], may_measure, strict=True)]
    is_gold = table["comment_id"].isin(gold["comment_id"])
    states = [_state(row, gold, set(classes)) for row in table.assign(is_gold=is_gold).to_dict("records")]
    table["state"], table["reason"] = zip(*states, strict=True)
    return _keep_random(_overrule(table, latest, gold), gold)[list(COLUMNS)]


def _overrule(table: pd.DataFrame, latest: pd.DataFrame, gold: pd.DataFrame) -> pd.DataFrame:
    """Gold that two experts contradict says so, whatever came first, gold or verdicts."""
    against = _contradicted(gold, latest).set_index("comment_id")
    is_gone = table["comment_id"].isin(against.index)
    gone = against.reindex(table["comment_id"]).set_axis(table.index)
    return table.assign(
        state=table["state"].mask(is_gone, "overruled"),
        label=table["label"].mask(is_gone, gone["said"]),
        reason=table["reason"].mask(is_gone, gone["reason"]),
    )


def _counted(verdicts: pd.DataFrame, current_schemas: Collection[str]) -> pd.DataFrame:
    """Every expert's latest verdict on each comment, of those that count."""
    counted = verdicts[verdicts["schema_version"].isin(list(current_schemas))]
    if "fault" in counted:
        counted = counted[counted["fault"] == ""]
    return counted.sort_values("decided_at", kind="stable").drop_duplicates(["comment_id", "expert_id"], keep="last")


def _said(latest: pd.DataFrame) -> pd.DataFrame:
    """Per comment the label most experts gave, how many labels there are, who decided, and when the last did."""
    by_comment = latest.sort_values(["comment_id", "expert_id"]).groupby("comment_id")
    table = most_given(latest)[["comment_id", "label", "n_labels"]]
    table["expert_ids"] = table["comment_id"].map(by_comment["expert_id"].agg(list))
    table["decided_at"] = table["comment_id"].map(by_comment["decided_at"].max())
    return table


def to_gold(ready: pd.DataFrame, schema_version: str) -> pd.DataFrame:
    """Rows of the gold set for candidates that are ``ready``.

    Raises InputError for any that fewer than two different experts decided: nothing else makes gold.
    """
    for row in ready.itertuples():
        if len(set(row.expert_ids)) < 2:  # type: ignore[arg-type]
            raise InputError(
                f"gold candidate {row.comment_id}: decided by {', '.join(row.expert_ids) or 'nobody'}",  # type: ignore[arg-type]
                expected="two different experts who agree",
                remedy="ask another expert; votes of the crowd, however unanimous, make no gold",
            )
    columns = ["comment_id", "label", "role", "inclusion_p", "expert_ids", "decided_at"]
    return ready[columns].assign(schema_version=schema_version, source="verdicts of two experts")


def retired(gold: pd.DataFrame, classes: Collection[str]) -> pd.DataFrame:
    """Gold whose class is none of the ontology in force, and should measure nothing any more: comment_id, reason.

    ``gold``: comment_id, label, role. Which gold experts overrule, `candidates` says.
    """
    live = _live(gold)
    gone = live[~live["label"].isin(list(classes))]
    reasons = [f"class {label} is not in force" for label in gone["label"]]
    found = pd.DataFrame({"comment_id": gone["comment_id"].tolist(), "reason": reasons}, dtype=object)
    return found.drop_duplicates("comment_id", ignore_index=True)


def _live(gold: pd.DataFrame) -> pd.DataFrame:
    return gold[~gold["role"].isin(["retired", "candidate"])]


def _contradicted(gold: pd.DataFrame, verdicts: pd.DataFrame) -> pd.DataFrame:
    """Live gold against which two experts or more agree: comment_id, said, reason; one row per comment."""
    latest = verdicts.drop_duplicates(["comment_id", "expert_id"], keep="last")
    votes = latest.groupby(["comment_id", "label"]).size().rename("n").reset_index()
    votes = votes[votes["n"] >= 2].rename(columns={"label": "said"})
    against = votes.merge(_live(gold)[["comment_id", "label"]], on="comment_id")
    against = against[against["said"] != against["label"]].sort_values(
        ["comment_id", "n", "said"], ascending=[True, False, True]
    )
    rows = zip(against["n"], against["said"], against["label"], strict=True)
    reasons = [f"{n} experts say {said}, gold says {label}" for n, said, label in rows]
    columns = against[["comment_id", "said"]].assign(reason=pd.Series(reasons, against.index, dtype=object))
    return columns.drop_duplicates("comment_id", ignore_index=True)


def coverage(gold: pd.DataFrame, *, recall: float = 0.8, drop: float = 0.05) -> pd.DataFrame:
    """How much gold each slice and class has, and how much more it takes to see a drop of its recall.

    ``gold``: comment_id, label, role, slices, inclusion_p; retired gold and candidates are left out. Returns columns
    `COVERAGE_COLUMNS`: one row per slice (and "all") and class; ``needed`` measuring labels for a power of 80 % at 5 %,
    one-sided, at the given recall; ``told`` says what is missing in words.
    """
    live = gold[gold["role"].isin(["fit", "measure", "sealed"])]
    inside = pd.Series([["all", *map(str, tags)] for tags in live["slices"]], index=live.index, dtype=object)
    rows = live.assign(slice=inside).explode("slice")
    table = rows.groupby(["slice", "label"], sort=True).agg(
        n=("comment_id", "size"),
        n_measure=("role", lambda r: int((r == "measure").sum())),
        n_random=("inclusion_p", lambda p: int(p.notna().sum())),
    ).reset_index()  # fmt: skip
    needed = needed_for(drop, recall)
    missing = (needed - table["n_measure"]).clip(lower=0)
    told = [
        f"{m} more needed to see a {100 * drop:g}-point drop of the recall of {label} in {name}" if m
        else f"a {100 * drop:g}-point drop of the recall of {label} in {name} would be seen"
        for name, label, m in zip(table["slice"], table["label"], missing, strict=True)
    ]  # fmt: skip
    return table.assign(recall=recall, needed=needed, missing=missing, told=told)[list(COVERAGE_COLUMNS)]


def gold_version(gold: pd.DataFrame) -> str:
    """A hash of what the gold set says: comments, labels, roles; the same set has the same version.

    >>> gold = pd.DataFrame({"comment_id": ["b", "a"], "label": ["x", "y"], "role": "fit"})
    >>> gold_version(gold) == gold_version(gold.iloc[::-1])
    True
    """
    rows = sorted(zip(gold["comment_id"].astype(str), gold["label"].astype(str), gold["role"].astype(str), strict=True))
    return "g-" + hashlib.sha256(repr(rows).encode()).hexdigest()[:12]


def _state(row: dict[object, object], gold: pd.DataFrame, classes: set[str]) -> tuple[str, str]:
    if row["is_gold"]:
        return "gold", "in the gold set"
    if row["label"] not in classes:
        return "refused", f"{row['label']} is not a class in force"
    if row["n_labels"] != 1:
        return "candidate", "experts differ"
    experts = row["expert_ids"]
    if not isinstance(experts, list) or len(experts) < 2:
        return "candidate", "needs a second expert"
    return "ready", "drawn at random" if row["inclusion_p"] == row["inclusion_p"] else "nominated: fitted to alone"


def _keep_random(table: pd.DataFrame, gold: pd.DataFrame) -> pd.DataFrame:
    """Nominated candidates wait while they would make the random draw less than half of the gold."""
    live = gold[gold["role"].isin(["fit", "measure", "sealed"])]
    is_ready = table["state"] == "ready"
    drawn = int(live["inclusion_p"].notna().sum()) + int((is_ready & table["inclusion_p"].notna()).sum())
    nominated = int(live["inclusion_p"].isna().sum())
    room = max(int(drawn * (1 - RANDOM_SHARE) / RANDOM_SHARE) - nominated, 0)
    asks = table.index[is_ready & table["inclusion_p"].isna()]
    late = asks[room:]
    table.loc[late, "state"] = "candidate"
    table.loc[late, "reason"] = "nominated; waits, since half of the gold must be a random draw"
    return table.sort_values("comment_id", ignore_index=True)
