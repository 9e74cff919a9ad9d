"""What the quality report tells of honeypots, of what others did with them, and of what people were given to read.

Belongs here: those parts, for a page and for a terminal. Does not: the figures (``core.honeypot_report``), or the rest
of the report (``report.quality``).
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from labeling_pipeline.core.honeypot_report import ALL
from labeling_pipeline.report.html import Html, element, table

STATES = {
    "active": "measure",
    "in_doubt": "most annotators contradict them",
    "leaked": "answers became known",
    "worn_out": "shown too often",
}
RULES = {
    "rate": "share of honeypots is off",
    "repeated": "had a honeypot twice",
    "over_cap": "a honeypot shown to too many",
    "gold_shown": "answered gold that is kept apart",
    "exposure": "read more harm on one day than agreed",
}
SHOWN = 40
Tables = dict[str, pd.DataFrame]


def honeypot_lines(told: Tables) -> list[str]:
    """For a terminal: the crowd's accuracy per class and difficulty, and violations by rule."""
    accuracy, broken = told["honeypot_accuracy"], told["honeypot_violations"]
    crowd = accuracy[accuracy["annotator_id"] == ALL]
    parts = [f"{row['part'] or 'all'} {_told(row)}" for row in crowd.to_dict("records")]
    lines = [f"honeypots  {'; '.join(parts)}"] if parts else []
    lines += _too_few(accuracy[(accuracy["annotator_id"] != ALL) & (accuracy["by"] == "all")])
    for rule, n in broken["rule"].value_counts().sort_index().items():
        worst = broken[broken["rule"] == rule].sort_values("value").iloc[-1]
        who = worst["annotator_id"] if isinstance(worst["annotator_id"], str) else worst["comment_id"]
        lines.append(
            f"violation  {RULES[str(rule)]}: {n}; most {who}, {worst['value']:g} (agreed {worst['expected']:g})"
        )
    return lines


def _too_few(people: pd.DataFrame) -> list[str]:
    """How many are measured, how many are not, and how far those are from it."""
    few = people[people["standing"] == "insufficient"]
    if few.empty:
        return []
    measured = f"{len(people) - len(few):,} of {len(people):,} annotators are measured one by one"
    answered = f"the others answered {few['n'].median():g} honeypots in the median, under honeypots.min_answers"
    return [f"honeypots  {measured}; {answered}; the crowd's figures above count all answers"]


def honeypot_parts(told: Tables) -> list[Html]:
    """The page's part on honeypots, annotators who are paused, and violations."""
    health = told["honeypot_health"]
    parts = [] if health.empty else _health(health)
    crowd = told["honeypot_accuracy"][told["honeypot_accuracy"]["annotator_id"] == ALL]
    if len(crowd):
        parts.append(element("p", "What the crowd answers where the answer is known, per true class and difficulty:"))
        parts.append(_accuracy(crowd))
        parts.append(element("details", element("summary", "each annotator"), _people(told["honeypot_accuracy"])))
    parts += _paused(told["annotator_pauses"]) + _violations(told["honeypot_violations"])
    return [element("h2", "Honeypots and annotators"), *parts] if parts else []


def exposure_parts(exposures: pd.DataFrame) -> list[Html]:
    """What people were given of threat and hate: never a text, only how much."""
    if exposures.empty:
        return []
    per_day = exposures.groupby(["person_id", "day"]).size().groupby("person_id").agg(["sum", "max"])
    rows = [(str(who), f"{n:,}", f"{most:,}") for who, n, most in per_day.sort_values("max").itertuples()][::-1]
    return [
        element("h2", "Harm that people were given to read"),
        table(["person", "comments in all", "on the worst day"], rows[:SHOWN], numeric=(1, 2)),
    ]


def _health(health: pd.DataFrame) -> list[Html]:
    states = health["state"].value_counts()
    rows = [(said, f"{int(states.get(state, 0)):,}") for state, said in STATES.items()]
    return [table(["honeypots that", ""], rows, numeric=(1,))]


def _accuracy(crowd: pd.DataFrame) -> Html:
    rows = [(row["by"], row["part"] or "all", _told(row), f"{row['n']:,}") for row in crowd.to_dict("records")]
    return table(["per", "", "right (95 %)", "answers"], rows, numeric=(2, 3))


def _people(accuracy: pd.DataFrame) -> Html:
    named = accuracy[accuracy["annotator_id"] != ALL]
    parts = named.assign(told=[_told(row) for row in named.to_dict("records")], key=named["part"].replace("", "all"))
    wide = parts.pivot_table(index="annotator_id", columns="key", values="told", aggfunc="first").fillna("–")
    order = ["all", *[one for one in wide.columns if one != "all"]]
    rows = [(str(who), *row) for who, *row in wide[order].itertuples()]
    return table(["annotator", *order], rows, numeric=range(1, len(order) + 1))


def _paused(paused: pd.DataFrame) -> list[Html]:
    people = [(p["annotator_id"], p["reason"], p["paused_at"]) for p in paused.to_dict("records")]
    return [table(["paused", "why", "since"], people)] if people else []


def _violations(broken: pd.DataFrame) -> list[Html]:
    if broken.empty:
        return []
    rows = [
        (RULES[row["rule"]], row["annotator_id"] or "", row["comment_id"] or "", f"{row['value']:g}",
         f"{row['expected']:g}")
        for row in broken.astype(object).where(broken.notna(), None).head(SHOWN).to_dict("records")
    ]  # fmt: skip
    return [
        element("h3", "Otherwise than agreed"),
        element("p", f"Measured from the answers: {len(broken):,} in all."),
        table(["what", "annotator", "comment", "measured", "agreed"], rows, numeric=(3, 4)),
    ]


def _told(row: dict[Any, Any]) -> str:
    if row["standing"] == "insufficient":
        return f"insufficient (n {row['n']})"
    return f"{row['value']:.2f} ({row['low']:.2f} … {row['high']:.2f})"
