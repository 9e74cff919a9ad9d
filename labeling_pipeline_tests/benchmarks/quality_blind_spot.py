"""A blind spot most of the crowd shares on one slice of 1 %: is it named in the first round, and is silence silent?

    python -m labeling_pipeline_tests.benchmarks.quality_blind_spot [--seeds 40] [--error .1]

Belongs here: the count over seeds. Does not: the world, which the tests share (``core.test_unanimous``).
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from labeling_pipeline.core.agreement import agreement
from labeling_pipeline_tests.core.test_unanimous import SLICES, alarms, crowd_votes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--reviews", type=int, default=600, help="450 where a quarter is kept for suspected phrases")
    parser.add_argument("--error", type=float, default=0.02, help="share of their verdicts that experts get wrong")
    given = parser.parse_args()
    n, budget, error = given.seeds, given.reviews, given.error
    named = silent = 0
    for seed in range(n):
        named += alarms(seed, blind=0.6, budget=budget, error=error)["slice"].tolist() == ["s-07"]
        silent += alarms(1_000 + seed, blind=0.0, budget=budget, error=error).empty
    print(
        f"experts wrong {error:.0%}, {budget} reviews, {len(SLICES)} slices, 60 % of the crowd blind on one,"
        f" seeds 0…{n - 1}"
    )
    pairs, alphas = zip(*[pooled(seed) for seed in range(n)], strict=True)
    print(f"pooled agreement, least of the seeds: pairs {min(pairs):.3f}, Krippendorff's alpha {min(alphas):.3f}")
    print(f"the slice named alone in round 1: {named} of {n}; no blind spot, seeds 1000…: silent in {silent} of {n}")


def pooled(seed: int) -> tuple[float, float]:
    """Over all comments of the round: the share of agreeing pairs, and Krippendorff's alpha."""
    comments, _, votes = crowd_votes(seed, blind=0.6)
    said = pd.DataFrame({"task": np.repeat(comments["comment_id"].to_numpy(), 3), "label": votes.ravel()})
    found = agreement(said.assign(annotator=np.tile(["a", "b", "c"], len(votes))), n_boot=0)
    return float(found["percent_agreement"]["value"]), float(found["krippendorff_alpha"]["value"])


if __name__ == "__main__":
    main()
