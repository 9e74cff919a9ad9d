"""What labels cost and how right they are: adaptive overlap, and experts where they are worth it.

    python -m labeling_pipeline_tests.benchmarks.quality_cost [--part all|overlap|hard|paper] [--seeds 10]

Prices of the source: .04 USD per assignment, 5 USD per verdict, 5 % honeypots, 2,400 gold labels and more (two experts
each, a third where they differ), the honeypot bank, 600 reviews of unanimous labels per wave. Honeypots, reviews, gold
and bank are in every cost. Labels are compared with the planted truth of every comment.

overlap   votes that adaptive overlap needs for the accuracy of five votes each, 20,000 comments
hard      cost and accuracy beside first-come adjudication at equal spend, 20,000 comments
paper     the whole 800,000 comments, a budget of 250,000 USD

Belongs here: the figures. Does not: how a campaign is played (``quality_campaign``).
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np
from scipy.stats import t

from labeling_pipeline.core.simulate.world import WORLDS, WorldSpec
from labeling_pipeline_tests.benchmarks.quality_campaign import PAPER, Outcome, adaptive, first_come, fixed

WRONG_USD = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0)  # close enough that the curve between two is nearly a line
BUDGETS = (175e3, 250e3, 500e3, 1_000e3)


def interval(values: list[float]) -> str:
    """Mean and its 95 % interval over seeds."""
    x = np.asarray(values)
    half = float(t.ppf(0.975, len(x) - 1) * x.std(ddof=1) / np.sqrt(len(x))) if len(x) > 1 else float("nan")
    return f"{x.mean():.4f} ({x.mean() - half:.4f} … {x.mean() + half:.4f})"


def overlap(seeds: int) -> None:
    """Votes at the accuracy of five each, read off the line between the two prices of an error on either side of it."""
    for name in ("hard", "independent"):
        spec = WORLDS[name]
        share: dict[int, list[float]] = {2: [], 3: []}
        for seed in range(seeds):
            five = fixed(spec, 20_000, seed, 5)
            for first, found in share.items():
                line = around(five.accuracy, spec, seed, first)
                found.append(float(np.interp(five.accuracy, *zip(*line, strict=True))) / five.votes)
            print(f"{name}, seed {seed}: {', '.join(f'{one[-1]:.4f}' for one in share.values())}", flush=True)
        for first, found in share.items():
            print(f"{name}: from {first} votes, at the accuracy of 5 each: {interval(found)} of their cost", flush=True)


def around(accuracy: float, spec: WorldSpec, seed: int, first: int) -> list[tuple[float, float]]:
    """Accuracy and votes at the two neighbouring prices between which this accuracy lies."""
    place, tried = len(WRONG_USD) // 2, dict[int, tuple[float, float]]()
    while True:
        if place not in tried:
            one = adaptive(spec, 20_000, seed, first=first, wrong_usd=WRONG_USD[place], experts=False, reviews=False)
            tried[place] = (one.accuracy, one.votes)
        step = 1 if tried[place][0] < accuracy else -1
        if place + step in tried:
            return sorted((tried[place], tried[place + step]))
        if not 0 <= place + step < len(WRONG_USD):
            raise ValueError(f"seed {seed}: an accuracy of {accuracy:.4f} is outside {sorted(tried.values())}")
        place += step


def hard(seeds: int) -> None:
    """The curve, and the paired difference to first-come adjudication."""
    spec, n = WORLDS["hard"], 20_000
    theirs = [first_come(spec, n, seed, list(BUDGETS)) for seed in range(seeds)]
    for place, budget in enumerate(BUDGETS):
        ours = [adaptive(spec, n, seed, budget=budget) for seed in range(seeds)]
        over = max(one.cost_usd - budget for one in ours)
        first = [one[place] for one in theirs]
        paired = [100 * (a.accuracy - b.accuracy) for a, b in zip(ours, first, strict=True)]
        print(f"hard, {budget:,.0f} USD: ours {told(ours)}; first-come {told(first)}; points {interval(paired)}")
        print(f"hard, {budget:,.0f} USD: most over the budget {over:,.0f} USD", flush=True)


def told(found: list[Outcome]) -> str:
    """Accuracy with its interval, and the mean cost."""
    cost = np.mean([one.cost_usd for one in found])
    return f"{interval([one.accuracy for one in found])} at {cost:,.0f} USD"


def paper(seeds: int) -> None:
    """All 800,000 comments."""
    for seed in range(seeds):
        began, cpu = time.perf_counter(), time.process_time()
        found = adaptive(WORLDS["independent"], PAPER, seed, budget=250_000.0)
        took = f"{time.perf_counter() - began:.0f} s wall, {time.process_time() - cpu:.0f} s CPU"
        memory = f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB"
        print(
            f"independent, 800,000 comments, seed {seed}: accuracy {found.accuracy:.4f} at {found.cost_usd:,.0f} USD, "
            f"{found.votes:.2f} votes a comment (believed {found.believed:.4f}); {took}, {memory}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("all", "overlap", "hard", "paper"), default="all")
    parser.add_argument("--seeds", type=int, default=10)
    chosen = parser.parse_args()
    if chosen.part in ("all", "overlap"):
        overlap(chosen.seeds)
    if chosen.part in ("all", "hard"):
        hard(chosen.seeds)
    if chosen.part in ("all", "paper"):
        paper(min(chosen.seeds, 3))


if __name__ == "__main__":
    main()
