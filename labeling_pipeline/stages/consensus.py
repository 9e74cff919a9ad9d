"""From votes to consensus labels, and what votes say of the annotators.

Belongs here: which votes count together. Does not: how they are weighed (``core.consensus``).
"""

from __future__ import annotations

import pandas as pd

from labeling_pipeline.core.agreement import agreement
from labeling_pipeline.core.labels import Labels, label_comments
from labeling_pipeline.stages.engine import Context, Result
from labeling_pipeline.stages.frames import with_map

LABEL_COLUMNS = [
    "comment_id", "labeling_round", "schema_version", "guideline_hash", "label", "confidence", "probabilities",
    "vote_shares", "confidence_is", "n_votes", "agreement", "entropy", "composed_label", "method", "evidence_at",
]  # fmt: skip


def consensus_labels(context: Context) -> Result:
    """One label per comment, soft: class probabilities (what we believe) beside vote shares (what people said).

    Votes given under one ontology version are weighed together; a comment voted on under two has the newer label.
    """
    votes, gold = context.query("current_votes"), context.query("gold_to_fit")
    if votes.empty:
        return Result(0, waiting_for="votes")
    known = {ontology.schema_version: ontology for ontology in context.ontologies}
    rows, answers, blind = [], [], []
    notes: list[str] = []
    for version, under in sorted(votes.groupby("schema_version"), key=lambda pair: known[str(pair[0])].effective_at):
        ontology = known[str(version)]
        consensus = context.settings.consensus
        labels = label_comments(under, ontology, gold=gold, method=consensus.method, seed=consensus.seed)
        rows.append(_label_rows(labels, under, ontology.classes))
        answers.append(labels.answers)
        blind.append(_blind_rows(labels.blind, ontology.classes))
        notes += labels.notes
    everything = pd.concat(rows, ignore_index=True).drop_duplicates("comment_id", keep="last")
    frame = everything[everything["comment_id"].isin(context.query("comment_ids")["comment_id"])]
    return Result(
        len(frame),
        {**_metrics(frame), "method": str(frame["method"].iloc[-1]), "notes": "; ".join(notes)},
        replace={
            "consensus_labels": frame,
            "consensus_answers": _last_answers(answers),
            "consensus_blind": pd.concat(blind, ignore_index=True).drop_duplicates("comment_id", keep="last"),
        },
    )


def _blind_rows(blind: pd.DataFrame, classes: tuple[str, ...]) -> pd.DataFrame:
    """Gold comments as their votes alone have them, for whoever weighs votes against other sources."""
    if blind.empty:
        return pd.DataFrame(columns=["comment_id", "probabilities"])
    return with_map(blind, "p_", classes, "probabilities")[["comment_id", "probabilities"]]


def _label_rows(labels: Labels, votes: pd.DataFrame, classes: tuple[str, ...]) -> pd.DataFrame:
    rounds = sorted(votes["labeling_round"].unique(), key=lambda name: (len(name), name))  # 9 before 10
    places = votes.assign(place=votes["labeling_round"].map({name: place for place, name in enumerate(rounds)}))
    evidence = places.groupby("task").agg(
        labeling_round=("place", "max"),
        schema_version=("schema_version", "last"),
        guideline_hash=("guideline_hash", "last"),
        evidence_at=("answered_at", "max"),
    )
    evidence["labeling_round"] = evidence["labeling_round"].map(dict(enumerate(rounds)))
    frame = labels.labels.merge(evidence, left_on="comment_id", right_index=True)
    frame = with_map(with_map(frame, "p_", classes, "probabilities"), "v_", classes, "vote_shares")
    return frame.assign(method=labels.method)[LABEL_COLUMNS]


def _last_answers(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True).drop_duplicates(["comment_id", "question"], keep="last")


def _metrics(frame: pd.DataFrame) -> dict[str, float]:
    return {
        "mean_confidence": float(frame["confidence"].mean()),
        "mean_agreement": float(frame["agreement"].dropna().mean()) if frame["agreement"].notna().any() else 0.0,
        "calibrated_share": float((frame["confidence_is"] == "calibrated").mean()),
    }


def round_agreement(context: Context, votes: pd.DataFrame) -> pd.DataFrame:
    """Agreement of every round on the question that decides the label: batch_id, statistic, value.

    A round whose comments a strategy chose is held to the agreement on comments that were drawn, of all rounds: what
    is chosen for being hard agrees less, and that says nothing against those who labeled it. A round on which the
    statistic is undefined has no row: the gate says so instead of guessing a value.
    """
    drawn, rows = votes[votes["is_drawn"]], []
    overall = _agreement(context, drawn)
    for name, given in votes.groupby("labeling_round"):
        value = overall if given["is_of_batch"].all() else _agreement(context, given)
        if value is not None:
            rows.append((f"round-{name}", context.settings.quality.batch_statistic, value))
    return pd.DataFrame(rows, columns=["batch_id", "statistic", "value"])


def _agreement(context: Context, votes: pd.DataFrame) -> float | None:
    if votes.empty:
        return None
    value = agreement(votes[["task", "annotator", "label"]], n_boot=0)[context.settings.quality.batch_statistic][
        "value"
    ]
    return None if value is None else float(value)
