"""What votes alone cannot say, in plain words. Belongs here: the sentences. Does not: the figures in them."""

from __future__ import annotations

from typing import Any

from labeling_pipeline.core.gold import needed_for, seen_once

EXAMPLE_BUDGET = 300
Question = dict[str, Any]


def cannot_know(result: dict[str, Any], *, has_gold: bool) -> list[str]:
    """The limits of a result of ``week_one.check``, each with its own figures; the first sentence is the point."""
    questions: list[Question] = result["questions"]
    sentences = [*_accuracy(questions), *_unanimous(questions), *_confidence(questions), *_annotators(questions)]
    sentences.append(
        "What the crowd does not see. If most annotators share a blind spot (a coded phrase, a dialect, another "
        "country's insult), their votes agree, and every figure here looks better for it."
    )
    if not has_gold:
        sentences.append(
            f"How many gold labels are enough. {EXAMPLE_BUDGET} labels by experts would show, with 95 % probability, "
            f"an error that touches {100 * seen_once(EXAMPLE_BUDGET):.0f} % of the comments they come from; to see a "
            f"5-point drop on one kind of comment takes about {needed_for(0.05, 0.8)} of that kind. The command gold "
            "plan says which comments to take."
        )
    return sentences


def _accuracy(questions: list[Question]) -> list[str]:
    unmeasured = [q for q in questions if q["gold"] is None or q["gold"]["value"] is None]
    if not unmeasured:
        return []
    alphas = [(q["agreement"]["krippendorff_alpha"]["value"], _about(q, questions)) for q in unmeasured]
    shown = ", ".join(f"{'not defined' if a is None else f'{a:.2f}'}{about}" for a, about in alphas)
    notes = sorted({q["gold"]["note"] for q in unmeasured if q["gold"]})
    why = f" ({'; '.join(notes)})" if notes else ""
    return [
        f"How many labels are right. Krippendorff's α is {shown}: that says how alike the annotators answer, not "
        f"whether the answer is correct. Accuracy needs gold{why}."
    ]


def _unanimous(questions: list[Question]) -> list[str]:
    counts = [(q["labels"]["n_unanimous"], q["labels"]["n_multiple"], _about(q, questions)) for q in questions]
    shown = ", ".join(f"{k:,} labels ({100 * k / n:.0f} %){about}" for k, n, about in counts if n)
    if not shown:
        return []
    return [
        f"Which unanimous labels are wrong. Unanimous, and so the safest to look at, are {shown}; nothing in the votes "
        "can tell a right one from a shared mistake."
    ]


def _confidence(questions: list[Question]) -> list[str]:
    loose = [q for q in questions if q["labels"]["confidence_is"] != "calibrated"]
    if not loose:
        return []
    shown = ", ".join(f"{q['labels']['mean_confidence']:.2f}{_about(q, questions)}" for q in loose)
    return [
        f"What a confidence means. On average it is {shown}, and it is not calibrated: without enough gold nobody "
        "knows how often a label at that confidence is right."
    ]


def _annotators(questions: list[Question]) -> list[str]:
    if all(q["annotators"] is None for q in questions):
        return ["Who is unreliable. The file names no annotators, so nobody can be compared, weighed or paused."]
    if not any(q["annotators"] and q["annotators"]["n_suspicious"] for q in questions):
        return []
    return [
        "Whether an annotator who stands out is wrong. They answer unlike the others; they may also be the only one "
        "who sees what all the others miss."
    ]


def _about(question: Question, questions: list[Question]) -> str:
    return f" for {question['question']}" if len(questions) > 1 else ""
