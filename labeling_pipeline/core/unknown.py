"""What votes alone cannot say, in plain words. Belongs here: the sentences. Does not: the figures in them."""

from __future__ import annotations

from typing import Any

from labeling_pipeline.core.gold import needed_for, seen_once

EXAMPLE_BUDGET = 300


def cannot_know(result: dict[str, Any], *, has_gold: bool) -> list[str]:
    """The limits of a result of ``week_one.check``, each with this file's own figures."""
    sentences = [
        one for question in result["questions"] for one in _of_question(question, len(result["questions"]) > 1)
    ]
    if result["n_annotators"] is None:
        sentences.append(
            "Who is unreliable. The file names no annotators, so nobody can be compared, weighed or paused."
        )
    elif any(q["annotators"] and q["annotators"]["n_suspicious"] for q in result["questions"]):
        sentences.append(
            "Whether an annotator who stands apart is wrong. They disagree with their peers; they may also be the only "
            "one who sees what all the others miss."
        )
    sentences.append(
        "What the crowd does not see. If most annotators share a blind spot (a coded phrase, a dialect, another "
        "country's insult), their votes agree, and every figure here looks better for it."
    )
    if not has_gold:
        sentences.append(
            f"How many gold labels are enough. {EXAMPLE_BUDGET} labels by experts would show, with 95 % probability, "
            f"an error that touches {100 * seen_once(EXAMPLE_BUDGET):.0f} % of the comments they come from; to see "
            f"a 5-point drop on one kind of comment takes about {needed_for(0.05, 0.8)} of that kind. "
            "The command gold plan says which comments to take."
        )
    return sentences


def _of_question(question: dict[str, Any], several: bool) -> list[str]:
    about = f" ({question['question']})" if several else ""
    gold, labels = question["gold"], question["labels"]
    sentences = []
    if gold is None or gold["value"] is None:
        alpha = question["agreement"]["krippendorff_alpha"]["value"]
        agree = "an agreement that cannot be computed" if alpha is None else f"Krippendorff's α of {alpha:.2f}"
        why = f" ({gold['note']})" if gold else ""
        sentences.append(
            f"How many labels are right{about}. The annotators reach {agree}: that says how alike they answer, not "
            f"whether the answer is correct. Accuracy needs gold{why}."
        )
    if labels["n_multiple"]:
        share = labels["n_unanimous"] / labels["n_multiple"]
        sentences.append(
            f"Which unanimous labels are wrong{about}. {labels['n_unanimous']:,} labels ({100 * share:.0f} %) are "
            "unanimous and look the safest; nothing in this file can tell a right one from a shared mistake."
        )
    sentences.append(
        f"What a confidence of {labels['mean_confidence']:.2f} means{about}. The mean confidence is not calibrated: "
        "without gold nobody knows how often a label at that confidence is right."
    )
    return sentences
