"""A labeling campaign in a simulated world, from the first wave to the last verdict, every cost counted.

Belongs here: playing a campaign by ours, by a fixed overlap and by first-come adjudication. Does not: which figures are
printed (``quality_cost``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.calibration import calibrate
from labeling_pipeline.core.consensus import consensus
from labeling_pipeline.core.honeypots import bank_need, honeypots_needed
from labeling_pipeline.core.matching import Match, skills
from labeling_pipeline.core.overlap import (
    OverlapSettings,
    expert_confusion,
    next_wave,
    price_for_budget,
    worth_of_answers,
)
from labeling_pipeline.core.pairing import pair_up
from labeling_pipeline.core.simulate.world import WorldSpec, ask, ask_experts, draw_comments, draw_people

PAPER = 800_000  # comments of the source; what does not grow with them is charged in proportion
FIT, OTHER_GOLD = 600, 1_200  # gold that calibrates, and gold that measures or is sealed; the bank comes on top
REVIEWS = 600  # unanimous labels experts look at, per wave
RATE, VOTE_USD, EXPERT_USD, EXPERTS, K = 0.05, 0.04, 5.0, 12, 5

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Outcome:
    """Accuracy over all comments; USD as for 800,000 of them, all included; mean votes; what was believed."""

    accuracy: float
    cost_usd: float
    votes: float
    believed: float


class Desk:
    """One world, the votes there are, and the money that is gone. Comments first, then fit gold, then the bank."""

    def __init__(self, spec: WorldSpec, n: int, seed: int, most_votes: float = 5.0) -> None:
        # The bank is as large as its need at the paper's size, whatever size is played.
        self.bank = bank_need(round(PAPER * most_votes), spec.annotators, RATE, bank=0).needed
        self.n, self.seed, self.scale = n, seed, n / PAPER
        self.spec = replace(spec, comments=n + FIT + self.bank, weeks=1)
        self.comments, self.people = draw_comments(self.spec, seed), draw_people(self.spec, seed)
        self.rng = np.random.default_rng([seed, 7])
        self.place, self.who, self.said = (np.empty(0, np.int64) for _ in range(3))
        self.verdict, self.n_verdicts, self.assignments = np.full(n, -1), 0, 0.0
        self.known, gold_verdicts = self._gold(np.arange(n, n + FIT + self.bank))
        self.gold_usd = gold_verdicts * (1 + OTHER_GOLD / len(self.known)) * EXPERT_USD * self.scale
        self.history = pd.DataFrame()
        self.match: Match | None = None  # nothing is known before the first wave

    def _gold(self, place: Ints) -> tuple[Ints, int]:
        """Two experts, a third where they differ; their labels, and how many verdicts that took."""
        first = self.rng.integers(0, EXPERTS, len(place))
        a, b, c = (self._experts(place, (first + step) % EXPERTS) for step in (0, 3, 7))
        return np.where(a == b, a, np.where(c == b, b, a)), 2 * len(place) + int((a != b).sum())

    def _experts(self, place: Ints, expert: Ints) -> Ints:
        return ask_experts(self.spec, self.comments, place, expert, seed=self.seed)

    def vote(self, wanted: Ints) -> None:
        """Another wave: votes wanted per comment and fit gold. Honeypots and their cost come with it."""
        n_people = len(self.people)
        had = np.unique(self.place * n_people + self.who)
        place, who = pair_up(wanted, n_people, had, self.rng, self.match)
        said = ask(self.spec, self.comments, self.people, place, who, seed=self.seed)
        self.place, self.who = np.concatenate([self.place, place]), np.concatenate([self.who, who])
        self.said = np.concatenate([self.said, said])
        n_real = int((place < self.n).sum())
        paid = n_real + (len(place) - n_real) * self.scale
        self.assignments += paid / (1 - RATE)
        self._honeypots(n_real)

    def _honeypots(self, n_real: int) -> None:
        each = honeypots_needed(-(-n_real // len(self.people)), RATE)
        who = np.repeat(np.arange(len(self.people)), each)
        bank = self.n + FIT + np.arange(self.bank)
        pick = np.concatenate([self.rng.permutation(bank)[:each] for _ in range(len(self.people))])
        given = ask(self.spec, self.comments, self.people, pick, who, seed=self.seed, labeling_round=2)
        rows = pd.DataFrame({"annotator": who, "true": self.known[pick - self.n], "given": given, "n": 1})
        self.history = pd.concat([self.history, rows], ignore_index=True)

    def believe(self) -> tuple[Floats, Floats]:
        """Calibrated beliefs about comments and fit gold, and everyone's confusion as far as it is known."""
        votes = pd.DataFrame({"task": self.place, "annotator": self.who, "label": self.said})
        found = consensus(votes, method="dawid_skene", classes=list(range(K)), history=self.history)
        labels = found.labels.sort_values("task")
        p, shares = (labels[[f"{kind}_{k}" for k in range(K)]].to_numpy() for kind in "pv")
        truth = self.known[:FIT].astype(np.int64)
        fitted = calibrate(p[self.n :], truth, shares=shares[self.n :])
        belief = p if fitted is None else fitted.apply(p, shares)
        self.match = self._known(belief)
        people = found.annotators.sort_values("annotator")
        rows = people[[f"c_{t}_{g}" for t in range(K) for g in range(K)]].to_numpy(dtype=np.float64).reshape(-1, K, K)
        return belief, rows / rows.sum(axis=2, keepdims=True)

    def _known(self, belief: Floats) -> Match:
        """What a wave to come knows of comments and annotators."""
        given, n = belief[self.place, self.said], len(self.people)
        skill = skills(np.bincount(self.who, given, n), np.bincount(self.who, minlength=n).astype(np.float64))
        return Match(1 - belief.max(axis=1), skill)

    def counts(self) -> Ints:
        """Votes (n + FIT, K)."""
        return np.bincount(self.place * K + self.said, minlength=(self.n + FIT) * K).reshape(-1, K)

    def judge(self, rows: Ints) -> None:
        """Experts decide these comments."""
        self.verdict[rows] = self._experts(rows, self.rng.integers(0, EXPERTS, len(rows)))
        self.n_verdicts += len(rows)

    def review(self) -> None:
        """Experts look at a random part of the unanimous labels."""
        counts = self.counts()[: self.n]
        sure = np.flatnonzero((counts.max(axis=1) == counts.sum(axis=1)) & (self.verdict < 0))
        self.judge(self.rng.permutation(sure)[: round(REVIEWS * self.scale)])

    @property
    def spent(self) -> float:
        """USD so far, at the size that is played."""
        return self.assignments * VOTE_USD + self.n_verdicts * EXPERT_USD + self.gold_usd

    def outcome(self, p: Floats) -> Outcome:
        """How right the labels are now; a verdict decides."""
        decided = self.verdict >= 0
        label = np.where(decided, self.verdict, p[: self.n].argmax(axis=1))
        right = float((label == self.comments.truth[: self.n]).mean())
        believed = float(np.where(decided, self.spec.expert_accuracy, p[: self.n].max(axis=1)).mean())
        votes = float((self.place < self.n).sum() / self.n)
        return Outcome(right, self.spent / self.scale, votes, believed)


