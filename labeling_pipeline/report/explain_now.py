"""What the store holds of a comment as computed now: with all votes and all that was learned since.

Belongs here: consensus, labeling functions and the fusion of all sources. Does not: what happened, and what was known
then (``report.explain``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from labeling_pipeline.report.explain_words import Event, each, given, ranked, shares
from labeling_pipeline.stages.context import Context


def computed_now(context: Context, comment_id: str) -> Iterator[Event]:
    """What is computed anew whenever more is known, in the order it builds on one another."""
    gold = context.query("explain/gold", comment_id=comment_id)
    fit = gold.loc[gold["role"] == "fit", "label"].tolist()
    for tell in (_weak_label, _consensus, _fused):
        for name, lines in tell(context, comment_id, fit[0] if fit else None):
            yield Event(pd.Timestamp(context.now), name, tuple(lines))


Told = Iterator[tuple[str, list[str]]]


def _weak_label(context: Context, comment_id: str, fit: str | None) -> Told:
    for row in each(context.query("explain/weak_label", comment_id=comment_id)):
        line = f"as computed now, labeling functions ({row.method}): {row.label} ({row.confidence:.2f})"
        votes = context.query("explain/function_votes", comment_id=comment_id)
        yield "weak label", [line, *(_function_vote(vote) for vote in each(votes))]


def _function_vote(vote: Any) -> str:
    sure = f"right {vote.learned_accuracy:.2f} of the time, as the label model believes"
    copies = f" · shares its vote with {', '.join(vote.near_copies)}" if len(vote.near_copies) else ""
    note = f" · {vote.note}" if given(vote.note) else ""
    return f"{vote.lf} → {vote.label} ({sure}; code {vote.code_hash[:8]}){copies}{note}"


def _consensus(context: Context, comment_id: str, fit: str | None) -> Told:
    for row in each(context.query("explain/consensus", comment_id=comment_id)):
        composed = f" · composed from the answers: {row.composed_label}" if given(row.composed_label) else ""
        agreed = f"{row.agreement:.2f}" if given(row.agreement) else "undefined (one vote)"
        lines = [
            f"as computed now, with all votes there are ({row.method}, {row.confidence_is}): {row.label}{composed}",
            *_clamped(context, comment_id, fit),
            f"believed {shares('p', row.probabilities)}",
            f"said {shares('v', row.vote_shares)} · share of agreeing pairs {agreed}",
            *_answers(context, comment_id, row.schema_version),
        ]
        if given(row.ambiguity):
            chance = "under 0.01" if row.ambiguity < 0.01 else f"{row.ambiguity:.2f}"
            noise = f"these annotators are wrong on {row.annotator_noise:.2f} of clear {row.label} comments"
            lines.append(f"chance {chance} that the comment is ambiguous · {noise}")
        elif not given(row.composed_label) and row.n_votes > 1:
            lines.append("whether the comment is ambiguous or its annotators noisy cannot be told: too few votes")
        yield "consensus", lines


def _clamped(context: Context, comment_id: str, fit: str | None) -> list[str]:
    """Of fit gold: that its confidence is the experts' word, and what the votes would have come to by themselves."""
    if fit is None:
        return []
    blind = context.query("explain/blind", comment_id=comment_id)
    top = ranked(blind["probabilities"].iloc[0])[0] if len(blind) else None
    alone = f"; the votes by themselves say {top[0]} ({top[1]:.2f})" if top else ""
    return [f"clamped to the fit gold {fit}: this confidence is the experts' word, not the votes'{alone}"]


def _answers(context: Context, comment_id: str, schema_version: str) -> list[str]:
    answers = context.query("explain/answers", comment_id=comment_id).set_index("question")
    ordered = [one.id for one in in_order(context, schema_version) if one.id in answers.index]
    told = [f"{name} → {answers.loc[name, 'answer']} ({answers.loc[name, 'confidence']:.2f})" for name in ordered]
    return [f"answers {'  '.join(told)}"] if told else []


def in_order(context: Context, schema_version: str) -> list[Any]:
    """The questions of one version of the ontology, in its order; of the one in force where it is not known."""
    known = {one.schema_version: one for one in context.ontologies}
    return list(known.get(schema_version, context.ontology).questions)


def _fused(context: Context, comment_id: str, fit: str | None) -> Told:
    for row in each(context.query("explain/fused", comment_id=comment_id)):
        lines = [
            f"as computed now, all sources together ({row.source}, {row.confidence_is}): {row.label}",
            f"believed {shares('p', row.probabilities)}",
        ]
        if fit is not None:
            lines.append("the crowd's part is clamped to the fit gold, too")
        evidence = context.query("explain/evidence", comment_id=comment_id)
        for one in each(evidence):
            top = ranked(one.probabilities)[0] if given(one.probabilities) else None
            said = f"says {top[0]} ({top[1]:.2f}), " if top else ""
            lines.append(f"{one.source}: {said}weight {one.weight:.2f}, evidence {one.evidence:+.2f}")
            if one.source == "signals":
                lines += [_signal(act) for act in each(context.query("explain/signals", comment_id=comment_id))]
        lines += _mix(row.with_verdicts if given(row.with_verdicts) else row.probabilities, evidence["evidence"].sum())
        if given(row.with_verdicts):
            lines.append(f"with the experts' verdicts as evidence {shares('p', row.with_verdicts)}")
        yield "fusion", lines


def _mix(probabilities: object, evidence: float) -> list[str]:
    """What the mix of all comments adds to the evidence, for the label and over the runner-up as that has it."""
    (label, first), (_, second) = ranked(probabilities)[:2]
    if not second:
        return []
    return [f"the mix of all comments: evidence {np.log(first / second) - evidence:+.2f} for {label}"]


def _signal(act: Any) -> str:
    claim = str(act.label) if given(act.label) else f"not {act.against}"
    sure = f"[{act.low:.2f}, {act.high:.2f}] on {act.n_gold} of gold" if act.n_gold else "a stated default"
    acts = f"acts: {act.n_acts}, independent: {act.n_sources}"
    return f"  {act.lf} → {claim} ({acts}; right {act.learned_accuracy:.2f} of the time, {sure})"
