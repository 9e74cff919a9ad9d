"""Planted bad annotators: how many are found, how many others are named.

python -m labeling_pipeline_tests.benchmarks.reliability_planted --seeds 10
"""

from __future__ import annotations

import argparse

import pandas as pd

from labeling_pipeline.core.reliability import bad_annotators
from labeling_pipeline_tests.core.reliability.planted import Planted, bad_crowd

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


def main() -> None:
    """Print recall and false-alarm rate of every check, mean over seeds."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seeds", type=int, default=10)
    given = options.parse_args()
    for name, settings in WORLDS.items():
        table = mean_over_seeds(settings, given.seeds)
        print(f"\n{name}; 240 annotators, 12 planted of each kind, {given.seeds} seeds")
        print(table.round(4).to_string())


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
