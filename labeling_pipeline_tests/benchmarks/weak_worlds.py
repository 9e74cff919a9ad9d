"""Label models in simulated worlds with a known truth, with and without the class balance: means, and how often ours is
under majority.

python -m labeling_pipeline_tests.benchmarks.weak_worlds --worlds 120
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.weak_supervision import label_model
from labeling_pipeline.core.weak_supervision.result import vote_counts
from labeling_pipeline_tests.benchmarks.weak_data import Votes
from labeling_pipeline_tests.core.weak_supervision.planted import accuracy, noisy_copy, one_lf

SEED = 20_260
UNDER = 0.005
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """Votes, truth, the balance truth was drawn from, and what was drawn."""

    votes: Votes
    truth: Votes
    balance: Matrix
    one_class: bool
    copies: bool


def world(seed: int) -> World:
    """Functions that give every label, or (two in five worlds) one each; a third of the worlds has copies."""
    rng = np.random.default_rng([SEED, seed])
    k, n, m = int(rng.integers(2, 6)), int(rng.choice([1_000, 5_000, 20_000])), int(rng.integers(3, 13))
    balance = np.full(k, 1 / k)
    if rng.random() < 0.75:
        top = rng.uniform(0.5, 0.97)
        balance = rng.permutation(np.concatenate([[top], (1 - top) * rng.dirichlet(np.full(k - 1, 3.0))]))
        balance = np.maximum(balance, 0.005) / np.maximum(balance, 0.005).sum()
    truth = rng.choice(k, n, p=balance)
    one_class, lowest = bool(rng.random() < 0.4), float(rng.choice([0.3, 0.5]))
    active = rng.normal(size=n) * float(rng.integers(0, 2))
    columns = []
    for j, (right, coverage) in enumerate(zip(rng.uniform(lowest, 0.95, m), rng.uniform(0.2, 0.8, m), strict=True)):
        if one_class:
            columns.append(knows_one(rng, truth == j % k, balance[j % k], max(right, 0.5), coverage / 4, active, j % k))
        else:
            columns.append(one_lf(rng, truth, right, coverage, k))
    copies = bool(rng.random() < 0.35)
    if copies:
        source = columns[int(rng.integers(m))]
        columns += [noisy_copy(rng, source, k) for _ in range(int(rng.integers(2, 5)))]
    return World(np.stack(columns, axis=1), truth, balance, one_class, copies)


def knows_one(
    rng: np.random.Generator, mine: npt.NDArray[np.bool_], share: float, right: float, coverage: float,
    active: Matrix, label: int,
) -> Votes:  # fmt: skip
    """A function that gives one label, rightly so often; some rows trigger more of all functions."""
    covered = min(coverage, 0.6 * share / right, 0.6 * (1 - share) / (1 - right))
    rate = np.where(mine, covered * right / share, covered * (1 - right) / (1 - share))
    return np.where(rng.random(len(mine)) < 1 / (1 + np.exp(-np.log(rate / (1 - rate)) - active)), label, -1)


def main() -> None:
    """Print one line per kind of world: accuracy on covered rows."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--worlds", type=int, default=120)
    options.add_argument("--peer", action="store_true", help="Snorkel's label model as well.")
    given = options.parse_args()
    rows = [row for seed in range(given.worlds) for row in compare(world(seed), given.peer)]
    table = pd.DataFrame(rows)
    by = table.groupby(["balance", "functions give", "copies"])
    out = by.mean(numeric_only=True).round(3).assign(worlds=by.size(), worst=by["gain"].min().round(3))
    out["under"] = by["gain"].apply(lambda gain: int((gain < -UNDER).sum()))
    out["fell back"] = by["fell back"].sum()
    print("off: how far learned accuracies are from true ones, median of a world")
    print(out.to_string())


def compare(one: World, peer: bool) -> list[dict[str, object]]:
    """One world, with and without its balance."""
    covered, k = (one.votes >= 0).any(axis=1), len(one.balance)
    truth = one.truth[covered]
    right = np.array([(one.truth[v >= 0] == v[v >= 0]).mean() if (v >= 0).any() else np.nan for v in one.votes.T])
    methods = ["majority", "auto", *(["snorkel"] if peer else [])]
    rows: list[dict[str, object]] = []
    for given, balance in (("given", one.balance), ("not given", None)):
        results = {m: label_model(one.votes, n_classes=k, method=m, class_balance=balance) for m in methods}
        row = {name: accuracy(r.probabilities[covered], truth) for name, r in results.items()}
        ours = results["auto"]
        off = float(np.nanmedian(np.abs(ours.accuracies - right)))
        rows.append({
            "balance": given,
            "functions give": "one label" if one.one_class else "all labels",
            "copies": one.copies,
            **row,
            "majority and prior": accuracy(with_prior(one.votes, one.balance)[covered], truth),
            "gain": row["auto"] - row["majority"],
            "off": off,
            "fell back": ours.method == "majority",
        })  # fmt: skip
    return rows


def with_prior(votes: Votes, balance: Matrix) -> Matrix:
    """What majority would say that knows the balance, every vote being right seven times in ten."""
    k = len(balance)
    odds = balance * (0.7 * (k - 1) / 0.3) ** vote_counts(votes, k)
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


if __name__ == "__main__":
    main()
