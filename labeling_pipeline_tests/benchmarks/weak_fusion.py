"""Fusion of crowd, weak labels and drafts in simulated worlds with a known truth: beside the best of the sources alone.

python -m labeling_pipeline_tests.benchmarks.weak_fusion --worlds 120
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.weak_supervision import fuse, label_model
from labeling_pipeline.core.weak_supervision.result import softmax
from labeling_pipeline_tests.core.weak_supervision.planted import accuracy, calibration_error

SEED = 20_261
LEAST_ROWS = 50
Matrix = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class World:
    """Truth (n,); by source: probabilities (n, K), NaN where it says nothing; what the functions are like."""

    truth: Labels
    sources: dict[str, Matrix]
    functions: str


def world(seed: int) -> World:
    """2 to 5 classes, even or the first .7 to .97; a crowd of 1 to 5 votes that knows the mix; functions that know one
    class or all; a draft that was trained on the same mix or on an even one. In half of the worlds up to one comment in
    eight looks like another class to everybody."""
    rng = np.random.default_rng([SEED, seed])
    k, n = int(rng.choice([2, 2, 3, 5])), int(rng.choice([600, 3_000, 10_000]))
    top = float(rng.choice([1 / k, 0.7, 0.9, 0.95, 0.97]))
    rest = np.full(k - 1, 1 / (k - 1)) if top == 1 / k else rng.dirichlet(np.full(k - 1, 5.0))
    mix = np.maximum(np.append(top, (1 - top) * rest), 0.005)
    mix = mix / mix.sum()
    truth = rng.choice(k, n, p=mix)
    seems = np.where(rng.random(n) < rng.choice([0, 0, 0.05, 0.12]), (truth + rng.integers(1, k, n)) % k, truth)
    functions = str(rng.choice(["one per class", "three per class", "rare classes", "all labels"]))
    votes = _votes(rng, seems, k, functions)
    weak = label_model(votes, n_classes=k).probabilities
    strength = rng.uniform(0.8, 2.0)
    score = rng.normal(size=(n, k)) * strength + strength**2 * (seems[:, None] == np.arange(k))
    draft = softmax(score + np.log(mix) * (rng.random() < 0.5))
    spoken = {
        "crowd": (_crowd(rng, seems, mix), rng.random(n) < rng.choice([1.0, 0.6])),
        "weak": (weak, (votes >= 0).any(axis=1)),
        "draft": (draft, rng.random(n) < rng.choice([1.0, 0.3])),
    }
    return World(truth, {name: np.where(on[:, None], p, np.nan) for name, (p, on) in spoken.items()}, functions)


def _crowd(rng: np.random.Generator, seems: Labels, mix: Matrix) -> Matrix:
    n, k, right = len(seems), len(mix), rng.uniform(0.65, 0.9)
    score = np.tile(np.log(mix), (n, 1))
    for _ in range(int(rng.integers(1, 6))):
        vote = np.where(rng.random(n) < right, seems, (seems + rng.integers(1, k, n)) % k)
        score[np.arange(n), vote] += np.log(right * (k - 1) / (1 - right))
    return softmax(score)


def _votes(rng: np.random.Generator, seems: Labels, k: int, functions: str) -> Labels:
    n, columns = len(seems), []
    if functions == "all labels":
        for _ in range(6):
            vote = np.where(rng.random(n) < rng.uniform(0.5, 0.9), seems, (seems + rng.integers(1, k, n)) % k)
            columns.append(np.where(rng.random(n) < rng.uniform(0.2, 0.7), vote, -1))
        return np.stack(columns, axis=1)
    sides = {
        "one per class": range(k),
        "three per class": [*range(k)] * 3,
        "rare classes": [1 + j % (k - 1) for j in range(4)],
    }
    for side in sides[functions]:
        on_it, elsewhere = rng.uniform(0.3, 0.7), rng.uniform(0.005, 0.1)
        columns.append(np.where(rng.random(n) < np.where(seems == side, on_it, elsewhere), side, -1))
    return np.stack(columns, axis=1)


def frame(table: Matrix) -> pd.DataFrame:
    """The rows where a source speaks, as `fuse` takes them."""
    rows = np.flatnonzero(~np.isnan(table).any(axis=1))
    columns = {f"p_{k}": table[rows, k] for k in range(table.shape[1])}
    return pd.DataFrame({"comment_id": [f"c{i}" for i in rows], **columns})


def measured(one: World, names: tuple[str, ...], n_gold: int, seed: int) -> tuple[float, ...] | None:
    """On comments of the crowd on which another source speaks, gold left out: accuracy, the best single source's (each
    on its own comments, as much over the crowd there), log-loss, the crowd's, calibration error, the crowd's."""
    rng = np.random.default_rng([SEED, seed, 1])
    speaks = {name: ~np.isnan(one.sources[name]).any(axis=1) for name in names}
    chosen = rng.choice(np.flatnonzero(speaks["crowd"]), min(n_gold, len(one.truth) // 3), replace=False)
    rows = speaks["crowd"] & (sum(on.astype(int) for on in speaks.values()) > 1)
    rows[chosen] = False
    if rows.sum() < LEAST_ROWS:
        return None
    k = one.sources["crowd"].shape[1]
    classes, ids = [str(c) for c in range(k)], [f"c{i}" for i in chosen]
    gold = pd.DataFrame({"comment_id": ids, "label": one.truth[chosen].astype(str)})
    fused = fuse({name: frame(one.sources[name]) for name in names}, classes, gold=gold if n_gold else None).labels
    where = fused["comment_id"].str[1:].astype(int).to_numpy()
    table = np.full((len(one.truth), k), np.nan)
    table[where] = fused[[f"p_{c}" for c in classes]].to_numpy()
    crowd, truth = one.sources["crowd"], one.truth
    over = [
        accuracy(one.sources[name][both], truth[both]) - accuracy(crowd[both], truth[both])
        for name in names
        if (both := rows & speaks[name]).any()
    ]
    best = accuracy(crowd[rows], truth[rows]) + max(over)
    found = [
        accuracy(table[rows], truth[rows]),
        best,
        log_loss(table[rows], truth[rows]),
        log_loss(crowd[rows], truth[rows]),
    ]
    return (*found, calibration_error(table[rows], truth[rows]), calibration_error(crowd[rows], truth[rows]))


def log_loss(p: Matrix, truth: Labels) -> float:
    """Mean natural-log loss."""
    return float(-np.log(np.maximum(p[np.arange(len(truth)), truth], 1e-9)).mean())


def main() -> None:
    """Print one line per set of sources and size of gold."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=120)
    worlds = [world(seed) for seed in range(parser.parse_args().worlds)]
    print("                          accuracy                               log-loss                calibration error")
    print(
        "sources          gold worlds  best alone  fused  under by > .005, worst   crowd  fused  worse   crowd  fused"
    )
    for names in (("crowd", "weak"), ("crowd", "draft"), ("crowd", "weak", "draft")):
        for n_gold in (0, 30, 100, 400):
            found = [measured(one, names, n_gold, seed) for seed, one in enumerate(worlds)]
            r = np.array([row for row in found if row is not None])
            worse = r[:, 0] - r[:, 1]
            print(f"{'+'.join(names):16s} {n_gold:4d} {len(r):6d} {r[:, 1].mean():11.4f} {r[:, 0].mean():7.4f}", end="")
            print(
                f" {(worse < -0.005).sum():14d} {worse.min():+8.3f} {r[:, 3].mean():8.4f} {r[:, 2].mean():.4f}", end=""
            )
            print(f" {(r[:, 2] > r[:, 3]).sum():5d} {r[:, 5].mean():9.4f} {r[:, 4].mean():.4f}", flush=True)


if __name__ == "__main__":
    main()
