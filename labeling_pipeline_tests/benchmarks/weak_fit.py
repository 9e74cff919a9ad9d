"""Fitting and predicting the label model: ours and Snorkel's on the same matrix, then ours at 12,000,000 × 20.

python -m labeling_pipeline_tests.benchmarks.weak_fit
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import resource
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from labeling_pipeline.core.weak_supervision import apply_lfs, label_model, load_lfs
from labeling_pipeline.warehouse.lf_scan import scan_rules
from labeling_pipeline_tests.benchmarks.weak_apply import timed
from labeling_pipeline_tests.benchmarks.weak_data import random_votes, titles
from labeling_pipeline_tests.benchmarks.weak_lfs import toml


def main() -> None:
    """Print seconds, ratios and the highest memory."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=11)
    options.add_argument("--only-large", action="store_true", help="Only 12,000,000 × 20.")
    given = options.parse_args()
    # First, as a new process inherits the highest memory of the one that starts it.
    for coverage, n_classes in itertools.product((0.1, 0.35), (2, 5)):
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as own:
            print(own.submit(large, coverage, n_classes).result())
    if not given.only_large:
        texts = apply_lfs(titles(800_000), load_lfs(toml()), scan=scan_rules).matrix
        compare("800,000 titles × 12 functions", texts.astype(np.int64), given.runs)
        compare("800,000 random rows × 12", random_votes(800_000, 12)[0].astype(np.int64), given.runs)


def large(coverage: float, n_classes: int) -> str:
    """Ours on 12,000,000 × 20, and the highest memory of this process, matrix and result included."""
    votes, truth = random_votes(12_000_000, 20, coverage=coverage, n_classes=n_classes)
    seconds, result = timed(lambda: label_model(votes, n_classes=n_classes), 1)
    peak = peak_gb()
    right = float((result.labels == truth).mean())
    said = f"12,000,000 × 20, coverage {coverage}, {n_classes} classes, fit + predict: {seconds:.1f} s wall,"
    return f"{said} {seconds.cpu:.1f} s processor, accuracy {right:.4f}, peak memory {peak:.2f} GB"


def compare(what: str, votes: np.typing.NDArray[np.int64], runs: int) -> None:
    """Both models on one matrix."""
    from snorkel.labeling.model import LabelModel

    def theirs() -> np.typing.NDArray[np.float64]:
        model = LabelModel(cardinality=2, verbose=False)
        model.fit(votes, seed=1, progress_bar=False)
        return np.asarray(model.predict_proba(votes))

    n_patterns = len(np.unique(votes, axis=0))
    print(f"{what} ({n_patterns:,} patterns)")
    for how, times in [("first fit", 1), (f"then, median of {runs}", runs)]:
        peer, _ = timed(theirs, times)
        ours, result = timed(lambda: label_model(votes, n_classes=2), times)
        print(f"  {how}: Snorkel LabelModel (100 epochs) {peer:.3f} s wall {peer.cpu:.3f} s processor,", end=" ")
        print(f"ours ({result.method}) {ours:.3f} s wall {ours.cpu:.3f} s processor,", end=" ")
        print(f"{peer / ours:.1f} × wall {peer.cpu / ours.cpu:.1f} × processor")


def peak_gb() -> float:
    """Highest resident memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    main()
