"""A blind spot most of the crowd shares on one slice of 1 %: is it named in the first round, and is silence silent?

    python -m labeling_pipeline_tests.benchmarks.quality_blind_spot [--seeds 40]

Belongs here: the count over seeds. Does not: the world, which the tests share (``core.test_unanimous``).
"""

from __future__ import annotations

import argparse

from labeling_pipeline.core.unanimous import unanimous_errors
from labeling_pipeline_tests.core.test_unanimous import SLICES, reviewed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=40)
    n = parser.parse_args().seeds
    named = silent = 0
    for seed in range(n):
        blind = unanimous_errors(reviewed(seed, blind=0.6))
        named += blind.loc[blind["is_alarm"], "slice"].tolist() == ["s-07"]
        silent += not unanimous_errors(reviewed(1_000 + seed, blind=0.0))["is_alarm"].any()
    print(
        f"600 reviews, {len(SLICES)} slices, 60 % of the crowd blind on one: named alone in round 1 in {named} of {n}"
    )
    print(f"no blind spot: silent in {silent} of {n}")


if __name__ == "__main__":
    main()
