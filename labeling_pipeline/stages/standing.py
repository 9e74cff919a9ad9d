"""Honeypots that still measure, annotators under the bar, and the labels their earlier votes are behind.

Belongs here: which answers are judged. Does not: the rules (``core.honeypot_health``, ``core.standing``).
"""

from __future__ import annotations

import pandas as pd

from labeling_pipeline.core.honeypot_health import honeypot_health
from labeling_pipeline.core.honeypots import honeypot_bank
from labeling_pipeline.core.standing import pauses, set_aside, to_relabel
from labeling_pipeline.stages.engine import Context, Result


def annotator_standing(context: Context) -> Result:
    """Annotators paused for their honeypots: later votes are kept and weigh nothing, earlier labels are listed.

    A honeypot that most annotators contradict, or that leaked, says nothing about the one who answered it: it is taken
    out of the measure and no longer handed out.
    """
    settings, questions = context.settings.honeypots, context.deciding_questions
    bank = honeypot_bank(context.query("gold_by_role", role="fit"), settings.bank_share)
    answers = context.query("votes_on_fit_gold", questions=questions)
    health = honeypot_health(answers, bank, max_exposures=settings.max_exposures)
    unfit = health.loc[health["state"].isin(["in_doubt", "leaked"]), "comment_id"]
    paused = pauses(
        answers,
        bank[~bank["comment_id"].isin(unfit)],
        bar=settings.bar,
        min_answers=settings.min_answers,
        reinstated=settings.reinstated,
    )
    states = health["state"].value_counts()
    metrics = {
        f"honeypots_{state}": int(states.get(state, 0)) for state in ("active", "in_doubt", "leaked", "worn_out")
    }
    replace = {"annotator_pauses": paused, "honeypot_health": health, "labels_to_recheck": _recheck(context, paused)}
    return Result(len(paused), {**metrics, "paused": len(paused)}, replace=replace)


def _recheck(context: Context, paused: pd.DataFrame) -> pd.DataFrame:
    ids = paused["annotator_id"].tolist()
    votes = context.query("votes_beside", questions=context.deciding_questions, annotators=ids)
    counted = votes[~set_aside(votes, paused)]
    sizes = counted.groupby(["comment_id", "label"]).size().rename("n").reset_index()
    most = sizes.sort_values(["comment_id", "n", "label"], ascending=[True, False, True]).drop_duplicates("comment_id")
    return to_relabel(counted, paused, most[["comment_id", "label"]])
