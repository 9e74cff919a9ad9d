"""From the answers to atomic questions to one class, or to "escalate".

Belongs here: the truth table of a composition rule, its checks, and composing answers or posteriors by it.
Does not: reading an ontology file (``core.ontology``), or what is done with an escalated comment (``core.quality``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError, SettingError

if TYPE_CHECKING:
    from labeling_pipeline.core.ontology import Ontology

ESCALATE = "escalate"
UNSURE = "unsure"
NONE_OF_THESE = "none_of_these"
# A rule over more combinations than this is no longer read by anybody, and its table would not fit a page of a report.
MAX_COMBINATIONS = 100_000

Axes = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Rule:
    """When every named question has one of its answers, the label is this. An empty ``when`` matches everything."""

    when: tuple[tuple[str, tuple[str, ...]], ...]
    label: str

    def __str__(self) -> str:
        parts = [f"{question} = {' or '.join(answers)}" for question, answers in self.when]
        return f"{' and '.join(parts) or 'anything else'} → {self.label}"


@dataclass(frozen=True)
class TruthTable:
    """Every combination of answers with its label and the number of the rule (from 1) that decides it.

    ``label_index`` and ``rule_index`` are flat, in the order of ``np.ndindex`` over the answers of ``axes``;
    ``labels`` is what ``label_index`` counts into: the classes, then "escalate".
    """

    axes: Axes
    labels: tuple[str, ...]
    label_index: npt.NDArray[np.int64]
    rule_index: npt.NDArray[np.int64]

    def frame(self) -> pd.DataFrame:
        """One row per combination: a column per question, then ``label`` and ``rule``."""
        answers = pd.MultiIndex.from_product([a for _, a in self.axes], names=[q for q, _ in self.axes])
        frame = answers.to_frame(index=False)
        frame["label"] = np.asarray(self.labels, dtype=object)[self.label_index]
        frame["rule"] = self.rule_index + 1
        return frame


def build_truth_table(axes: Axes, classes: Sequence[str], rules: Sequence[Rule], source: str) -> TruthTable:
    """Apply the rules, first match wins, to every combination of answers.

    Raises SettingError when a combination has no rule, or a rule can never decide anything.

    >>> axes = (("threat", ("yes", "no", "unsure")),)
    >>> rules = [Rule((("threat", ("yes",)),), "threats"), Rule((), "non_toxic")]
    >>> build_truth_table(axes, ["non_toxic", "threats"], rules, "v1.toml").frame()["label"].tolist()
    ['threats', 'non_toxic', 'non_toxic']
    """
    shape = tuple(len(answers) for _, answers in axes)
    combinations = int(np.prod(shape, dtype=np.int64))
    if combinations > MAX_COMBINATIONS:
        raise SettingError(
            f"{source}: questions: {combinations:,} combinations of answers",
            expected=f"at most {MAX_COMBINATIONS:,}",
            remedy="ask fewer atomic questions, or give them fewer answers",
        )
    decided = np.full(shape, -1, dtype=np.int64)
    for number, rule in enumerate(rules):
        matches = _matches(rule, axes)
        fresh = matches & (decided < 0)
        if not fresh.any():
            raise SettingError(_unreachable(number, rules, np.unique(decided[matches]), source), remedy=_REORDER)
        decided[fresh] = number
    _require_total(decided, axes, source)
    labels = (*classes, ESCALATE)
    of_rule = np.asarray([labels.index(rule.label) for rule in rules], dtype=np.int64)
    rule_index = decided.reshape(-1)
    return TruthTable(axes, labels, of_rule[rule_index], rule_index)


_REORDER = "move it before them, narrow them, or delete it"


def _matches(rule: Rule, axes: Axes) -> npt.NDArray[np.bool_]:
    wanted = dict(rule.when)
    masks = [np.isin(np.asarray(answers), wanted.get(question, answers)) for question, answers in axes]
    result = np.ones((), dtype=bool)
    for mask in masks:
        result = result[..., None] & mask
    return result


def _unreachable(number: int, rules: Sequence[Rule], earlier: npt.NDArray[np.int64], source: str) -> str:
    shadows = [int(e) for e in earlier]
    conflicts = [e + 1 for e in shadows if rules[e].label != rules[number].label]
    told = f", which say otherwise: {conflicts}" if conflicts else ""
    return (
        f"{source}: composition.rules[{number + 1}] ({rules[number]}) can never decide: "
        f"rules {[e + 1 for e in shadows]} before it take all its combinations{told}"
    )


def _require_total(decided: npt.NDArray[np.int64], axes: Axes, source: str) -> None:
    missing = np.argwhere(decided < 0)
    if not len(missing):
        return
    example = ", ".join(f"{question} = {answers[i]}" for (question, answers), i in zip(axes, missing[0], strict=True))
    raise SettingError(
        f"{source}: composition.rules: {len(missing)} of {decided.size} combinations have no rule, e.g. {example}",
        expected="a rule for every combination, unsure included",
        remedy='end the rules with { when = {}, label = "escalate" }',
    )


def compose(answers: pd.DataFrame, ontology: Ontology) -> pd.Series:
    """The composed label of every row: a class, or "escalate".

    ``answers``: one row per comment, one column per atomic question. A missing answer counts as unsure where the
    question allows that, and makes the row "escalate" where it does not. Returns a Series on the same index.

    Raises InputError when a question has no column or a column holds an answer the ontology does not know.
    """
    table = table_of(ontology)
    index = np.zeros(len(answers), dtype=np.int64)
    lost = np.zeros(len(answers), dtype=bool)
    for question, allowed in table.axes:
        codes = _codes(answers, question, allowed)
        lost |= codes < 0
        index = index * len(allowed) + np.maximum(codes, 0)
    labels = np.asarray(table.labels, dtype=object)[table.label_index[index]]
    labels[lost] = ESCALATE
    return pd.Series(labels, index=answers.index, name="composed_label", dtype="str")


def _codes(answers: pd.DataFrame, question: str, allowed: tuple[str, ...]) -> npt.NDArray[np.int64]:
    if question not in answers:
        raise InputError(
            f"answers: no column {question!r}", expected="one column per atomic question", remedy="add the column"
        )
    given = answers[question]
    codes = pd.Index(allowed).get_indexer(pd.Index(given)).astype(np.int64)
    absent = given.isna().to_numpy()
    unknown = (codes < 0) & ~absent
    if unknown.any():
        raise InputError(
            f"answers: {question} has the answer {str(given[unknown].iloc[0])!r}", expected=" or ".join(allowed)
        )
    if UNSURE in allowed:
        codes[absent] = allowed.index(UNSURE)
    return codes


def compose_probabilities(posteriors: Mapping[str, pd.DataFrame], ontology: Ontology) -> pd.DataFrame:
    """Probability of each class, and of "escalate", when the questions are independent given the comment.

    ``posteriors``: question → frame with columns ``p_<answer>`` (an absent column is 0), rows aligned over questions
    and summing to 1. Returns columns ``p_<class>`` in class order and ``p_escalate``; rows sum to 1.
    """
    table = table_of(ontology)
    first = next(iter(posteriors.values()), pd.DataFrame())
    joint = np.ones((len(first), 1))
    for question, allowed in table.axes:
        p = _posterior(posteriors, question, allowed)
        joint = (joint[:, :, None] * p[:, None, :]).reshape(len(p), joint.shape[1] * p.shape[1])
    membership = np.eye(len(table.labels))[table.label_index]
    columns = [f"p_{label}" for label in table.labels]
    return pd.DataFrame(joint @ membership, columns=columns, index=first.index)


def _posterior(
    posteriors: Mapping[str, pd.DataFrame], question: str, allowed: tuple[str, ...]
) -> npt.NDArray[np.float64]:
    if question not in posteriors:
        raise InputError(f"posteriors: no frame for {question!r}", expected="one frame per atomic question")
    frame = posteriors[question]
    columns = [f"p_{answer}" for answer in allowed]
    p = frame.reindex(columns=columns, fill_value=0.0).to_numpy(dtype=np.float64)
    if len(p) and not np.allclose(p.sum(axis=1), 1.0, atol=1e-6):
        raise InputError(
            f"posteriors: a row of {question} does not sum to 1 over {columns}", expected="probabilities of its answers"
        )
    return p


def table_of(ontology: Ontology) -> TruthTable:
    """The ontology's truth table; InputError when it has no composition rule."""
    if ontology.table is None:
        raise InputError(
            f"ontology {ontology.schema_version} has no composition rule",
            expected="[composition] in its file",
            remedy="compose only where atomic questions are asked",
        )
    return ontology.table
