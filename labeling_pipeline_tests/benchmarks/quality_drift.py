"""How soon a guideline that is read differently is found, and how often nothing is found to have moved.

    python -m labeling_pipeline_tests.benchmarks.quality_drift [--seeds 20] [--quiet-seeds 5]

Belongs here: the simulated weeks and the count. Does not: drift of anything but votes, labels and agreement.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np
import pandas as pd

from labeling_pipeline.core.agreement import agreement
from labeling_pipeline.core.drift import Watched, drift_series

CLASSES = np.asarray(["non_toxic", "mild", "harassment", "hate", "threats"])
MIX = (0.6, 0.12, 0.15, 0.08, 0.05)
START = pd.Timestamp("2026-01-05")
PER_WEEK, DRIFT_WEEK = 2_000, 9


def simulated_votes(seed: int, n_weeks: int, affected: float) -> pd.DataFrame:
    """Three votes a comment, accuracy .85; from week 9 half of `mild` is read as non-toxic by a share of the crowd."""
    rng = np.random.default_rng(seed)
    n = PER_WEEK * n_weeks
    day = np.sort(rng.uniform(0, 7 * n_weeks, n))
    truth = rng.choice(5, n, p=MIX)
    reread = (truth == 1) & (rng.random(n) < 0.5) & (day >= 7 * (DRIFT_WEEK - 1))
    annotator = rng.random((n, 3)).argsort(axis=1) * 80 + rng.integers(0, 80, (n, 3))
    sees = np.where(reread[:, None] & (annotator < 240 * affected), 0, truth[:, None])
    wrong = rng.random((n, 3)) >= 0.85
    label = np.where(wrong, (sees + rng.integers(1, 5, (n, 3))) % 5, sees)
    return pd.DataFrame(
        {
            "comment_id": np.repeat(np.arange(n), 3),
            "annotator": annotator.reshape(-1).astype(str),
            "label": CLASSES[label.reshape(-1)],
            "answered_at": START + pd.to_timedelta(np.repeat(day, 3), "D"),
            "schema_version": "v3",
        }
    )


def alarms(votes: pd.DataFrame, first_night: int, last_night: int) -> Iterator[tuple[int, str]]:
    """(day, series) of every alarm between two nights, over votes, labels and weekly agreement."""
    majority = votes.groupby("comment_id")["label"].agg(lambda labels: labels.mode().iloc[0])
    when = votes.groupby("comment_id")["answered_at"].first()
    labels = pd.DataFrame({"label": majority, "labeled_at": when, "schema_version": "v3"})
    weekly, raised = _weekly_agreement(votes), []
    for night in range(first_night, last_night + 1):
        at = START + pd.Timedelta(days=night)
        recent = {"votes": votes[votes["answered_at"] >= at - pd.Timedelta(days=80)], "labels": labels}
        before = pd.concat(raised) if raised else None
        report = drift_series(at.to_pydatetime(), Watched(**recent, agreement=weekly), raised=before)
        raised.append(report[report["is_alarm"]])
        yield from ((night, series) for series in report.loc[report["is_alarm"], "series"])


def _weekly_agreement(votes: pd.DataFrame) -> pd.DataFrame:
    week = ((votes["answered_at"] - START).dt.days // 7).to_numpy()
    rows = []
    for number, part in votes.rename(columns={"comment_id": "task"}).groupby(week):
        alpha = agreement(part[["task", "annotator", "label"]], n_boot=100)["krippendorff_alpha"]
        rows.append((START + pd.Timedelta(days=7 * (int(number) + 1)), alpha["value"], alpha["low"], alpha["high"]))
    return pd.DataFrame(rows, columns=["week", "value", "low", "high"]).assign(statistic="krippendorff_alpha")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--quiet-seeds", type=int, default=5)
    chosen = parser.parse_args()
    for share, name in ((1.0, "all"), (0.5, "half")):
        days = []
        for seed in range(chosen.seeds):
            found = list(alarms(simulated_votes(seed, 11, share), 7 * (DRIFT_WEEK - 1), 77))
            days.append(found[0][0] - 7 * (DRIFT_WEEK - 1) if found else None)
        known = [day for day in days if day is not None]
        median = f"median after {np.median(known):.0f} days" if known else "never"
        print(f"half of mild re-read by {name} annotators: found by week 11 in {len(known)} of {len(days)}; {median}")
    quiet = [
        len({day // 7 for day, _ in alarms(simulated_votes(1_000 + s, 52, 0.0), 35, 364)})
        for s in range(chosen.quiet_seeds)
    ]
    print(f"weeks with an alarm in 52 quiet weeks: {quiet}, {np.mean(quiet):.2f} on average")


if __name__ == "__main__":
    main()
