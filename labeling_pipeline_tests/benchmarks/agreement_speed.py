"""All agreement statistics with intervals on 2.4 million votes, from a Parquet file.

python -m labeling_pipeline_tests.benchmarks.agreement_speed
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd

from labeling_pipeline.core.agreement import agreement
from labeling_pipeline.files import read_frame
from labeling_pipeline_tests.benchmarks.agreement_data import votes_of


def measured(n_tasks: int, runs: int) -> tuple[float, float, dict[str, Any]]:
    """Median seconds by the clock and of the processor, from file to figures, and the figures."""
    seconds, processor, found = [], [], {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "votes.parquet"
        votes_of(n_tasks).to_parquet(path, index=False)
        for _ in range(runs):
            start, busy = time.perf_counter(), time.process_time()
            found = agreement(read_frame(path))
            seconds.append(time.perf_counter() - start)
            processor.append(time.process_time() - busy)
    return statistics.median(seconds), statistics.median(processor), found


def main() -> None:
    """Print the median seconds, the peak memory and the values."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tasks", type=int, default=800_000)
    options.add_argument("--runs", type=int, default=5)
    given = options.parse_args()
    seconds, processor, found = measured(given.tasks, given.runs)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{found['n_votes']:,} votes, {found['n_tasks']:,} tasks, {found['n_annotators']} annotators, string ids")
    took = f"{seconds:.2f} s ({processor:.2f} s of processor)"
    print(f"file to figures: {took}, median of {given.runs}; peak memory {peak:.2f} GB")
    print(
        pd.DataFrame({name: value for name, value in found.items() if isinstance(value, dict)}).T.drop(columns="note")
    )


if __name__ == "__main__":
    main()
