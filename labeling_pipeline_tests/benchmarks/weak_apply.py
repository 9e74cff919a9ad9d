"""Applying 12 labeling functions: ours and Snorkel's PandasLFApplier, one run, identical matrices.

python -m labeling_pipeline_tests.benchmarks.weak_apply --rows 800000 --runs 5
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from labeling_pipeline.core.weak_supervision import LFSet, apply_lfs, load_lfs
from labeling_pipeline.core.weak_supervision.functions import from_snorkel
from labeling_pipeline.warehouse.lf_scan import scan_rules
from labeling_pipeline_tests.benchmarks.weak_data import titles
from labeling_pipeline_tests.benchmarks.weak_lfs import CLASSES, python_functions, toml


def main() -> None:
    """Print seconds (median) and ratios."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=800_000)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--peer-runs", type=int)
    options.add_argument("--only-declarative", action="store_true", help="Leave out ours on Snorkel's functions.")
    given = options.parse_args()
    comments = titles(given.rows)
    from snorkel.labeling import LabelingFunction, PandasLFApplier

    theirs = [LabelingFunction(name=name, f=f) for name, f in python_functions()]
    declared, plain = load_lfs(toml()), LFSet(tuple(from_snorkel(lf) for lf in theirs), CLASSES)
    ways: dict[str, Callable[[], Any]] = {
        "ours, declarative": lambda: apply_lfs(comments, declared, scan=scan_rules).matrix,
        "ours, Snorkel's functions, one process": lambda: apply_lfs(comments, plain).matrix,
        "ours, Snorkel's functions, two processes": lambda: apply_lfs(comments, plain, processes=2).matrix,
    }
    chosen = list(ways)[:1] if given.only_declarative else list(ways)
    ours = {name: timed(ways[name], given.runs) for name in chosen}
    peer_runs = given.peer_runs or given.runs
    peer, their_matrix = timed(lambda: PandasLFApplier(theirs).apply(comments, progress_bar=False), peer_runs)
    print(f"{given.rows:,} texts × {len(theirs)} labeling functions, median of {given.runs} (Snorkel: {peer_runs})")
    print(f"{'Snorkel PandasLFApplier':42s} {peer:8.2f} s wall {peer.cpu:8.2f} s processor")
    for name, (seconds, matrix) in ours.items():
        same = np.array_equal(matrix, their_matrix)
        print(f"{name:42s} {seconds:8.2f} s wall {seconds.cpu:8.2f} s processor", end="  ")
        print(f"{peer / seconds:6.1f} × wall {peer.cpu / seconds.cpu:6.1f} × processor  identical matrix: {same}")


def processor_seconds() -> float:
    """User and system time of this process and of its children that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)  # os.times would count in hundredths


class Seconds(float):
    """Median wall seconds; `cpu` are the processor seconds of all threads, which a busy machine does not inflate."""

    cpu: float = 0.0


def timed(call: Callable[[], Any], runs: int) -> tuple[Seconds, Any]:
    """Median seconds and the last result."""
    wall: list[float] = []
    processor: list[float] = []
    for _ in range(runs):
        start, used = time.perf_counter(), processor_seconds()
        result = call()
        wall.append(time.perf_counter() - start)
        processor.append(processor_seconds() - used)
    seconds = Seconds(statistics.median(wall))
    seconds.cpu = statistics.median(processor)
    return seconds, result


if __name__ == "__main__":
    main()
