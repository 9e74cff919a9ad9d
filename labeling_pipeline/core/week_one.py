"""What one vendor file says, and what it cannot say: agreement, annotators who stand apart, cost, and the unknown.

Belongs here: the figures of ``labeling-pipeline check``. Does not: how they are shown (``report.check``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from labeling_pipeline.core.agreement import agreement
from labeling_pipeline.core.consensus import consensus
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.gold_power import memberships
from labeling_pipeline.core.near_copies import near_copy_groups
from labeling_pipeline.core.plain_text import plain_id, plain_label
from labeling_pipeline.core.quality import GateSettings, judge
from labeling_pipeline.core.unknown import cannot_know
from labeling_pipeline.core.week_one_annotators import annotators_to_look_at
from labeling_pipeline.core.week_one_gold import accuracy
from labeling_pipeline.core.week_one_slices import agreement_by_slice

NAMES = {
    "task": ("task", "comment_id", "task_id"),
    "annotator": ("annotator", "annotator_id", "worker"),
    "label": ("label", "answer"),
}
NO_VERDICTS = pd.DataFrame(columns=["comment_id", "expert_id", "label", "decided_at", "schema_version"])


def check(
    votes: pd.DataFrame,
    comments: pd.DataFrame | None = None,
    gold: pd.DataFrame | None = None,
    *,
    price_usd: float = 0.04,
    gate: GateSettings | None = None,
) -> dict[str, Any]:
    """Everything a votes file alone can tell, as plain values fit for JSON; no home and no gold needed.

    Args:
        votes: task (or comment_id), label (or answer); annotator (or annotator_id, worker); optional question.
        comments: comment_id, text, optional slices or slice; finds gaps, and near-copies that differ in their label.
        gold: comment_id (or task), label, optional role, inclusion_p. Accuracy is measured on rows with role
            ``measure`` alone; gold without roles is all ``fit``, and none is reported.
        price_usd: of one assignment (one annotator, one comment, all questions).

    Returns counts, ``left_out`` (rule → rows), ``questions`` (one entry per question: agreement, labels, annotators,
    gold, slices) and ``cannot_know`` (sentences). A label is usable when it passes ``gate`` (default `GateSettings()`).
    Raises InputError when no vote is left or a column is missing.
    """
    if price_usd < 0:
        raise InputError(f"price is {price_usd} USD", expected="0 or more")
    table, left_out = _vote_table(votes)
    gold, inside = (None if gold is None else _gold_table(gold)), (None if comments is None else memberships(comments))
    questions, failed = _by_question(table, gold, gate or GateSettings(), inside, copies := _copies(comments))
    result: dict[str, Any] = {
        "n_comments": int(table["task"].nunique()),
        "n_votes": len(table),
        "n_annotators": int(table["annotator"].nunique()) if "annotator" in table else None,
        "n_assignments": _assignments(table),
        "left_out": left_out,
        "questions": questions,
        "comments": None if comments is None else _coverage(table, comments),
        "copies_compared": copies is not None,
    }
    # A comment is usable where the answer to every question asked about it is.
    result["cost"] = _cost(result["n_comments"], result["n_comments"] - len(failed), result["n_assignments"], price_usd)
    result["cannot_know"] = cannot_know(result, has_gold=gold is not None)
    return result


def _by_question(
    table: pd.DataFrame,
    gold: pd.DataFrame | None,
    gate: GateSettings,
    inside: pd.DataFrame | None,
    copies: pd.Series | None,
) -> tuple[list[dict[str, Any]], set[str]]:
    questions, failed = [], set[str]()
    for name, rows in table.groupby("question", sort=True):
        about = _about_question(gold, str(name), table["question"].nunique())
        entry, fails = _question(str(name), rows.drop(columns="question"), about, gate, inside, copies)
        questions.append(entry)
        failed |= fails
    return questions, failed


def _copies(comments: pd.DataFrame | None) -> pd.Series | None:
    """The group of every comment that has a near-copy; None without texts."""
    if comments is None or "text" not in comments:
        return None
    known = pd.DataFrame({"comment_id": _column(comments, "task").astype("str"), "text": comments["text"]})
    return near_copy_groups(known.dropna(subset="text")).set_index("comment_id")["duplicate_group"]


def _vote_table(votes: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    votes = votes.reset_index(drop=True)
    table = pd.DataFrame({"task": _column(votes, "task"), "label": _column(votes, "label")})
    if not {*NAMES["annotator"]}.isdisjoint(votes.columns):
        table["annotator"] = _column(votes, "annotator")
    table["question"] = votes.get("question", "label")
    table = table.join(votes[[c for c in ("week", "answered_at") if c in votes]])
    left_out = {}
    for column in [c for c in ("task", "label", "annotator", "question") if c in table]:
        text = _plain(table[column], column)
        empty = table[column].isna() | (text == "")
        left_out[f"empty {column}"] = int(empty.sum())
        table = table[~empty].assign(**{column: text[~empty]})
    if "annotator" in table:
        doubled = table.duplicated(["task", "annotator", "question"], keep="last")
        left_out["same annotator, comment and question again (the last row counts)"] = int(doubled.sum())
        table = table[~doubled]
    if table.empty:
        raise InputError("votes: no usable row", expected="a task and a label in every row")
    return table.reset_index(drop=True), {rule: n for rule, n in left_out.items() if n}


def _column(frame: pd.DataFrame, part: str) -> pd.Series:
    """The column that plays this part, under any of the names people use for it."""
    for name in NAMES[part]:
        if name in frame:
            return frame[name]
    there = ", ".join(str(c) for c in frame.columns[:12])
    raise InputError(f"no column {part!r} among: {there}", expected=" or ".join(NAMES[part]), remedy="rename a column")


def _plain(column: pd.Series, part: str) -> pd.Series:
    """The column as text, one text for one value however it was written."""
    text = column.astype("str").str.strip()
    plain = plain_label if part == "label" else plain_id
    return text.map({one: plain(one) for one in text.dropna().unique()}).astype("str")


def _gold_table(gold: pd.DataFrame) -> pd.DataFrame:
    label = _column(gold, "label")
    text = _plain(label, "label")
    table = gold.assign(task=_plain(_column(gold, "task"), "task"), label=text)
    return table[label.notna() & (text != "")]


def _about_question(gold: pd.DataFrame | None, question: str, n_questions: int) -> pd.DataFrame | None:
    """The gold of one question; InputError when it does not say which of several it is about."""
    if gold is None:
        return None
    if "question" in gold:
        return gold[gold["question"].astype("str") == question]
    if n_questions > 1:
        raise InputError(
            f"gold: no column 'question', but the votes answer {n_questions} questions",
            expected="question, label",
            remedy="add the column",
        )
    return gold


def _question(
    name: str,
    votes: pd.DataFrame,
    gold: pd.DataFrame | None,
    gate: GateSettings,
    inside: pd.DataFrame | None,
    copies: pd.Series | None,
) -> tuple[dict[str, Any], set[str]]:
    """The entry of one question, and the comments whose label does not pass."""
    found = consensus(votes, gold=_fit(gold))
    labels = found.labels.rename(columns={"task": "comment_id"}).assign(schema_version="")
    classes = [str(c)[2:] for c in labels if str(c).startswith("p_")]
    if copies is not None:
        labels["duplicate_group"] = labels["comment_id"].map(copies)
    outcomes = judge(labels, NO_VERDICTS, gate=gate, classes=classes, current_schema="")
    entry = {
        "question": name,
        "classes": classes,
        "agreement": agreement(votes),
        "labels": _labels(labels, outcomes)
        | {"method": found.method, "notes": list(found.notes), "confidence_is": labels["confidence_is"].iloc[0]}
        | {"vote_mix": _mix(votes["label"], classes), "label_mix": _mix(labels["label"], classes)},
        "annotators": annotators_to_look_at(votes),
        "gold": None if gold is None else accuracy(labels, gold, classes, inside),
        "slices": agreement_by_slice(votes, inside),
    }
    return entry, set(outcomes.loc[outcomes["outcome"] != "passed", "comment_id"])


def _fit(gold: pd.DataFrame | None) -> pd.DataFrame | None:
    """The gold that consensus may learn from: role ``fit``, or all of it where no roles are given."""
    if gold is None:
        return None
    fit = gold[gold["role"] == "fit"] if "role" in gold else gold
    return None if fit.empty else fit[["task", "label"]].drop_duplicates("task", keep="last")


def _labels(labels: pd.DataFrame, outcomes: pd.DataFrame) -> dict[str, Any]:
    multiple = labels[labels["n_votes"] >= 2]
    return {
        "n": len(labels),
        "outcomes": {o: int((outcomes["outcome"] == o).sum()) for o in ("passed", "adjudicate", "rejected")},
        "faults": _faults(outcomes),
        "mean_confidence": float(labels["confidence"].mean()),
        "n_multiple": len(multiple),
        "n_unanimous": int((multiple["agreement"].to_numpy(dtype=np.float64) >= 1).sum()),
        "votes_per_comment": _sizes(labels["n_votes"]),
    }


def _mix(labels: pd.Series, classes: list[str]) -> dict[str, float]:
    share = labels.value_counts(normalize=True)
    return {c: float(share.get(c, 0.0)) for c in classes}


def _sizes(n_votes: pd.Series) -> dict[str, int]:
    sizes, comments = np.unique(n_votes.to_numpy(dtype=np.int64), return_counts=True)
    return {str(k): int(n) for k, n in zip(sizes, comments, strict=True)}


def _faults(outcomes: pd.DataFrame) -> dict[str, int]:
    """How many labels fail each rule; a label may fail several."""
    failed = outcomes.loc[outcomes["outcome"] != "passed", "reasons"]
    rules = pd.Series([reason.split(":", 1)[0] for reasons in failed for reason in reasons], dtype="str")
    return {str(rule): int(n) for rule, n in rules.value_counts().sort_index().items()}


def _assignments(table: pd.DataFrame) -> int:
    """One annotator on one comment, all questions; without annotators, the most votes any question of a comment has."""
    if "annotator" in table:
        return len(table[["task", "annotator"]].drop_duplicates())
    return int(table.groupby(["task", "question"]).size().groupby("task").max().sum())


def _coverage(table: pd.DataFrame, comments: pd.DataFrame) -> dict[str, int]:
    known = set(_plain(_column(comments, "task").dropna(), "task"))
    voted = set(table["task"])
    return {
        "n": len(known),
        "without_votes": len(known - voted),
        "votes_on_unknown": int((~table["task"].isin(known)).sum()),
    }


def _cost(n_comments: int, usable: int, n_assignments: int, price_usd: float) -> dict[str, Any]:
    spent = n_assignments * price_usd
    return {
        "price_usd": price_usd,
        "spent_usd": round(spent, 2),
        "usable_labels": usable,
        "per_label_usd": round(spent / n_comments, 4),
        "per_usable_label_usd": round(spent / usable, 4) if usable else None,
    }
