"""A weak labeling function copied five times: ours, majority and Snorkel's label model on the same rows.

python -m labeling_pipeline_tests.benchmarks.weak_copies
"""

from __future__ import annotations

import numpy as np

from labeling_pipeline.core.weak_supervision import label_model
from labeling_pipeline_tests.core.weak_supervision.planted import (
    accuracy,
    bayes_oracle,
    calibration_error,
    independent,
    right_share,
    with_copies,
)

ACCURACIES = np.linspace(0.5, 0.85, 8)
EVEN = np.full(5, 0.2)
SEEDS = 10
PEER_SEEDS = 2  # Snorkel takes far longer; its figures are for scale


def main() -> None:
    """Print one line per seed, then the worst of each figure."""
    print("20,000 rows × 5 classes, 8 independent functions + one of accuracy .45 copied 5 times with 5 % noise")
    print("seed  ours   dropped oracle majority Snorkel  ECE ours  ECE Snorkel  off what was planted, what was drawn")
    rows = np.array([one_seed(seed) for seed in range(SEEDS)])
    for seed, row in enumerate(rows):
        print(f"{seed:4d}  {row[0]:.4f} {row[1]:.4f}  {row[2]:.4f} {row[3]:.4f}   {row[4]:.4f}  ", end="")
        print(f"{row[5]:.4f}    {row[6]:.4f}       {row[7]:.4f}, {row[8]:.4f}")
    print(f"worst: ours - dropped {np.min(rows[:, 0] - rows[:, 1]):+.4f}, ours - oracle", end=" ")
    print(f"{np.min(rows[:, 0] - rows[:, 2]):+.4f}, ECE {rows[:, 5].max():.4f}, accuracies off", end=" ")
    print(f"what was planted {rows[:, 7].max():.4f}, what was drawn {rows[:, 8].max():.4f}")


def one_seed(seed: int) -> tuple[float, ...]:
    """Accuracy of ours, ours without the copies, oracle, majority, Snorkel; ECE of ours and Snorkel; how far learned
    accuracies of independent functions are from those planted, and from the share of right votes that was drawn."""
    votes, truth, weak = with_copies(seed)
    ours = label_model(votes, n_classes=5, class_balance=EVEN).probabilities
    dropped = label_model(votes[:, :8], n_classes=5, class_balance=EVEN).probabilities
    oracle = bayes_oracle(np.column_stack([votes[:, :8], weak]), [*ACCURACIES, 0.45], 5)
    plain = label_model(votes, n_classes=5, class_balance=EVEN, method="majority").probabilities
    compared = seed < PEER_SEEDS
    method = "snorkel" if compared else "majority"
    theirs = label_model(votes, n_classes=5, class_balance=EVEN, method=method, seed=seed).probabilities
    alone, alone_truth = independent(seed, 20_000, ACCURACIES.tolist(), 5, 0.35)
    found = label_model(alone, n_classes=5, class_balance=EVEN).accuracies
    models = [accuracy(p, truth) for p in (ours, dropped, oracle, plain, theirs)]
    errors = [calibration_error(p, truth) for p in (ours, theirs)]
    if not compared:
        models[4] = errors[1] = float("nan")
    off = [float(np.abs(found - known).max()) for known in (ACCURACIES, right_share(alone, alone_truth))]
    return (*models, *errors, *off)


if __name__ == "__main__":
    main()
