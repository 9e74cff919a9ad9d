"""Using gold in a label model. Belongs here: blending learned precisions with those counted on gold, calibration,
and the advantage measured on gold. Does not: learning without gold.

The learned precisions act as a prior worth some number of votes, and silence may mean something or nothing. Each such
hypothesis counts by how well it predicts held-out gold, so a wrong model is overruled by gold and a right one is kept
where gold is thin. Gold is taken as a sample of the stream unless the class balance is given.
"""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import numpy.typing as npt

from labeling_pipeline.core.weak_supervision.encoding import flat_one_hot
from labeling_pipeline.core.weak_supervision.learning import Learned
from labeling_pipeline.core.weak_supervision.majority import vote_totals
from labeling_pipeline.core.weak_supervision.patterns import Matrix, VotePatterns, Votes
from labeling_pipeline.core.weak_supervision.rates import Rates, rates_of
from labeling_pipeline.core.weak_supervision.result import FittedModel, Setup, majority_shares, softmax

STRENGTHS = (1.0, 3.0, 10.0, 30.0, 100.0, 1000.0)
# What it means that a function abstains: nothing beyond how many voted, nothing at all, or as much as its rate per
# class.
SILENCE = ("given_how_many", "says_nothing", "speaks")
# Whether what was learned says anything, beside what any function is believed to be worth.
BELIEVED = (True, False)
Hypothesis = tuple[float, str, bool]
Used = npt.NDArray[np.bool_]
DEFAULT_STRENGTH = 10.0  # too little gold to choose by held-out folds
BALANCE_STRENGTH = 20.0
FOLDS = 10
LEAST_GOLD, LEAST_CALIBRATION = 10, 30
SHARPNESS = np.exp(np.linspace(np.log(0.25), np.log(4.0), 49))
SHARPNESS_PRIOR = 4.0  # pulls the calibration to "as is": about the evidence of this many gold rows
LOWEST = 0.005


class _Gold:
    """The gold rows once, as votes, encoded votes and labels, in an order of their own (see ``_order``)."""

    def __init__(self, patterns: VotePatterns, rows: npt.NDArray[np.int64], labels: npt.NDArray[np.int64]) -> None:
        order = _order(patterns, patterns.votes[rows], labels)
        votes, labels = patterns.votes[rows][order], labels[order]
        covered = (votes >= 0).any(axis=1)
        self.votes: Votes = votes[covered]
        self.labels = labels[covered]
        self.all_labels = labels
        self.one_hot = flat_one_hot(self.votes, patterns.n_classes)
        self.truth = np.eye(patterns.n_classes)[self.labels]

    def __len__(self) -> int:
        return len(self.labels)


