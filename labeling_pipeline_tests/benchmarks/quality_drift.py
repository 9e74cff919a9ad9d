"""How soon a guideline that is read differently is found, and how often nothing is found to have moved.

    python -m labeling_pipeline_tests.benchmarks.quality_drift [--seeds 20] [--quiet-seeds 5] [--anchors 0 20] [--alone]

``--anchors``: the numbers of comments that are asked again every week, of three people each time, evenly over classes.
``--alone``: nothing but the anchors is looked at.

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


def anchor_votes(seed: int, n_weeks: int, affected: float, n_anchors: int) -> pd.DataFrame:
    """The same comments every week, three other people each time; half of those that are mild lie on the boundary."""
    rng = np.random.default_rng([seed, 1])
    truth = np.arange(n_anchors) % 5
    boundary = (truth == 1) & (np.arange(n_anchors) // 5 % 2 == 0)
    row = np.repeat(np.arange(n_anchors), 3 * n_weeks)
    week = np.tile(np.repeat(np.arange(n_weeks), 3), n_anchors)
    day = 7 * week + rng.uniform(0, 2, len(row))  # answered within two days of being asked
    reread = boundary[row] & (week >= DRIFT_WEEK - 1) & (rng.random(len(row)) < affected)
    sees = np.where(reread, 0, truth[row])
    wrong = rng.random(len(row)) >= 0.85
    return pd.DataFrame(
        {
            "comment_id": row,
            "label": CLASSES[np.where(wrong, (sees + rng.integers(1, 5, len(row))) % 5, sees)],
            "answered_at": START + pd.to_timedelta(day, "D"),
            "schema_version": "v3",
        }
    )


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


def alarms(
    votes: pd.DataFrame, first_night: int, last_night: int, anchors: pd.DataFrame | None = None
) -> Iterator[tuple[int, str]]:
    """(day, series) of every alarm between two nights, over votes, labels, weekly agreement and anchors."""
    majority = votes.groupby("comment_id")["label"].agg(lambda labels: labels.mode().iloc[0])
    when = votes.groupby("comment_id")["answered_at"].first()
    labels = pd.DataFrame({"label": majority, "labeled_at": when, "schema_version": "v3"})
    weekly, raised = _weekly_agreement(votes), []
    for night in range(first_night, last_night + 1):
        at = START + pd.Timedelta(days=night)
        recent = {"votes": votes[votes["answered_at"] >= at - pd.Timedelta(days=80)], "labels": labels}
        before, again = pd.concat(raised) if raised else None, pd.DataFrame() if anchors is None else anchors
        watched = Watched(**recent, agreement=weekly, anchors=again)
        report = drift_series(at.to_pydatetime(), watched, raised=before)
        raised.append(report[report["is_alarm"]])
        yield from ((night, series) for series in report.loc[report["is_alarm"], "series"])


def _weekly_agreement(votes: pd.DataFrame) -> pd.DataFrame:
    week = ((votes["answered_at"] - START).dt.days // 7).to_numpy()
    rows = []
    for number, part in votes.rename(columns={"comment_id": "task"}).groupby(week):
        alpha = agreement(part[["task", "annotator", "label"]], n_boot=100)["krippendorff_alpha"]
        rows.append((START + pd.Timedelta(days=7 * (int(number) + 1)), alpha["value"], alpha["low"], alpha["high"]))
    return pd.DataFrame(rows, columns=["week", "value", "low", "high"]).assign(statistic="krippendorff_alpha")


def anchor_alarms(again: pd.DataFrame, first_night: int, last_night: int) -> Iterator[tuple[int, str]]:
    """The same where there is nothing but anchors."""
    for night in range(first_night, last_night + 1):
        report = drift_series((START + pd.Timedelta(days=night)).to_pydatetime(), Watched(anchors=again))
        yield from ((night, series) for series in report.loc[report["is_alarm"], "series"])


def found_after(seeds: int, share: float, n_anchors: int, alone: bool) -> tuple[list[int], int]:
    """Days from the drift to the first alarm, of the seeds with one by week 11; in how many anchors alarmed."""
    days, by_anchors = [], 0
    for seed in range(seeds):
        again = anchor_votes(seed, 11, share, n_anchors) if n_anchors else None
        nights = 7 * (DRIFT_WEEK - 1), 77
        if alone and again is not None:
            found = list(anchor_alarms(again, *nights))
        else:
            found = list(alarms(simulated_votes(seed, 11, share), *nights, again))
        days += [day - 7 * (DRIFT_WEEK - 1) for day, _ in found[:1]]
        by_anchors += "anchors" in {series for _, series in found}
    return days, by_anchors


def quiet_weeks(seeds: int, n_anchors: int) -> tuple[list[int], list[int]]:
    """Weeks with an alarm in 52 quiet ones, of each seed: of any series, and of the anchors."""
    weeks, by_anchors = [], []
    for seed in range(1_000, 1_000 + seeds):
        again = anchor_votes(seed, 52, 0.0, n_anchors) if n_anchors else None
        found = list(alarms(simulated_votes(seed, 52, 0.0), 35, 364, again))
        weeks.append(len({day // 7 for day, _ in found}))
        by_anchors.append(len({day // 7 for day, series in found if series == "anchors"}))
    return weeks, by_anchors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--quiet-seeds", type=int, default=5)
    parser.add_argument("--anchors", type=int, nargs="*", default=[0])
    parser.add_argument("--alone", action="store_true")
    chosen = parser.parse_args()
    for n in chosen.anchors:
        for share, name in ((1.0, "all"), (0.5, "half")):
            days, by_anchors = found_after(chosen.seeds, share, n, chosen.alone)
            median = f"median after {np.median(days):.0f} days" if days else "never"
            print(
                f"{n} anchors, half of mild re-read by {name} annotators: found by week 11 in {len(days)} of", end=" "
            )
            print(f"{chosen.seeds}; {median}; by the anchors in {by_anchors}", flush=True)
        if chosen.alone:
            continue
        weeks, by_anchors_too = quiet_weeks(chosen.quiet_seeds, n)
        print(f"{n} anchors, weeks with an alarm in 52 quiet weeks: {weeks}, {np.mean(weeks):.2f} on average;", end=" ")
        print(f"of the anchors {by_anchors_too}", flush=True)


if __name__ == "__main__":
    main()
