"""Dawid-Skene from Parquet file to Parquet file, ours beside crowd-kit's, in one run.

    python -m labeling_pipeline_tests.benchmarks.consensus_speed [--tasks 800000] [--runs 3] [--without-peer] [--large]

800,000 tasks × 3 votes of 240 annotators, 5 classes, rows shuffled; every run is a process of its own, medians of the
runs (the peer runs once: it takes minutes). ``--large`` adds ours on ten times as many tasks. Seconds are from opening
the votes file to the labels file closed, without the imports of either side; CPU seconds add up all threads and hold
on a busy machine too.

Belongs here: the timing. Does not: accuracy on real votes (see ``consensus_accuracy``).
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from labeling_pipeline_tests.benchmarks.consensus_peers import run_peer
from labeling_pipeline_tests.benchmarks.consensus_sets import simulated, table

METHODS = ("dawid_skene", "dawid_skene_plain")
CLASSES = ("class_a", "class_b", "class_c", "class_d", "class_e")


def write_votes(folder: Path, n_tasks: int, ids: str) -> tuple[Path, np.ndarray]:
    """A votes file with string or integer ids, and the planted classes."""
    votes, gold = simulated(n_tasks, 0)
    if ids == "string":
        votes = pd.DataFrame(
            {
                "task": "comment-" + votes["task"].astype(str).str.zfill(9),
                "annotator": "annotator-" + votes["annotator"].astype(str),
                "label": np.array(CLASSES)[votes["label"]],
            }
        )
    path = folder / f"votes-{n_tasks}-{ids}.parquet"
    votes.to_parquet(path, index=False)
    return path, gold["label"].to_numpy()


def time_ours(votes: Path, out: Path, method: str) -> dict[str, Any]:
    """One run in a process of its own."""
    command = [sys.executable, "-m", __spec__.name if __spec__ else __name__, "--worker", str(votes), str(out), method]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def worker(votes: str, out: str, method: str) -> None:
    """Inside that process: file to file, and what it took."""
    from labeling_pipeline.core.consensus import METHODS as REGISTRY
    from labeling_pipeline.core.consensus import consensus
    from labeling_pipeline.core.consensus.reading import read_votes
    from labeling_pipeline.core.registry import load
    from labeling_pipeline.files import read_frame, write_frame

    start, cpu_start = time.perf_counter(), time.process_time()
    write_frame(consensus(read_frame(votes), method=method).labels, out)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu_start
    peak = peak_mb()
    fit = load(REGISTRY, method, "method")(read_votes(read_frame(votes), None, ()))
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu, "peak_mb": peak, "log_likelihood": fit.log_likelihood}))


def peak_mb() -> float:
    """Peak memory of this program alone; ``ru_maxrss`` would start from the program that called it."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else float("nan")


def accuracy(out: Path, truth: np.ndarray, ids: str) -> float:
    labels = pd.read_parquet(out).sort_values("task")
    named = np.array(CLASSES)[truth] if ids == "string" else truth.astype(str)
    return float((labels["label"].astype(str).to_numpy() == named).mean())


def ours(votes: Path, truth: np.ndarray, ids: str, method: str, n_runs: int) -> dict[str, Any]:
    out = votes.with_name("ours.parquet")
    runs = [time_ours(votes, out, method) for _ in range(n_runs)]
    return told(
        {
            "who": f"ours, {method}",
            "tasks": f"{len(truth):,}",
            "ids": ids,
            "seconds": median(r["seconds"] for r in runs),
            "CPU s": median(r["cpu_seconds"] for r in runs),
            "peak MB": round(median(r["peak_mb"] for r in runs)),
            "accuracy": accuracy(out, truth, ids),
            "log-likelihood": round(runs[0]["log_likelihood"]),
        }
    )


def peer(votes: Path, truth: np.ndarray, ids: str) -> dict[str, Any]:
    out = votes.with_name("peer.parquet")
    run = run_peer(votes, out, "DawidSkene")
    return told(
        {
            "who": "crowd-kit DawidSkene",
            "tasks": f"{len(truth):,}",
            "ids": ids,
            "seconds": run["seconds"],
            "CPU s": run["cpu_seconds"],
            "peak MB": round(run["peak_mb"]),
            "accuracy": accuracy(out, truth, ids),
            "log-likelihood": round(run["log_likelihood"]),
        }
    )


def told(row: dict[str, Any]) -> dict[str, Any]:
    """The row, told at once: the peer takes minutes."""
    print(row, file=sys.stderr, flush=True)
    return row


def ratios(rows: list[dict[str, Any]], n_tasks: str) -> list[str]:
    """Each of ours beside the peer on the same file, and beside itself on ten times as many tasks."""
    lines = []
    for row in (row for row in rows if row["who"].startswith("ours") and row["tasks"] == n_tasks):
        name = f"{row['who']}, {row['ids']} ids"
        for other in (other for other in rows if other["ids"] == row["ids"]):
            wall, cpu, peak = (other[key] / row[key] for key in ("seconds", "CPU s", "peak MB"))
            if other["tasks"] == n_tasks and not other["who"].startswith("ours"):
                gain = row["accuracy"] - other["accuracy"]
                likelier = row["log-likelihood"] - other["log-likelihood"]
                lines.append(
                    f"{name}: {wall:.0f} × as fast as crowd-kit ({cpu:.0f} × in CPU time), accuracy {gain:+.4f}, "
                    f"log-likelihood {likelier:+,}"
                )
            elif other["tasks"] != n_tasks and other["who"] == row["who"]:
                lines.append(f"{name}, ten times the tasks: time × {wall:.1f}, CPU × {cpu:.1f}, memory × {peak:.1f}")
    return lines


def measured(n_tasks: int, n_runs: int, *, with_peer: bool, large: bool) -> list[dict[str, Any]]:
    """A row per method, ids and size; the peer's among them, on the smaller size."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for ids in ("string", "integer"):
            votes, truth = write_votes(Path(folder), n_tasks, ids)
            rows += [ours(votes, truth, ids, method, n_runs) for method in METHODS]
            if with_peer:
                rows.append(peer(votes, truth, ids))
        if large:
            votes, truth = write_votes(Path(folder), 10 * n_tasks, "integer")
            rows += [ours(votes, truth, "integer", method, n_runs) for method in METHODS]
    return rows


def main() -> None:
    if sys.argv[1:2] == ["--worker"]:
        return worker(*sys.argv[2:5])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=800_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--without-peer", action="store_true")
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    rows = measured(options.tasks, options.runs, with_peer=not options.without_peer, large=options.large)
    print(table(rows))
    print("\n" + "\n".join(ratios(rows, f"{options.tasks:,}")))
    return None


if __name__ == "__main__":
    main()
