"""Honeypots that still measure, what they say, annotators under the bar, and the labels their votes are behind.

Belongs here: which answers are judged. Does not: the rules (``core.honeypot_health``, ``core.standing``).
"""

from __future__ import annotations

import pandas as pd

from labeling_pipeline.core.honeypot_health import honeypot_health
from labeling_pipeline.core.honeypot_report import ALL, accuracy_parts, overexposed, violations
from labeling_pipeline.core.honeypots import honeypot_bank
from labeling_pipeline.core.plurality import most_given
from labeling_pipeline.core.standing import pauses, set_aside, to_relabel
from labeling_pipeline.stages.engine import Context, Result


def annotator_standing(context: Context) -> Result:
    """Annotators paused for their honeypots: later votes are kept and weigh nothing, earlier labels are listed.

    A honeypot that most annotators contradict, or that leaked, says nothing about the one who answered it: it is taken
    out of the measure and no longer handed out. With it: accuracy on the others per class and difficulty, and what
    those who assign the work themselves did otherwise than agreed.
    """
    settings, questions = context.settings.honeypots, context.deciding_questions
    bank = honeypot_bank(context.query("gold_by_role", role="fit"), settings.bank_share)
    answers = context.query("votes_on_fit_gold", questions=questions)
    health = honeypot_health(answers, bank, max_exposures=settings.max_exposures)
    unfit = health.loc[health["state"].isin(["in_doubt", "leaked"]), "comment_id"]
    measuring = bank[~bank["comment_id"].isin(unfit)]
    paused = pauses(
        answers,
        measuring,
        bar=settings.bar,
        min_answers=settings.min_answers,
        reinstated=settings.reinstated,
    )
    accuracy = accuracy_parts(answers, measuring, min_answers=settings.min_answers)
    broken = _violations(context)
    replace = {
        "annotator_pauses": paused,
        "honeypot_health": health,
        "labels_to_recheck": _recheck(context, paused),
        "honeypot_accuracy": accuracy,
        "honeypot_violations": broken,
    }
    return Result(len(paused), {**_metrics(health, accuracy, broken), "paused": len(paused)}, replace=replace)


def _metrics(health: pd.DataFrame, accuracy: pd.DataFrame, broken: pd.DataFrame) -> dict[str, float | int | str]:
    states, rules = health["state"].value_counts(), broken["rule"].value_counts().sort_index()
    numbers: dict[str, float | int | str] = {
        f"honeypots_{state}": int(states.get(state, 0)) for state in ("active", "in_doubt", "leaked", "worn_out")
    }
    crowd = accuracy[(accuracy["annotator_id"] == ALL) & (accuracy["standing"] == "measured")]
    for row in crowd[crowd["by"] != "all"].to_dict("records"):
        numbers[f"right_on_{row['part']}"] = float(row["value"])
    told = ", ".join(f"{n} {name}" for name, n in rules.items())
    return numbers | {"violations": len(broken)} | ({"violated": told} if told else {})


def _violations(context: Context) -> pd.DataFrame:
    """What those who assign the work themselves did otherwise than agreed; and who read more harm than they should."""
    settings = context.settings
    apart = pd.concat([context.query("gold_by_role", role=role) for role in ("measure", "sealed")], ignore_index=True)
    shown = context.query("answers_assigned_elsewhere")
    read = context.query("harm_called", harmful=list(settings.people.harmful))
    done = violations(shown, apart, rate=settings.honeypots.rate, max_exposures=settings.honeypots.max_exposures)
    return pd.concat([done, overexposed(read, settings.people.daily_cap)], ignore_index=True)


def _recheck(context: Context, paused: pd.DataFrame) -> pd.DataFrame:
    ids = paused["annotator_id"].tolist()
    votes = context.query("votes_beside", questions=context.deciding_questions, annotators=ids)
    counted = votes[~set_aside(votes, paused)]
    return to_relabel(counted, paused, most_given(counted))
