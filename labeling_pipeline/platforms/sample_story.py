"""The recorded story of comment c-1f8a: its prediction, its three votes, its verdict, and a week of other verdicts.

Belongs here: what was recorded, as data. Does not: anything computed from it.

Three annotators share fifteen more comments: annotator_b12 sees coded phrases, the other two do not. The experts'
verdicts of the week prove b12 right, so its reliability must rise, and that of a47 and c89 must fall.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pandas as pd

from labeling_pipeline.core.simulate.annotators import EXPERTS
from labeling_pipeline.core.simulate.answers import ATOMIC, DIRECT, atomic_answers, direct_answers
from labeling_pipeline.core.simulate.streams import ANCHOR_ID
from labeling_pipeline.core.simulate.texts import DOG_WHISTLE

VOTERS = {
    "annotator_a47": ("non_toxic", 0.7),
    "annotator_b12": ("harassment", 0.6),
    "annotator_c89": ("non_toxic", 0.5),
}
ANCHOR_ATOMIC = dict(zip(ATOMIC, ("no", "unsure", "unsure", "yes"), strict=True))
VERDICT_DAYS = (1, 6)


def recorded_predictions(start: datetime) -> pd.DataFrame:
    """The deployed model's scores of the anchor: margin .09."""
    scores = {"p_non_toxic": [0.32], "p_harassment": [0.41], "p_hate": [0.27]}
    at = start + timedelta(minutes=24)
    return pd.DataFrame({"comment_id": [ANCHOR_ID], **scores, "model_version": ["deployed-v0"], "predicted_at": [at]})


def recorded_votes(recorded: pd.DataFrame, start: datetime, seed: int) -> pd.DataFrame:
    """Five answers by each of the three annotators, on the anchor and on the other recorded comments."""
    asked = recorded.merge(pd.DataFrame({"annotator_id": list(VOTERS)}), how="cross").assign(labeling_round=1)
    direct = direct_answers(asked, seed)
    coded = asked["slice"].eq(DOG_WHISTLE)
    # What was recorded, not what was drawn: the three answered the slice as they answered the anchor.
    direct["answer"] = direct["answer"].mask(coded, asked["annotator_id"].map(lambda one: VOTERS[one][0]))
    answers = atomic_answers(asked, direct["answer"].tolist(), seed).assign(**{DIRECT: direct["answer"]})
    answers["stated_confidence"] = direct["stated_confidence"]
    rows = [
        (comment, annotator, question, given[question], given["stated_confidence"], 5 + place // len(VOTERS))
        for place, (comment, annotator, given) in enumerate(
            zip(asked["comment_id"], asked["annotator_id"], answers.to_dict("records"), strict=True)
        )
        for question in (DIRECT, *ATOMIC)
    ]
    for annotator, (label, stated) in VOTERS.items():
        anchor = {DIRECT: label, **ANCHOR_ATOMIC}
        rows += [(ANCHOR_ID, annotator, question, answer, stated, 0) for question, answer in anchor.items()]
    columns = ["comment_id", "annotator_id", "question", "answer", "stated_confidence", "minutes"]
    votes = pd.DataFrame(rows, columns=columns)
    votes["answered_at"] = start + timedelta(hours=4, minutes=2) + pd.to_timedelta(votes.pop("minutes"), unit="min")
    return votes.assign(labeling_round=1, duration_s=12.0, schema_version="v3", context_shown=False)


def recorded_verdicts(recorded: pd.DataFrame, start: datetime, seed: int) -> dict[int, pd.DataFrame]:
    """Verdicts by the day their file arrives: the anchor's on day 1, the others' on the days after."""
    anchor = {
        "comment_id": ANCHOR_ID,
        "expert_id": "e-04",
        "label": "harassment",
        "stated_confidence": 0.95,
        "note": "common dog-whistle pattern, escalate",
        "error_type": "missed_context",
        "decided_at": start + timedelta(days=1, minutes=-30),
    }
    others = []
    for place, row in enumerate(recorded.itertuples(index=False)):
        coded = row.slice == DOG_WHISTLE
        others.append(
            {
                "comment_id": row.comment_id,
                "expert_id": EXPERTS[(place * 5 + 1) % len(EXPERTS)],
                "label": row.label,
                "stated_confidence": 0.9 if coded else 0.95,
                "note": "coded phrase, aimed at a person" if coded else "as the guideline says",
                "error_type": "missed_context" if coded else "",
                "decided_at": start + timedelta(days=1 + place // 3, hours=1 + place % 3, minutes=7 * place % 60),
            }
        )
    week = pd.DataFrame([anchor, *others]).assign(context_shown=True, schema_version="v3")
    since = [start, *(start + timedelta(days=day) for day in VERDICT_DAYS)]
    parts = (week["decided_at"].between(*span, inclusive="right") for span in pairwise(since))
    return {day: week[part] for day, part in zip(VERDICT_DAYS, parts, strict=True)}
