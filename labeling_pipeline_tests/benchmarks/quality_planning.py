"""Planning one round over 800,000 comments: how long, how much memory; and every annotator's honeypot rate.

    python -m labeling_pipeline_tests.benchmarks.quality_planning [--comments 800000]

A first round of three votes each, dealt to 240 annotators with 5 % honeypots from a bank as large as its need; then the
next wave: what another vote is worth, and who gives it.

Belongs here: the timing and the count. Does not: what the votes come to (``quality_cost``).
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np
import pandas as pd

from labeling_pipeline.core.assignment import assign
from labeling_pipeline.core.honeypots import Honeypots, bank_need, rate_report
from labeling_pipeline.core.matching import Known
from labeling_pipeline.core.overlap import (
    OverlapSettings,
    expert_confusion,
    next_wave,
    price_for_budget,
    worth_of_answers,
)

PEOPLE, VOTES, RATE, K = 240, 3, 0.05, 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comments", type=int, default=800_000)
    n = parser.parse_args().comments
    need = bank_need(n * VOTES, PEOPLE, RATE, bank=0)
    comments = pd.DataFrame({"comment_id": [f"c-{i:07d}" for i in range(n)], "text": "some words"})
    bank = pd.DataFrame({"comment_id": [f"h-{i:04d}" for i in range(need.needed + 1)], "text": "some words"})
    people = [f"annotator-{i:03d}" for i in range(PEOPLE)]
    began, cpu = time.perf_counter(), time.process_time()
    first = assign(comments, people, VOTES, 0, honeypots=Honeypots(bank, RATE, short_bank="refuse"))
    _tell(f"first round: {len(first):,} assignments", began, cpu)
    report = rate_report(first, RATE)
    off, repeated = float((report["rate"] - RATE).abs().max()), int(report["repeated"].sum())
    least = int(report["n"].min())
    print(f"honeypots: a bank of {need.needed}, the rate of anybody is off by at most {100 * off:.3f} points among "
          f"{least:,} assignments or more; shown twice: {repeated}")  # fmt: skip
    p = np.random.default_rng(0).dirichlet(np.full(K, 0.12), n)
    limits = OverlapSettings(budget_usd=250_000.0, expert_capacity=0)
    crowd, expert = expert_confusion(0.725, K), expert_confusion(0.95, K)
    began, cpu = time.perf_counter(), time.process_time()
    votes = np.full(n, VOTES)
    priced = price_for_budget(p, votes, crowd[None], limits, spent_usd=130_000.0, expert=expert, waves_done=1)
    wave = next_wave(
        p, votes, priced, votes=worth_of_answers(crowd, 7), verdicts=worth_of_answers(expert, 1),
        spent_usd=130_000.0, n_annotators=PEOPLE,
    )  # fmt: skip
    chosen = comments[wave.votes > 0]
    asked = first.loc[~first["is_honeypot"], ["comment_id", "annotator_id"]]
    known = Known(dict(zip(comments["comment_id"], 1 - p.max(axis=1), strict=True)), dict.fromkeys(people, 0.7))
    second = assign(chosen, people, wave.votes[wave.votes > 0].tolist(), 0, 2, asked=asked, known=known)
    _tell(f"next wave: {len(second):,} assignments on {len(chosen):,} comments", began, cpu)
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB at most")


def _tell(what: str, began: float, cpu: float) -> None:
    print(f"{what}; {time.perf_counter() - began:.1f} s wall, {time.process_time() - cpu:.1f} s CPU", flush=True)


if __name__ == "__main__":
    main()
