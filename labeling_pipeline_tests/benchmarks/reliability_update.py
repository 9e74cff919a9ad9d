"""A weekly reliability update over 2.4 million votes: decayed counts online and refitted, and the consensus-based fit.

python -m labeling_pipeline_tests.benchmarks.reliability_update
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from labeling_pipeline.core.reliability import (
    consensus_reliability,
    read_votes,
    reliability_history,
    update_counts,
    weekly_counts,
)
from labeling_pipeline_tests.benchmarks.agreement_data import votes_of


def main() -> None:
    """Print seconds (median), and how far online is from refit and warm from cold."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tasks", type=int, default=800_000)
    options.add_argument("--runs", type=int, default=3)
    given = options.parse_args()
    votes = votes_of(given.tasks)
    answers = known_answers(votes)
    print(f"{len(votes):,} votes, {len(answers):,} known answers, {int(votes['week'].max()) + 1} weeks")
    found = measured(votes, answers, given.runs)
    same, distance = found["online equals refit"], found["distance of warm from cold"]
    print(f"counts against known answers       {said(found['counts'])}   online equals refit to the last bit: {same}")
    print(f"consensus-based fit, cold          {said(found['cold'])}")
    far = f"largest distance of the warm fit from the cold: {distance:.1e}"
    print(f"weekly update, all statistics      {said(found['week'])}   {far}")


def measured(votes: pd.DataFrame, answers: pd.DataFrame, runs: int) -> dict[str, Any]:
    """Median seconds (clock, processor) of each step, and how far online is from refit and warm from cold."""
    last = int(votes["week"].max())
    consensus = votes.groupby("task", sort=False)["label"].agg("first").reset_index()
    refit, counts = timed(lambda: weekly_counts(votes, answers), runs)
    state = update_counts(None, counts[counts["week"] < last])
    online = update_counts(state, counts[counts["week"] == last])
    same = online.equals(update_counts(None, counts))
    cold, (cold_table, _) = timed(lambda: consensus_reliability(votes), runs)
    _, before = consensus_reliability(votes[votes["week"] < last])

    def update() -> tuple[pd.DataFrame, pd.DataFrame]:
        read = read_votes(votes)
        history = reliability_history(read, gold=answers, consensus=consensus, weeks=[last])
        return history, consensus_reliability(read, before)[0]

    week, (_, warm_table) = timed(update, runs)
    return {
        "counts": refit,
        "cold": cold,
        "week": week,
        "online equals refit": same,
        "distance of warm from cold": float(np.abs(cold_table["value"] - warm_table["value"]).max()),
    }


def said(seconds: tuple[float, float]) -> str:
    return f"{seconds[0]:6.2f} s ({seconds[1]:.2f} s of processor)"


def known_answers(votes: pd.DataFrame) -> pd.DataFrame:
    """60,000 tasks with an answer known since some week: task, label, week."""
    rng = np.random.default_rng(1)
    tasks = votes["task"].unique()
    chosen = rng.choice(len(tasks), min(60_000, len(tasks)), replace=False)
    weeks = rng.integers(0, int(votes["week"].max()) + 1, chosen.size)
    return pd.DataFrame({"task": tasks[chosen], "label": "non_toxic", "week": weeks})


def timed(call: Callable[[], Any], runs: int) -> tuple[tuple[float, float], Any]:
    """Median seconds, by the clock and of the processor, and the last result."""
    clock: list[float] = []
    processor: list[float] = []
    result = None
    for _ in range(runs):
        start, busy = time.perf_counter(), time.process_time()
        result = call()
        clock.append(time.perf_counter() - start)
        processor.append(time.process_time() - busy)
    return (statistics.median(clock), statistics.median(processor)), result


if __name__ == "__main__":
    main()
