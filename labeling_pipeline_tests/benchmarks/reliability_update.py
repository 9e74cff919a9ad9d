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

from labeling_pipeline.core.reliability import consensus_reliability, reliability_history, update_counts, weekly_counts
from labeling_pipeline_tests.benchmarks.agreement_data import votes_of


def main() -> None:
    """Print seconds (median), and how far online is from refit and warm from cold."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tasks", type=int, default=800_000)
    options.add_argument("--runs", type=int, default=3)
    given = options.parse_args()
    votes = votes_of(given.tasks)
    last = int(votes["week"].max())
    answers = known_answers(votes)
    consensus = votes.groupby("task", sort=False)["label"].agg("first").reset_index()
    print(f"{len(votes):,} votes, {len(answers):,} known answers, {last + 1} weeks")
    refit, counts = timed(lambda: weekly_counts(votes, answers), given.runs)
    state = update_counts(None, counts[counts["week"] < last])
    online = update_counts(state, counts[counts["week"] == last])
    same = online.equals(update_counts(None, counts))
    print(f"counts against known answers       {refit:6.2f} s   online equals refit to the last bit: {same}")
    week, _ = timed(lambda: reliability_history(votes, gold=answers, consensus=consensus, weeks=[last]), given.runs)
    print(f"all four statistics of the week    {week:6.2f} s")
    cold, (cold_table, _) = timed(lambda: consensus_reliability(votes), given.runs)
    _, before = consensus_reliability(votes[votes["week"] < last])
    warm, (warm_table, _) = timed(lambda: consensus_reliability(votes, before), given.runs)
    distance = np.abs(cold_table["value"] - warm_table["value"]).max()
    print(f"consensus-based fit, cold          {cold:6.2f} s")
    print(f"consensus-based fit, warm          {warm:6.2f} s   largest distance from cold: {distance:.1e}")
    print(f"weekly update (statistics + warm)  {week + warm:6.2f} s")


def known_answers(votes: pd.DataFrame) -> pd.DataFrame:
    """60,000 tasks with an answer known since some week: task, label, week."""
    rng = np.random.default_rng(1)
    tasks = votes["task"].unique()
    chosen = rng.choice(len(tasks), min(60_000, len(tasks)), replace=False)
    weeks = rng.integers(0, int(votes["week"].max()) + 1, chosen.size)
    return pd.DataFrame({"task": tasks[chosen], "label": "non_toxic", "week": weeks})


def timed(call: Callable[[], Any], runs: int) -> tuple[float, Any]:
    """Median seconds and the last result."""
    seconds: list[float] = []
    result = None
    for _ in range(runs):
        start = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), result


if __name__ == "__main__":
    main()
