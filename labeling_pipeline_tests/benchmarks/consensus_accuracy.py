"""Accuracy, confidence and annotator ranking on eight public sets, ours beside crowd-kit's, in one run.

    python -m labeling_pipeline_tests.benchmarks.consensus_accuracy [--splits 20] [--sets dog,sp] [--without GLAD]

Belongs here: the run and its tables. Does not: speed (see ``consensus_speed``).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from labeling_pipeline.core.consensus import consensus
from labeling_pipeline_tests.benchmarks.consensus_peers import run_peer
from labeling_pipeline_tests.benchmarks.consensus_sets import (
    DATA,
    MISSING,
    N_SPLITS,
    SETS,
    CrowdSet,
    auroc,
    bootstrap_interval,
    load,
    scores,
    simulated,
    table,
)

PEERS = ("MajorityVote", "Wawa", "ZeroBasedSkill", "DawidSkene", "OneCoinDawidSkene", "MACE", "GLAD")
RANKED = ("d_product", "d_possent", "sp")
OURS = ("wawa", "one_coin", "dawid_skene", "dawid_skene_plain", "glad", "mace")


def peer_labels(path: Path, method: str) -> pd.DataFrame:
    """crowd-kit's labels (task, label) of a votes file."""
    with tempfile.TemporaryDirectory() as folder:
        run_peer(path, Path(folder) / "labels.csv", method)
        return pd.read_csv(Path(folder) / "labels.csv", dtype=str)


def right_by_task(labels: pd.DataFrame, gold: pd.DataFrame) -> np.ndarray:
    """Whether each gold task's label is right, in gold's order."""
    found = labels.set_index("task")["label"].reindex(gold["task"]).to_numpy()
    return np.asarray(found == gold["label"].to_numpy(), np.float64)


def majority_by_task(data: CrowdSet) -> np.ndarray:
    """Chance that majority is right per gold task when ties are split evenly."""
    counts = data.votes.groupby(["task", "label"]).size().unstack(fill_value=0)
    rows = counts.reindex(data.gold["task"])
    top = rows.eq(rows.max(axis=1), axis=0)
    own = np.array([bool(top.at[t, c]) if c in top else False for t, c in data.gold.itertuples(index=False)])
    return np.asarray(own / top.sum(axis=1).to_numpy())


def every_method(data: CrowdSet, peers: dict[str, np.ndarray]) -> dict[str, object]:
    """Accuracy of every method without gold, ours and the peer's."""
    ours = {name: consensus(data.votes, method=name).labels for name in OURS}
    return (
        {"set": data.name, "majority": float(majority_by_task(data).mean())}
        | {name: float(right_by_task(labels, data.gold).mean()) for name, labels in ours.items()}
        | {f"crowd-kit {name}": float(right.mean()) for name, right in peers.items() if name != "MajorityVote"}
    )


def without_gold(data: CrowdSet, peers: dict[str, np.ndarray]) -> dict[str, object]:
    """Dawid-Skene without gold beside its bar, the better of the peer and majority less .005; ranking of annotators."""
    result = consensus(data.votes, method="dawid_skene")
    ours = float(right_by_task(result.labels, data.gold).mean())
    peer, majority = float(peers["DawidSkene"].mean()), float(majority_by_task(data).mean())
    return {
        "set": data.name,
        "majority": majority,
        "crowd-kit D-S": peer,
        "our D-S": ours,
        "bar": max(peer, majority) - 0.005,
        "Spearman": ranking(data, result.annotators) if data.name in RANKED else "",
    }


def ranking(data: CrowdSet, annotators: pd.DataFrame) -> float:
    """Spearman of reliability with accuracy on gold, over annotators with at least ten gold tasks."""
    votes = data.votes.merge(data.gold, on="task", suffixes=("", "_gold"))
    own = (votes["label"] == votes["label_gold"]).groupby(votes["annotator"]).agg(["mean", "size"])
    both = annotators.set_index("annotator").join(own[own["size"] >= 10], how="inner")
    return float(both["reliability"].corr(both["mean"], method="spearman"))


def with_gold(data: CrowdSet, peers: dict[str, np.ndarray], n_splits: int) -> tuple[dict[str, object], ...]:
    """``auto`` with 20 % of the gold, scored on the rest: accuracy against the peers, and confidence."""
    gains, accuracy, confidence, majority = [], [], [], []
    tied = majority_by_task(data)
    per_task = np.full((n_splits, len(data.gold)), np.nan)
    chosen: Counter[str] = Counter()
    for seed in range(n_splits):
        given = data.split(seed)
        rest = data.gold[~given]
        result = consensus(data.votes, gold=data.gold[given])
        right = right_by_task(result.labels, rest)
        per_task[seed, ~given] = right - peers["DawidSkene"][~given]
        gains.append(np.nanmean(per_task[seed]))
        accuracy.append(right.mean())
        majority.append(tied[~given].mean())
        chosen[result.method] += 1
        confidence.append(confidence_scores(data, result.labels, rest, right, given))
    scored = ~np.isnan(per_task).all(axis=0)
    best = max(peers, key=lambda name: peers[name].mean())
    mean = float(np.mean(accuracy))
    splits, tasks = bootstrap_interval(np.array(gains)), bootstrap_interval(np.nanmean(per_task[:, scored], axis=0))
    return {
        "set": data.name,
        "auto": mean,
        "best crowd-kit": f"{peers[best].mean():.4f} {best}",
        "majority": float(np.mean(majority)),
        "bar": max(float(peers[best].mean()) - 0.015, float(np.mean(majority)) - 0.005),
        "auto − crowd-kit D-S": float(np.mean(gains)),
        "95 % over splits": f"{splits[0]:+.4f} … {splits[1]:+.4f}",
        "95 % over tasks": f"{tasks[0]:+.4f} … {tasks[1]:+.4f}",
        "above 0": tasks[0] > 0,
        "chosen": ", ".join(f"{name} {n}" for name, n in chosen.most_common()),
    }, {"set": data.name, "gold rows scored": len(rest)} | mean_of(confidence)