def fixed(spec: WorldSpec, n: int, seed: int, overlap: int) -> Outcome:
    """The same number of votes for every comment, nobody else asked."""
    desk = Desk(spec, n, seed)
    desk.vote(np.full(n + FIT, overlap))
    return desk.outcome(desk.believe()[0])


def first_come(spec: WorldSpec, n: int, seed: int, budgets: list[float]) -> list[Outcome]:
    """Three votes each, an expert on any disagreement in the order of arrival until the money is gone."""
    found = []
    for budget in budgets:
        desk = Desk(spec, n, seed)
        desk.vote(np.full(n + FIT, 3))
        p, _ = desk.believe()
        counts = desk.counts()[:n]
        open_ = np.flatnonzero(counts.max(axis=1) < counts.sum(axis=1))
        desk.judge(open_[: max(int((budget * desk.scale - desk.spent) // EXPERT_USD), 0)])
        found.append(desk.outcome(p))
    return found


def adaptive(
    spec: WorldSpec, n: int, seed: int, *, first: int = 3, budget: float | None = None, wrong_usd: float = 20.0,
    experts: bool = True, reviews: bool = True,
) -> Outcome:  # fmt: skip
    """Waves until nothing is worth its price or the budget is spent."""
    desk = Desk(spec, n, seed)
    limits = OverlapSettings(
        first_wave=first, wrong_usd=wrong_usd, vote_usd=VOTE_USD, expert_usd=EXPERT_USD, honeypot_rate=RATE,
        most_waves=6, expert_capacity=10**9 if experts else 0,
    )  # fmt: skip
    expert = expert_confusion(spec.expert_accuracy, K)
    desk.vote(np.full(n + FIT, first))
    if reviews:
        desk.review()
    for done in range(1, limits.most_waves + 1):
        p, people = desk.believe()
        n_votes = desk.counts().sum(axis=1)
        # Reviews of the wave to come are spoken for.
        reserve = REVIEWS * desk.scale * EXPERT_USD if reviews else 0.0
        now = replace(limits, budget_usd=None if budget is None else budget * desk.scale - desk.spent - reserve)
        if budget is not None:
            now = price_for_budget(p[:n], n_votes[:n], people, now, expert=expert, waves_done=done, seed=seed)
        decided = np.concatenate([desk.verdict >= 0, np.zeros(FIT, dtype=bool)])
        wave = next_wave(
            p, n_votes, now, votes=worth_of_answers(people.mean(axis=0), 7), verdicts=worth_of_answers(expert, 1),
            waves_done=done, decided=decided,
        )  # fmt: skip
        if wave.is_empty:
            break
        desk.judge(np.flatnonzero(wave.experts[:n]))
        if wave.votes.any():
            desk.vote(wave.votes)
            if reviews:
                desk.review()
    return desk.outcome(desk.believe()[0])
