"""From the votes on all questions of a comment to one label.

Belongs here: which question decides the label, and the class composed from the atomic answers beside it. Does not: how
votes on one question are weighed (``core.consensus``), or whether the label is good enough (``core.quality``).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from labeling_pipeline.core.composition import ESCALATE, UNSURE, compose, compose_probabilities
from labeling_pipeline.core.consensus import ConsensusResult, consensus
from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.ontology import SPECIAL_ANSWERS, Ontology


@dataclass(frozen=True)
class Labels:
    """``labels``: one row per comment (comment_id, label, confidence, p_…, v_…, n_votes, agreement, entropy,
    ambiguity, annotator_noise, confidence_is, composed_label). ``answers``: one row per comment and atomic question.
    ``annotators``: the direct question's reliabilities. ``notes`` say what the consensus fell back to, and why;
    ``scores``: each method's accuracy on held-out gold, where it allowed to choose. ``blind``: comment_id, p_… of gold
    comments as votes alone have it, without their gold."""

    labels: pd.DataFrame
    answers: pd.DataFrame
    annotators: pd.DataFrame
    method: str
    notes: tuple[str, ...]
    scores: dict[str, float] = field(default_factory=dict)
    blind: pd.DataFrame = field(default_factory=pd.DataFrame)


def label_comments(
    votes: pd.DataFrame,
    ontology: Ontology,
    *,
    gold: pd.DataFrame | None = None,
    method: str = "auto",
    seed: int = 0,
    history: pd.DataFrame | None = None,
    predictions: pd.DataFrame | None = None,
) -> Labels:
    """Labels of all comments voted on under one ontology.

    ``votes``: columns task (the comment), annotator, question, label and optionally confidence. ``gold``: task, label
    (role ``fit`` only). ``history`` and ``predictions``: of the labels, as in `consensus`. The direct question decides;
    without one the label is composed from the atomic answers.
    Raises InputError when no vote answers a question of the ontology.
    """
    by_question = _by_question(votes, ontology)
    answered = _answered(by_question, ontology, method, seed)
    composed = _composed(answered, ontology)
    direct = ontology.direct_question
    if direct is not None and direct.id in by_question:
        main = consensus(
            _vote_columns(by_question[direct.id]), method=method, classes=ontology.classes, gold=gold, history=history,
            predictions=predictions, seed=seed, non_class_answers=SPECIAL_ANSWERS,
        )  # fmt: skip
        labels = main.labels.merge(composed[["task", "composed_label"]], on="task", how="left")
    else:
        main, labels = next(iter(answered.values())), composed
    return Labels(
        labels=labels.rename(columns={"task": "comment_id"}).sort_values("comment_id", ignore_index=True),
        answers=_answer_rows(answered),
        annotators=main.annotators,
        method=main.method,
        notes=tuple(main.notes),
        scores=main.scores,
        blind=main.blind.rename(columns={"task": "comment_id"}),  # gold is on labels: atomic answers have none
    )


def _by_question(votes: pd.DataFrame, ontology: Ontology) -> dict[str, pd.DataFrame]:
    asked = {question.id for question in ontology.questions}
    found = {str(key): rows for key, rows in votes.groupby("question", sort=True) if key in asked}
    if not found:
        known = ", ".join(sorted(asked))
        raise InputError(f"no vote answers a question of ontology {ontology.schema_version}", expected=known)
    return found


def _answered(
    by_question: dict[str, pd.DataFrame], ontology: Ontology, method: str, seed: int
) -> dict[str, ConsensusResult]:
    # "unsure" is an answer here, and a method that looks for one truth behind all votes would explain it away.
    return {
        question.id: consensus(
            _vote_columns(by_question[question.id]),
            method="majority" if question.unsure else method,
            classes=ontology.answers(question.id),
            seed=seed,
            non_class_answers=(),
            ambiguity=False,  # of answers that are only composed nobody asks
        )
        for question in ontology.atomic_questions
        if question.id in by_question
    }


def _vote_columns(votes: pd.DataFrame) -> pd.DataFrame:
    return votes[[name for name in ("task", "annotator", "label", "confidence") if name in votes]]


def _answer_rows(answered: dict[str, ConsensusResult]) -> pd.DataFrame:
    columns = ["comment_id", "question", "answer", "confidence", "probabilities", "n_votes", "agreement"]
    rows = []
    for question, result in answered.items():
        names = [str(column) for column in result.labels if str(column).startswith("p_")]
        maps = [dict(zip([name[2:] for name in names], row, strict=True)) for row in result.labels[names].to_numpy()]
        frame = result.labels.rename(columns={"task": "comment_id", "label": "answer"})
        rows.append(frame.assign(question=question, probabilities=pd.Series(maps, frame.index, dtype=object))[columns])
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)


def _composed(answered: dict[str, ConsensusResult], ontology: Ontology) -> pd.DataFrame:
    """One row per comment: the class the atomic answers add up to, with its probabilities (``escalate`` left out)."""
    if not answered or ontology.composition is None:
        return pd.DataFrame({"task": pd.Series(dtype="str"), "composed_label": pd.Series(dtype="str")})
    tasks = pd.Index(sorted(set().union(*(result.labels["task"] for result in answered.values()))), name="task")
    rows = {question: result.labels.set_index("task").reindex(tasks) for question, result in answered.items()}
    answers = pd.DataFrame(
        {q.id: rows[q.id]["label"] if q.id in rows else None for q in ontology.atomic_questions}, index=tasks
    )
    posteriors = {
        q.id: _posterior_or_unsure(rows.get(q.id), ontology.answers(q.id), tasks) for q in ontology.atomic_questions
    }
    probabilities = compose_probabilities(posteriors, ontology)
    escalated = probabilities.pop(f"p_{ESCALATE}").to_numpy()
    kept = np.maximum(1.0 - escalated, 1e-9)
    p = probabilities.to_numpy() / kept[:, None]
    uniform = np.full(len(ontology.classes), 1.0 / len(ontology.classes))
    # A comment that is all but certain to be escalated says nothing about its class.
    p = np.where(kept[:, None] > 1e-6, p, uniform)
    frame = pd.DataFrame(p, columns=probabilities.columns, index=tasks)
    first = next(iter(rows.values()))
    frame = frame.assign(
        **{f"v_{one}": frame[f"p_{one}"] for one in ontology.classes},
        label=np.asarray(ontology.classes, dtype=object)[p.argmax(axis=1)],
        confidence=p.max(axis=1) * kept,
        composed_label=compose(answers, ontology),
        n_votes=first["n_votes"].fillna(0).astype(int),
        agreement=first["agreement"],
        entropy=-(p * np.log2(np.maximum(p, 1e-12))).sum(axis=1),
        ambiguity=np.nan,  # of several answers together nothing is known
        annotator_noise=np.nan,
        confidence_is="uncalibrated",
    )
    return frame.reset_index()


def _posterior_or_unsure(rows: pd.DataFrame | None, answers: tuple[str, ...], tasks: pd.Index) -> pd.DataFrame:
    columns = [f"p_{answer}" for answer in answers]
    known = pd.DataFrame(index=tasks, columns=columns, dtype=float) if rows is None else rows[columns]
    # A question nobody answered counts as unsure, where it may be; else every answer is as likely.
    missing = pd.Series({c: float(c == f"p_{UNSURE}") if UNSURE in answers else 1.0 / len(answers) for c in columns})
    return known.fillna(missing)
