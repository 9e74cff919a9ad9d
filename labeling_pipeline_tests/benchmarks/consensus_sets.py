"""The data of the consensus benchmarks: eight public sets with gold, one without, and a simulated crowd.

Belongs here: loading, splits, the table printed. Does not: any aggregation.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from labeling_pipeline.core.calibration import brier, calibration_error, log_loss

DATA = Path(__file__).parents[3] / "shared" / "data"
SETS = ("d_product", "d_possent", "s_adult", "dog", "sp", "sp_amt", "cf", "cf_amt")
GOLD_SHARE = 0.2
N_SPLITS = 20
MISSING = f"public data sets not found at {DATA}"


@dataclass(frozen=True)
class CrowdSet:
    """Votes (task, annotator, label) and gold (task, label)."""

    name: str
    path: Path
    votes: pd.DataFrame
    gold: pd.DataFrame

    def split(self, seed: int) -> NDArray[np.bool_]:
        """Which gold rows are given (20 %); the others are scored."""
        given = np.zeros(len(self.gold), bool)
        given[np.random.default_rng(seed).permutation(len(given))[: round(GOLD_SHARE * len(given))]] = True
        return given


def load(name: str) -> CrowdSet:
    """One of the eight sets, every id and label as text."""
    folder = DATA / "truth_inference" / name
    votes, gold = (pd.read_csv(folder / f"{file}.csv", dtype=str) for file in ("votes", "gold"))
    return CrowdSet(name, folder / "votes.csv", votes, gold)


def simulated(n_tasks: int, seed: int, n_votes: int = 3, n_annotators: int = 240) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Annotators right with chance U(.55, .9), errors spread evenly, classes .62 .18 .10 .07 .03."""
    rng = np.random.default_rng(seed)
    mix = (0.62, 0.18, 0.10, 0.07, 0.03)
    truth = rng.choice(len(mix), n_tasks, p=mix)
    chance = rng.uniform(0.55, 0.9, n_annotators)
    who = np.empty((n_tasks, n_votes), np.int64)
    for low in range(0, n_tasks, 100_000):
        part = rng.random((min(100_000, n_tasks - low), n_annotators))
        who[low : low + len(part)] = np.argpartition(part, n_votes, axis=1)[:, :n_votes]
    right = rng.random(who.shape) < chance[who]
    label = np.where(right, truth[:, None], (truth[:, None] + rng.integers(1, len(mix), who.shape)) % len(mix))
    task = np.repeat(np.arange(n_tasks), n_votes)
    order = rng.permutation(len(task))
    votes = pd.DataFrame({"task": task[order], "annotator": who.ravel()[order], "label": label.ravel()[order]})
    return votes, pd.DataFrame({"task": np.arange(n_tasks), "label": truth})


def scores(labels: pd.DataFrame, gold: pd.DataFrame, prefix: str = "p_") -> dict[str, float]:
    """Accuracy of the label, and of the probabilities under the prefix: log-loss, Brier, debiased ECE."""
    names = [c.removeprefix(prefix) for c in labels if c.startswith(prefix)]
    rows = labels.set_index("task").loc[gold["task"]]
    p = rows[[prefix + name for name in names]].to_numpy(np.float64)
    known = gold["label"].astype(str).isin(names).to_numpy()
    code = {name: k for k, name in enumerate(names)}
    truth = gold["label"].astype(str).map(code).fillna(0).to_numpy(np.int64)
    right = (p.argmax(axis=1) == truth) & known
    return {
        "accuracy": float(right.mean()),
        "log_loss": log_loss(p[known], truth[known]),
        "brier": brier(p[known], truth[known]),
        "ece": calibration_error(p.max(axis=1), right),
    }


def auroc(score: NDArray[np.float64], flag: NDArray[np.bool_]) -> float:
    """Chance that a flagged row scores above an unflagged one."""
    n = int(flag.sum())
    if n in (0, len(flag)):
        return 1.0
    rank = pd.Series(score).rank().to_numpy()
    return float((rank[flag].sum() - n * (n + 1) / 2) / (n * (len(flag) - n)))


def bootstrap_interval(values: NDArray[np.float64], seed: int = 0, n: int = 2000) -> tuple[float, float]:
    """95 % interval of the mean, resampling the values."""
    rng = np.random.default_rng(seed)
    means = [values[rng.integers(0, len(values), len(values))].mean() for _ in range(n)]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def table(rows: list[dict[str, object]]) -> str:
    """Rows as a Markdown table."""
    head = list(rows[0])
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        cells = [f"{v:.4f}" if isinstance(v, float) else str(v) for v in row.values()]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