def _order(patterns: VotePatterns, votes: Votes, labels: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    """Gold rows by what they say, so that folds are dealt alike in whatever order rows, functions and classes come.

    Rows that say the same may change places: no fold can tell them apart. Classes and functions are ranked by how often
    they occur and with which label, functions also by how often they vote for what in the corpus.
    """
    k = patterns.n_classes
    named = np.array([(votes == c).sum() for c in range(k)])
    classes = np.lexsort((named, np.bincount(labels, minlength=k)))
    rank = np.append(classes.argsort(), -1)  # the last one keeps -1, an abstain
    ranked, truth = rank[votes], rank[labels]
    met = [((ranked == a) & (truth == b)[:, None]).sum(axis=0) for a in range(k) for b in range(k)]
    given = vote_totals(patterns).reshape(-1, k).T[classes]
    return np.lexsort((truth, *ranked[:, np.lexsort((*met, *given))].T))


def blend_with_gold(
    patterns: VotePatterns, setup: Setup, learned: Learned, fitted: FittedModel
) -> tuple[FittedModel, list[str]]:
    """The fitted model with gold blended in, and notes that say what gold changed."""
    if setup.gold_patterns is None or setup.gold_labels is None:
        return fitted, []
    gold = _Gold(patterns, setup.gold_patterns, setup.gold_labels)
    balances = _balances(setup, learned, gold)
    held_out = _HeldOut(gold, learned, balances, setup.seed) if len(gold) >= LEAST_GOLD else None
    weights = held_out.weights() if held_out else {(DEFAULT_STRENGTH, SILENCE[0], True): 1.0}
    rates = _averaged(gold, learned, balances, weights)
    notes = [f"gold on {len(gold)} covered rows; {_told(weights)}"]
    if held_out is None:
        return _refit(fitted, rates, learned, 1.0, False), notes
    scores = held_out.mixed()
    enough = len(gold) >= LEAST_CALIBRATION
    sharpness = _sharpness(scores, rates.balance, gold) if enough else 1.0
    gain, error = _gain_over_majority(scores, gold, setup.class_balance)
    notes.append(f"advantage over majority on held-out gold: {gain:+.3f} ± {error:.3f}")
    judged = dataclasses.replace(fitted, has_advantage=gain > 0, measured_advantage=gain)
    return _refit(judged, rates, learned, sharpness, enough), notes


def sharpened(patterns: VotePatterns, setup: Setup, fitted: FittedModel) -> FittedModel:
    """The fitted model, as sure as it is right on gold; no label changes. As it is, where gold is too little."""
    if setup.gold_patterns is None or setup.gold_labels is None:
        return fitted
    gold, uniform = _Gold(patterns, setup.gold_patterns, setup.gold_labels), np.full(patterns.n_classes, 1.0)
    if len(gold) < LEAST_CALIBRATION:
        return fitted
    sharpness = _sharpness(fitted.log_posterior(gold.votes), uniform, gold)

    def log_posterior(votes: Votes) -> Matrix:
        scores = fitted.log_posterior(votes)
        scores[(votes >= 0).any(axis=1)] *= sharpness
        return scores

    return dataclasses.replace(fitted, log_posterior=log_posterior, is_calibrated=True)


def _told(weights: dict[Hypothesis, float]) -> str:
    strength = float(np.exp(sum(w * np.log(s) for (s, _, _), w in weights.items())))
    speaks = sum(w for (_, silence, _), w in weights.items() if silence == "speaks")
    return f"learned precisions count as about {strength:.0f} votes, silence speaks with weight {speaks:.2f}"


def _balances(setup: Setup, learned: Learned, gold: _Gold) -> dict[str, Matrix]:
    """The class mix (K,) by what silence means.

    A given balance is the corpus's. Where functions choose their rows by class it is that of covered rows only once
    their silence has spoken as well; without that, gold on covered rows tells theirs.
    """
    bounded = learned.rates.corpus_balance is not None
    if setup.class_balance is not None and not bounded:
        return dict.fromkeys(SILENCE, setup.class_balance)
    counts = np.bincount(gold.labels if bounded else gold.all_labels, minlength=len(learned.rates.balance))
    mass = counts + BALANCE_STRENGTH * learned.rates.balance
    balances = dict.fromkeys(SILENCE, np.asarray(mass / mass.sum()))
    return balances if setup.class_balance is None else balances | {"speaks": setup.class_balance}


def _averaged(gold: _Gold, learned: Learned, balances: dict[str, Matrix], weights: dict[Hypothesis, float]) -> Rates:
    every = np.ones(len(gold), dtype=bool)
    parts = [(w, _blended(gold, every, learned, balances, key)) for key, w in weights.items()]
    mix = np.exp(np.sum([w * np.log(part.balance) for w, part in parts], axis=0))

    def mean(name: str) -> Matrix:
        return np.asarray(sum(w * getattr(part, name) for w, part in parts))

    tied, corpus = learned.rates.redundancy, learned.rates.corpus_balance
    lift, scale, silence = mean("log_lift"), mean("log_scale"), mean("log_silence")
    return Rates(mean("precision"), mix / mix.sum(), tied, lift, scale, silence, corpus)


def _blended(gold: _Gold, used: Used, learned: Learned, balances: dict[str, Matrix], hypothesis: Hypothesis) -> Rates:
    strength, silence, is_believed = hypothesis
    balance = balances[silence]
    truth = gold.truth[used]
    share = (truth.sum(axis=0) + balance) / (len(truth) + 1)
    counted = gold.one_hot[used].T @ (truth * (balance / share))
    prior = (learned.rates.precision if is_believed else learned.prior) * (balance / learned.rates.balance)
    prior /= prior.sum(axis=1, keepdims=True)
    precision = (strength * prior + counted) / (strength + counted.sum(axis=1, keepdims=True))
    precision = np.clip(precision, LOWEST, None)
    precision /= precision.sum(axis=1, keepdims=True)
    rates = rates_of(precision, balance, learned.rates.redundancy, learned.vote_mass)
    if silence == "given_how_many":
        return rates
    rates = dataclasses.replace(rates, log_scale=np.zeros(len(balance)))
    return rates if silence == "says_nothing" else dataclasses.replace(rates, log_silence=_log_silence(rates, learned))


def _log_silence(rates: Rates, learned: Learned) -> Matrix:
    """(m, K): log probability that a function abstains, by class; near copies share one silence."""
    m, n_classes = len(rates.redundancy), len(rates.balance)
    voting = learned.votes[:, None] * rates.precision / rates.balance / learned.n_rows
    voted = np.clip(voting.reshape(m, n_classes, n_classes).sum(axis=1), 0.0, 0.995)
    return np.asarray(np.log1p(-voted) / rates.redundancy.sum(axis=1)[:, None])


class _HeldOut:
    """What every hypothesis predicts of gold rows that it did not see, fold by fold."""

    def __init__(self, gold: _Gold, learned: Learned, balances: dict[str, Matrix], seed: int) -> None:
        self.folds = np.random.default_rng(seed).permutation(len(gold)) % min(FOLDS, len(gold))
        self.hypotheses = list(itertools.product(STRENGTHS, SILENCE, BELIEVED))
        self.scores = np.empty((len(self.hypotheses), len(gold), len(learned.rates.balance)))
        for fold in range(int(self.folds.max()) + 1):
            out = self.folds == fold
            for i, key in enumerate(self.hypotheses):
                self.scores[i, out] = _blended(gold, ~out, learned, balances, key).score(gold.votes[out])
        self.losses = np.stack([-np.log((softmax(one) * gold.truth).sum(axis=1)) for one in self.scores])

    def weights(self) -> dict[Hypothesis, float]:
        """How probable each hypothesis is, by how well it predicts held-out gold (all equally probable before)."""
        probable = softmax(-self.losses.sum(axis=1)[None])[0]
        return dict(zip(self.hypotheses, probable.tolist(), strict=True))

    def mixed(self) -> Matrix:
        """(n, K) scores of gold rows by all hypotheses, weighed by what the other folds say of them: gold that
        chose the weights does not report the result."""
        fold = np.eye(int(self.folds.max()) + 1)[self.folds]
        elsewhere = self.losses.sum(axis=1, keepdims=True) - self.losses @ fold
        probable = softmax(-elsewhere.T)[self.folds]
        return np.asarray(np.einsum("nh,hnk->nk", probable, self.scores))


def _log_loss(scores: Matrix, gold: _Gold) -> float:
    return float(-np.log((softmax(scores) * gold.truth).sum(axis=1)).sum())


def _sharpness(scores: Matrix, balance: Matrix, gold: _Gold) -> float:
    evidence = scores - np.log(balance)
    penalties = SHARPNESS_PRIOR * np.log(SHARPNESS) ** 2
    losses = [_log_loss(np.log(balance) + t * evidence, gold) for t in SHARPNESS]
    return float(SHARPNESS[int(np.argmin(np.asarray(losses) + penalties))])


def _gain_over_majority(scores: Matrix, gold: _Gold, balance: Matrix | None) -> tuple[float, float]:
    ours = scores.argmax(axis=1) == gold.labels
    plain = majority_shares(gold.votes, scores.shape[1], balance)[np.arange(len(gold)), gold.labels]
    gains = ours - plain
    return float(gains.mean()), float(gains.std() / np.sqrt(len(gains)))


def _refit(fitted: FittedModel, rates: Rates, learned: Learned, sharpness: float, calibrated: bool) -> FittedModel:
    n_classes = len(rates.balance)
    own = rates.precision.reshape(-1, n_classes, n_classes)[:, np.arange(n_classes), np.arange(n_classes)]
    given = learned.votes.reshape(-1, n_classes)
    accuracies = (own * given).sum(axis=1) / np.maximum(given.sum(axis=1), 1e-12)

    def log_posterior(votes: Votes) -> Matrix:
        prior = np.log(rates.balance)
        return np.asarray(prior + sharpness * (rates.score(votes) - prior))

    return dataclasses.replace(
        fitted,
        log_posterior=log_posterior,
        accuracies=np.where(given.sum(axis=1) > 0, accuracies, own.mean(axis=1)),
        class_balance=rates.balance,
        is_calibrated=calibrated,
    )
