"""What reading the texts changes in weak labels, on problems with a known truth: its mean, its worst, how often.

python -m labeling_pipeline_tests.benchmarks.weak_reading --seeds 4
"""

from __future__ import annotations

import argparse

import pandas as pd

from labeling_pipeline.core.weak_supervision import AppliedLFs, label_model
from labeling_pipeline.core.weak_supervision.reading import read_texts
from labeling_pipeline_tests.benchmarks.weak_problems import AUTHORS, Problem, problems
from labeling_pipeline_tests.core.weak_supervision.planted import accuracy, calibration_error, loss

CHANGE = 0.005


def main() -> None:
    """Print accuracy, log-loss and calibration error of the votes alone and of votes and texts."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seeds", type=int, default=4)
    given = options.parse_args()
    for who, author in AUTHORS.items():
        rows = pd.DataFrame([compare(problem) for problem in problems(given.seeds, author)])
        change, behind = rows["read"] - rows["votes"], rows[["votes", "read"]].sub(rows["majority"], axis=0) < -CHANGE
        print(f"{who} author, {len(rows)} problems: majority {rows['majority'].mean():.4f},", end=" ")
        print(f"votes {rows['votes'].mean():.4f}, votes and texts {rows['read'].mean():.4f}")
        print(f"  change {change.mean():+.4f}, worst {change.min():+.3f}, best {change.max():+.3f};", end=" ")
        print(f"worse by more than {CHANGE} in {(change < -CHANGE).sum()}, better in {(change > CHANGE).sum()}")
        print(f"  under majority by more than {CHANGE}: votes {behind['votes'].sum()}, texts {behind['read'].sum()}")
        print(f"  log-loss {rows['loss'].mean():.4f} → {rows['loss_read'].mean():.4f},", end=" ")
        print(f"calibration error {rows['off'].mean():.4f} → {rows['off_read'].mean():.4f}")
        print(pd.DataFrame({"problem": rows["name"], "change": change}).groupby("problem")["change"].mean().round(3))


def compare(problem: Problem) -> dict[str, object]:
    """One problem's figures on its covered rows."""
    names = [f"lf{j}" for j in range(problem.votes.shape[1])]
    classes = tuple(f"c{k}" for k in range(problem.n_classes))
    applied = AppliedLFs(problem.votes, names, names, classes, {})
    covered = (problem.votes >= 0).any(axis=1)
    truth = problem.truth[covered]
    plain = label_model(problem.votes, n_classes=problem.n_classes, method="majority").probabilities[covered]
    result = label_model(problem.votes, n_classes=problem.n_classes)
    votes = result.probabilities[covered]
    read = read_texts(applied, result, pd.Series(problem.texts)).probabilities[covered]
    return {
        "name": problem.name,
        "majority": accuracy(plain, truth),
        "votes": accuracy(votes, truth),
        "read": accuracy(read, truth),
        "loss": loss(votes, truth),
        "loss_read": loss(read, truth),
        "off": calibration_error(votes, truth),
        "off_read": calibration_error(read, truth),
    }


if __name__ == "__main__":
    main()
