"""Copiers: two annotators who agree far more than two people reading the same comments would.

Belongs here: the test of a pair, and who copied whom where that can be told. Does not: pairs that share too little.

On the comments both labeled, b's vote is a's with chance r (the copy rate), else b's own. How careful the two are is
judged by everybody else's votes only, since a copier makes the copied one look right. Honest people are misled by the
same comments. So a vote that the class the rest point to does not explain may be explained by the shares of what the
rest said, which are mixed where a comment is hard; and only r of one half or more is called copying.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from labeling_pipeline.core.agreement.coding import CodedVotes, Floats, Ints
from labeling_pipeline.core.agreement.pairs import PairVotes, pair_votes
from labeling_pipeline.core.reliability.answers import Bools, Votes
from labeling_pipeline.core.reliability.competence import SMALLEST, Competence
from labeling_pipeline.core.reliability.habits import FEW_WAYS, WAYS, Carelessness, likelihoods, mixture, posterior
from labeling_pipeline.core.reliability.significance import expected_false_share

MIN_SHARED = 50
COPY_RATES = np.linspace(0, 1, 11)
# From here on agreement is called copying.
COPYING = 0.5
# Pairs whose agreement is not even this many standard errors above two typical annotators' are not looked at further.
WORTH_TESTING = 2.0
# Which of the two copied is said when it is this likely.
CLEAR_DIRECTION, LIKELY_DIRECTION = 0.9, 0.6
IMPOSSIBLE = -1e9
TYPICAL_VOTES = 2.0
# From so many other votes on it can be seen that a comment is hard.
MIN_OTHERS = 5
COLUMNS = ["annotator", "other", "n_shared", "copy_rate", "chance", "q", "direction"]


def copied_pairs(votes: Votes, fit: Competence, habits: Carelessness, *, min_shared: int = MIN_SHARED) -> pd.DataFrame:
    """Every pair with `min_shared` common comments: `annotator, other, n_shared, copy_rate, chance, q, direction`.

    `copy_rate`: expected share of copied votes; `chance`: of a copy rate of one half or more; `q`: expected share of
    wrong entries among the pairs at least as likely (false-discovery correction over all tested pairs). `direction` is
    `copies` or `probably copies` where `annotator` copied `other` (from who answered later, how careful each is
    elsewhere, and how much of each one's work the common comments are), else `unknown`.
    """
    names = votes.annotators.to_numpy()
    coded = CodedVotes(votes.task, votes.annotator, votes.label, tuple(votes.labels), names, len(votes.tasks))
    pairs = pair_votes(coded, min_shared, strict=True)
    if pairs.first.size == 0:
        return pd.DataFrame(columns=COLUMNS)
    weights = mixture(habits.logs[habits.n_votes >= min_shared][:, FEW_WAYS])
    logs = np.full((pairs.first.size, 2, COPY_RATES.size), IMPOSSIBLE)
    logs[:, :, 0] = 0
    cells = np.bincount(votes.task * len(votes.labels) + votes.label, minlength=fit.posterior.size)
    said: Floats = cells.reshape(fit.posterior.shape).astype(np.float64)
    rows_of = np.split(np.argsort(pairs.pair, kind="stable"), np.cumsum(pairs.shared)[:-1])
    for pair in np.flatnonzero(_surplus(pairs, fit) > WORTH_TESTING):
        logs[pair] = _Pair.of(pairs, rows_of[pair], int(pair), fit, habits, said).logs(weights)
    either = np.logaddexp(logs[:, 0], logs[:, 1])
    belief = posterior(either, mixture(np.vstack([either, _no_copying()])))
    chance = belief[:, COPY_RATES >= COPYING].sum(axis=1)
    return _frame(votes, pairs, belief @ COPY_RATES, chance, _second_copies(pairs, logs, belief, votes))


def _surplus(pairs: PairVotes, fit: Competence) -> Floats:
    """Agreement beyond that of two typical annotators, in standard errors, (P,)."""
    care = float(fit.care.mean())
    typical = care * fit.confusion + (1 - care) * fit.mix
    meeting = (typical @ typical.T).diagonal()
    chance = _without_both(pairs, slice(None), fit) @ meeting
    size = pairs.first.size
    agreed = np.bincount(pairs.pair, weights=pairs.label_a == pairs.label_b, minlength=size)
    expected = np.bincount(pairs.pair, weights=chance, minlength=size)
    return np.asarray((agreed - expected) / np.sqrt(expected * (1 - expected / pairs.shared) + 0.25))


def _without_both(pairs: PairVotes, rows: slice | Ints, fit: Competence) -> Floats:
    """Class probabilities of the common comments by everybody but the pair, (rows, K)."""
    rest = fit.posterior[pairs.task[rows]].astype(np.float64)
    rest /= fit.likelihood(pairs.first[pairs.pair[rows]], pairs.label_a[rows])
    rest /= fit.likelihood(pairs.second[pairs.pair[rows]], pairs.label_b[rows])
    return np.asarray(rest / np.maximum(rest.sum(axis=1, keepdims=True), SMALLEST))


def _no_copying() -> Floats:
    """One pair that is known not to copy, so that a few tested pairs cannot make copying the rule."""
    return np.where(COPY_RATES == 0, 0.0, IMPOSSIBLE)[None, :]


@dataclass(frozen=True)
class _Pair:
    """One pair's common comments: what the rest say (V, K), each one's chance of their vote per class and way."""

    rest: Floats
    is_same: Bools
    shares: tuple[Floats, Floats]
    chances: tuple[Floats, Floats]
    elsewhere: tuple[Floats, Floats]

    @classmethod
    def of(cls, pairs: PairVotes, rows: Ints, pair: int, fit: Competence, habits: Carelessness, said: Floats) -> _Pair:
        task, labels = pairs.task[rows], (pairs.label_a[rows], pairs.label_b[rows])
        people = (int(pairs.first[pair]), int(pairs.second[pair]))
        chances, elsewhere = [], []
        for who, label in zip(people, labels, strict=True):
            whose = np.full(label.size, who)
            others = fit.posterior[task] / fit.likelihood(whose, label)
            others = np.asarray(others / others.sum(axis=1, keepdims=True), dtype=np.float64)
            here = [np.log(of_votes).sum() for of_votes in likelihoods(fit, others, whose, label, WAYS[FEW_WAYS])]
            elsewhere.append(habits.logs[who, FEW_WAYS] - np.array(here))
            chances.append(_chances(fit, who, label))
        rest = _without_both(pairs, rows, fit)
        return cls(
            rest,
            labels[0] == labels[1],
            _shares(fit, rest, said[task], *labels),
            (chances[0], chances[1]),
            (elsewhere[0], elsewhere[1]),
        )

    def logs(self, weights: Floats) -> Floats:
        """Log-likelihood of every copy rate (2, R): the first row if b copied a, the second if a copied b."""
        a, b = self.chances
        share_a, share_b = self.shares
        both = np.maximum(np.einsum("vk,svk,tvk->stv", self.rest, a, b, optimize=True), share_a * share_b)
        prior_a, prior_b = (posterior(logs[None, :], weights)[0] for logs in self.elsewhere)
        prior = np.log(prior_a + SMALLEST)[:, None] + np.log(prior_b + SMALLEST)[None, :]
        found = np.empty((2, COPY_RATES.size))
        alone_a = np.maximum(np.einsum("vk,svk->sv", self.rest, a), share_a)[:, None]
        alone_b = np.maximum(np.einsum("vk,tvk->tv", self.rest, b), share_b)[None]
        for way, single in enumerate((alone_a, alone_b)):
            for place, rate in enumerate(COPY_RATES):
                likely = (1 - rate) * both + rate * self.is_same * single
                found[way, place] = np.logaddexp.reduce((np.log(likely + SMALLEST).sum(axis=2) + prior).ravel())
        return found


def _shares(fit: Competence, rest: Floats, said: Floats, label_a: Ints, label_b: Ints) -> tuple[Floats, Floats]:
    """Share of either label in what the rest said of each comment, two typical votes added; 0 where unused."""
    care = float(fit.care.mean())
    typical = care * (rest @ fit.confusion) + (1 - care) * fit.usual
    row = np.arange(label_a.size)
    n_others = said.sum(axis=1) - 2
    same = label_a == label_b
    share_a, share_b = (
        (said[row, label] - 1 - same + TYPICAL_VOTES * typical[row, label]) / (n_others + TYPICAL_VOTES)
        for label in (label_a, label_b)
    )
    # Only against the class the rest point to: on it, each one's own care says more than the crowd's.
    usable = [(n_others >= MIN_OTHERS) & (rest[row, label] < 0.5) for label in (label_a, label_b)]
    return np.where(usable[0], share_a, 0), np.where(usable[1], share_b, 0)


def _chances(fit: Competence, who: int, label: Ints) -> Floats:
    """Chance of each vote for every way and class, (ways, V, K)."""
    exact = np.eye(fit.confusion.shape[0])[label]
    crowd = fit.confusion.T[label]
    own = fit.habits[who, label][:, None]
    return np.stack([care * (sharp * exact + (1 - sharp) * crowd) + (1 - care) * own for care, sharp in WAYS[FEW_WAYS]])


def _second_copies(pairs: PairVotes, logs: Floats, belief: Floats, votes: Votes) -> Floats:
    """Chance that the second of a pair copied, given that one did."""
    n_votes = np.bincount(votes.annotator, minlength=len(votes.annotators))
    by_way = np.logaddexp.reduce(logs[:, :, 1:] + np.log(belief[:, None, 1:] + SMALLEST), axis=2)
    share_a, share_b = pairs.shared / n_votes[pairs.first], pairs.shared / n_votes[pairs.second]
    # Who copies needs the other's comments: the more of one's work they are, the likelier it is that one.
    odds = by_way[:, 0] - by_way[:, 1] + 3 * np.log(share_b / share_a) + _later(pairs, votes)
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -50, 50))))


def _later(pairs: PairVotes, votes: Votes) -> Floats:
    """Log-odds that the second copied, from who answered later; 0 where the times are not known."""
    if votes.moment is None:
        return np.zeros(pairs.first.size)
    after = np.sign(votes.moment[pairs.row_b] - votes.moment[pairs.row_a])
    after = np.where(np.isfinite(after), after, 0)
    # Someone who copies half of the time or more is the later one in at least three of four comments.
    return np.asarray(np.bincount(pairs.pair, weights=after, minlength=pairs.first.size) * np.log(3))


def _frame(votes: Votes, pairs: PairVotes, copy_rate: Floats, chance: Floats, second_copies: Floats) -> pd.DataFrame:
    is_second = second_copies >= 0.5
    sure = np.maximum(second_copies, 1 - second_copies)
    likely = np.where(sure >= LIKELY_DIRECTION, "probably copies", "unknown")
    return pd.DataFrame(
        {
            "annotator": votes.annotators.take(np.where(is_second, pairs.second, pairs.first)),
            "other": votes.annotators.take(np.where(is_second, pairs.first, pairs.second)),
            "n_shared": pairs.shared,
            "copy_rate": copy_rate,
            "chance": chance,
            "q": expected_false_share(chance),
            "direction": np.where(sure >= CLEAR_DIRECTION, "copies", likely),
        }
    )
