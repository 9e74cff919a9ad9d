"""From votes to consensus labels, and what votes say of the annotators.

Belongs here: which votes count together. Does not: how they are weighed (``core.consensus``).
"""

from __future__ import annotations

import pandas as pd

from labeling_pipeline.core.agreement import agreement
from labeling_pipeline.core.consensus.models import SUM_TOLERANCE
from labeling_pipeline.core.labels import Labels, label_comments
from labeling_pipeline.core.ontology import Ontology
from labeling_pipeline.stages.engine import Context, Result
from labeling_pipeline.stages.frames import blind_rows, with_columns, with_map

LABEL_COLUMNS = [
    "comment_id", "labeling_round", "schema_version", "guideline_hash", "label", "confidence", "probabilities",
    "vote_shares", "confidence_is", "n_votes", "agreement", "entropy", "ambiguity", "annotator_noise", "composed_label",
    "method", "evidence_at",
]  # fmt: skip


def consensus_labels(context: Context) -> Result:
    """One label per comment, soft: class probabilities (what we believe) beside vote shares (what people said).

    Votes given under one ontology version are weighed together; a comment voted on under two has the newer label. What
    annotators answered to known comments under earlier versions is a prior on what their votes mean.
    """
    votes, gold = context.query("current_votes"), context.query("gold_to_fit")
    if votes.empty:
        return Result(0, waiting_for="votes")
    known, chosen = {one.schema_version: one for one in context.ontologies}, context.settings.consensus
    rows, answers, blind = [], [], []
    notes: list[str] = []
    scores: dict[str, float] = {}
    earlier: list[str] = []
    for version, under in sorted(votes.groupby("schema_version"), key=lambda pair: known[str(pair[0])].effective_at):
        ontology = known[str(version)]
        labels = label_comments(
            under, ontology, gold=_of_its_classes(gold, ontology, notes), method=chosen.method, seed=chosen.seed,
            history=_history(context, earlier, under, ontology), predictions=_drafts(context, ontology, notes),
        )  # fmt: skip
        earlier.append(str(version))
        scores |= {f"accuracy_of_{name}": value for name, value in labels.scores.items()}
        rows.append(_label_rows(labels, under, ontology.classes))
        answers.append(labels.answers)
        blind.append(blind_rows(labels.blind, ontology.classes))
        notes += labels.notes
    everything = pd.concat(rows, ignore_index=True).drop_duplicates("comment_id", keep="last")
    frame = everything[everything["comment_id"].isin(context.query("comment_ids")["comment_id"])]
    return Result(
        len(frame),
        {**_metrics(frame), **scores, "method": str(frame["method"].iloc[-1]), "notes": "; ".join(notes)},
        replace={
            "consensus_labels": frame,
            "consensus_answers": _last_answers(answers),
            "consensus_blind": pd.concat(blind, ignore_index=True).drop_duplicates("comment_id", keep="last"),
        },
    )


def drafts_version(context: Context) -> str:
    """What the drafts are that vote; nothing where none is asked to."""
    if not context.settings.consensus.drafts_vote:
        return ""
    state = context.state().get("production_predictions")
    return "none" if state is None else state.output_version


def _drafts(context: Context, ontology: Ontology, notes: list[str]) -> pd.DataFrame | None:
    """Predictions of models from elsewhere, where settings ask them to vote: task, p_<class>…, model_version.

    A draft that gave weight to classes this ontology does not have says nothing under it.
    """
    if not context.settings.consensus.drafts_vote:
        return None
    drafts = context.query("drafts_from_elsewhere")
    if drafts.empty:
        return None
    wide = with_columns(drafts, "probabilities", "p_", ontology.classes).rename(columns={"comment_id": "task"})
    known = (wide[[f"p_{name}" for name in ontology.classes]].sum(axis=1) - 1).abs() <= SUM_TOLERANCE
    if not known.all():
        notes.append(
            f"{int((~known).sum())} drafts name classes {ontology.schema_version} does not have: no vote there"
        )
    return wide[known] if known.any() else None


def _of_its_classes(gold: pd.DataFrame, ontology: Ontology, notes: list[str]) -> pd.DataFrame:
    """Gold whose class this ontology has: what was decided under another may have no name here."""
    known = gold["label"].isin(ontology.classes)
    if not known.all():
        notes.append(
            f"{int((~known).sum())} gold labels are no class of {ontology.schema_version}, and say nothing there"
        )
    return gold[known]


def _history(context: Context, earlier: list[str], votes: pd.DataFrame, ontology: Ontology) -> pd.DataFrame | None:
    """Answers to known comments under earlier ontologies, as old as they are beside the last vote under this one."""
    if not earlier:
        return None
    past = context.query(
        "answers_under_earlier_versions",
        versions=earlier,
        questions=context.deciding_questions,
        classes=list(ontology.classes),
    )
    if past.empty:
        return None
    age = (votes["answered_at"].max() - past["answered_at"]).dt.total_seconds() / 86_400
    return past.assign(n=1.0, age_days=age.fillna(0.0).clip(lower=0.0)).drop(columns="answered_at")


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
