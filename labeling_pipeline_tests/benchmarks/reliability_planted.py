"""Planted bad annotators: how many are found, how many others are named.

python -m labeling_pipeline_tests.benchmarks.reliability_planted --seeds 10
"""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from labeling_pipeline.core.reliability import bad_annotators
from labeling_pipeline_tests.core.reliability.planted import Planted, bad_crowd, two_class_crowd

CHECKS = {
    "random_clicker": "random",
    "one_answer_clicker": "one_answer",
    "sudden_decline": "declining",
    "copier": "copier",
}
WORLDS = {
    "100 votes each, 3 per comment": {"n_tasks": 8_800},
    "250 votes each, 3 per comment": {"n_tasks": 20_000},
    "250 votes each, 5 per comment": {"n_tasks": 12_000, "votes": 5},
}
TWO_CLASSES = {
    f"{name}, {each} votes each, {votes} per comment": {"each": each, "votes": votes, **settings}
    for each, votes in ((120, 3), (250, 5))
    for name, settings in {
        "even classes, honest .7 to .95": {"low": 0.7, "high": 0.95},
        "even classes, honest .55 to .9": {"low": 0.55, "high": 0.9},
        "85 to 15, honest .7 to .95": {"low": 0.7, "high": 0.95, "common": 0.85},
        "85 to 15, honest .55 to .9": {"low": 0.55, "high": 0.9, "common": 0.85},
        "85 to 15, honest .7 to .95, clicking by the mix": {"low": 0.7, "high": 0.95, "common": 0.85, "by_mix": True},
        "95 to 5, honest .7 to .95": {"low": 0.7, "high": 0.95, "common": 0.95},
        "even classes, honest .55 to .9, nobody planted": {"low": 0.55, "high": 0.9, "random": 0},
    }.items()
}


def main() -> None:
    """Print recall and false-alarm rate of every check, mean over seeds."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seeds", type=int, default=10)
    given = options.parse_args()
    for name, settings in WORLDS.items():
        table = mean_over_seeds(settings, given.seeds)
        print(f"\n{name}; 240 annotators, 12 planted of each kind, {given.seeds} seeds")
        print(table.round(4).to_string())
    print(f"\nrandom clickers among two classes; 120 annotators, 12 planted, {given.seeds} seeds")
    rows = {name: random_clickers(settings, given.seeds) for name, settings in TWO_CLASSES.items()}
    print(pd.DataFrame(rows).T.round(3).to_string())


def random_clickers(settings: dict[str, Any], n_seeds: int) -> dict[str, float]:
    """Of the planted and of all others: who is flagged, of whom it is said that nothing can be said."""
    found = []
    for seed in range(n_seeds):
        world = two_class_crowd(**settings, seed=seed)
        told = bad_annotators(world.votes, checks=["random_clicker"]).set_index("annotator")["status"]
        kind = world.kind[told.index]
        found.append(pd.DataFrame({"status": told.to_numpy(), "is_planted": (kind == "random").to_numpy()}))
    told = pd.concat(found)
    planted, others = told.loc[told["is_planted"], "status"], told.loc[~told["is_planted"], "status"]
    return {
        "recall": (planted == "flagged").mean(),
        "planted_insufficient": (planted == "insufficient").mean(),
        "false_alarm_rate": (others == "flagged").mean(),
        "others_insufficient": (others == "insufficient").mean(),
        "wrong_among_flagged": (others == "flagged").sum() / max(int((told["status"] == "flagged").sum()), 1),
    }


def mean_over_seeds(settings: dict[str, int], n_seeds: int) -> pd.DataFrame:
    """One row per check: recall and false-alarm rate, mean over planted crowds."""
    rows = [row for seed in range(n_seeds) for row in measured(bad_crowd(**settings, seed=seed), 100)]
    return pd.DataFrame(rows).groupby("check", sort=False).mean()


def measured(world: Planted, min_votes: int) -> list[dict[str, float | str]]:
    """Recall among planted ones with `min_votes` (copiers: 50 shared), false alarms among all others."""
    found = bad_annotators(world.votes, only_flagged=True)
    votes = world.votes["annotator"].value_counts()
    rows: list[dict[str, float | str]] = []
    for check, kind in CHECKS.items():
        planted = {who for who in world.of(kind) if kind == "copier" or votes[who] >= min_votes}
        hit = set(found.loc[found["check"] == check, "annotator"])
        wrong = hit - world.of(kind)
        outside = wrong - set(world.sources) if kind == "copier" else wrong
        others = len(world.kind) - len(world.of(kind))
        rows.append(
            {
                "check": check,
                "recall": len(hit & planted) / len(planted),
                "false_alarm_rate": len(outside) / others,
                "copied_one_named_too": len(wrong - outside) / others,
            }
        )
    return rows


if __name__ == "__main__":
    main()