def confidence_scores(
    data: CrowdSet, labels: pd.DataFrame, rest: pd.DataFrame, right: np.ndarray, given: np.ndarray
) -> dict[str, float]:
    """Log-loss, Brier, ECE and AUROC of auto's confidence, beside the plain posterior and the vote share.

    AUROC is of a confidence against whether the label it stands beside is right. The vote share is judged twice: beside
    our labels, as our confidence is, and beside majority's own, which err elsewhere and more often.
    """
    ours, said = scores(labels, rest), scores(labels, rest, "v_")
    plain = scores(plain_posterior(data, given), rest)
    rows = labels.set_index("task").loc[rest["task"]]
    names = [c for c in rows if c.startswith("v_")]
    column = rows["label"].map({c.removeprefix("v_"): i for i, c in enumerate(names)}).to_numpy(np.int64)
    shares = rows[names].to_numpy()
    share = shares[np.arange(len(rows)), column]
    is_right = right.astype(bool)
    majority = np.array([name.removeprefix("v_") for name in names])[shares.argmax(axis=1)]
    return {
        "log-loss": ours["log_loss"],
        "log-loss of posterior": plain["log_loss"],
        "log-loss of shares": said["log_loss"],
        "Brier": ours["brier"],
        "Brier of posterior": plain["brier"],
        "Brier of shares": said["brier"],
        "ECE": ours["ece"],
        "AUROC": auroc(rows["confidence"].to_numpy(), is_right),
        "of vote share, same labels": auroc(share, is_right),
        "of vote share, majority's labels": auroc(shares.max(axis=1), majority == rest["label"].to_numpy()),
    }


def plain_posterior(data: CrowdSet, given: np.ndarray) -> pd.DataFrame:
    """Dawid-Skene with the same gold clamped, its posterior as it comes (no calibration)."""
    from labeling_pipeline.core.consensus.dawid_skene import dawid_skene
    from labeling_pipeline.core.consensus.gold import read_gold
    from labeling_pipeline.core.consensus.reading import read_votes

    votes = read_votes(data.votes, None, (), sorted(set(data.gold["label"])))
    gold = read_gold(data.gold[given], votes, [])
    fit = dawid_skene(votes, clamp=None if gold is None else gold.clamp(votes.n_tasks))
    columns = {f"p_{name}": fit.p[k] for k, name in enumerate(votes.classes)}
    return pd.DataFrame({"task": votes.tasks.to_pylist(), **columns})


def mean_of(rows: list[dict[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}


def simulation(seed: int) -> dict[str, object]:
    """20,000 tasks × 3 votes × 240 annotators × 5 classes, ours beside the peer's Dawid-Skene."""
    votes, gold = simulated(20_000, seed)
    ours = scores(consensus(votes).labels, gold)
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "votes.csv", Path(folder) / "labels.csv"
        votes.to_csv(path, index=False)
        run_peer(path, out, "DawidSkene", probabilities=True)
        peer = scores(pd.read_csv(out), gold)
    return {
        "seed": seed,
        "our accuracy": ours["accuracy"],
        "crowd-kit D-S": peer["accuracy"],
        "our ECE": ours["ece"],
        "its ECE": peer["ece"],
    }


@dataclass
class Measured:
    """Rows of each table, one per set: every method, Dawid-Skene alone, ``auto`` with gold, and its confidence."""

    every: list[dict[str, object]] = field(default_factory=list)
    plain: list[dict[str, object]] = field(default_factory=list)
    auto: list[dict[str, object]] = field(default_factory=list)
    confidence: list[dict[str, object]] = field(default_factory=list)


def measured(names: list[str], without: list[str], n_splits: int) -> Measured:
    """The eight sets, or some of them; peers ``without`` are not run."""
    if not DATA.is_dir():
        raise SystemExit(MISSING)
    found = Measured()
    for name in names:
        data = load(name)
        methods = [method for method in PEERS if method not in without]
        peers = {method: right_by_task(peer_labels(data.path, method), data.gold) for method in methods}
        found.every.append(every_method(data, peers))
        found.plain.append(without_gold(data, peers))
        auto, confidence = with_gold(data, peers, n_splits)
        found.auto.append(auto)
        found.confidence.append(confidence)
        print(f"{name} done", file=sys.stderr, flush=True)
    return found


def arguments(about: str | None) -> argparse.ArgumentParser:
    """What these sets are run with; ``results`` takes the same."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--splits", type=int, default=N_SPLITS)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--without", default="", help="peers to leave out, such as GLAD (minutes per set)")
    return parser


def main() -> None:
    options = arguments(__doc__).parse_args()
    found = measured(options.sets.split(","), options.without.split(","), options.splits)
    print("\nEvery method without gold\n\n" + table(found.every))
    print("\nDawid-Skene without gold\n\n" + table(found.plain))
    print(
        f"\nauto with 20 % of the gold, scored on the rest, mean over {options.splits} splits\n\n" + table(found.auto)
    )
    print("\nConfidence of auto on the same splits\n\n" + table(found.confidence))
    print("\nSimulated crowd\n\n" + table([simulation(seed) for seed in range(3)]))


if __name__ == "__main__":
    main()
