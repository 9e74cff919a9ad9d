"""A blind spot nobody has tagged: does a text rule describe it within two rounds, and is nothing said where none is?

    python -m labeling_pipeline_tests.benchmarks.quality_untagged [--seeds 40]

Belongs here: the count over seeds. Does not: the world (``core.coded_world``), or the rounds
(``core.test_blind_spots``).
"""

from __future__ import annotations

import argparse

import numpy as np

from labeling_pipeline.core.rates import jeffreys
from labeling_pipeline_tests.core.test_blind_spots import BUDGET, precision, two_rounds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--blind", type=float, default=0.6, help="share of the crowd that does not see the slice")
    given = parser.parse_args()
    shares = [precision(*two_rounds(seed, given.blind)) for seed in range(2_000, 2_000 + given.seeds)]
    found = sum(share >= 0.6 for share in shares)
    silent = sum(two_rounds(20_000 + seed, 0.0)[0].empty for seed in range(given.seeds))
    print(
        f"two rounds of 6,000 comments, {BUDGET} reviews each, {given.blind:.0%} of the crowd blind on 1 %, seeds 2000…"
    )
    print(f"a text rule with precision ≥ .6 on the slice: {_of(found, given.seeds)}; median {np.median(shares):.2f}")
    print(f"no blind spot, seeds 20000…: silent in {_of(silent, given.seeds)}")


def _of(k: int, n: int) -> str:
    low, high = jeffreys(k, n)
    return f"{k} of {n} (95 % interval of the rate {float(low):.2f} … {float(high):.2f})"


if __name__ == "__main__":
    main()
