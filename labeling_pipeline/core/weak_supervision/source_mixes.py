"""Which class mix the probabilities of each source stand on, and how cautious they are. Belongs here: finding both.
Does not: adding up what is left once they are taken out (``source_evidence``).

A posterior holds the mix that its source took for granted: majority an even one, a draft that of its training data, a
label model the one it estimated. Added up as they are, sources count the mix once each. One source, the crowd where
there is one, is taken at its word: its posterior stays as it is, whatever mix is given; shares of votes alone, which
are no posterior, stand on an even one. What any other stands on is found on the comments on which both speak: it is the
mix that, exchanged for the mean of what the crowd says, makes the crowd's evidence there likeliest (the adjustment of
Saerens, Latinne and Decaestecker 2002, https://doi.org/10.1162/089976602753284446, with the old mix unknown instead of
the new).
Found with it is whether the source says less than it knows, as vote shares do: then its words are made stronger. One
that says more than it knows is left to its weight, since errors that it shares with the crowd look like knowledge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.weak_supervision.patterns import Matrix
from labeling_pipeline.core.weak_supervision.result import softmax
from labeling_pipeline.core.weak_supervision.source_weights import default_weight

TAKEN_AT_ITS_WORD = "crowd"
ONE_COMMENT = 1.0  # spread evenly, so that no class is impossible
PSEUDO_COMMENTS = 20.0  # a mean over fewer says little of the mix
SPREAD = 1.0  # how far, as a standard deviation of its log, a mix may lie from the source's own mean
SMALLEST = 1e-6
STRONGEST = 4.0
MOST_VOTES = 20  # on a comment, for shares of votes to be known as such
LEAST_SHARES = 3  # so many different ones
STRENGTH_SPREAD = 0.5  # as a standard deviation, of the log of the strength


class SourceMix(NamedTuple):
    """What a source says is `strength` (1 at least) times the log of its probabilities; `mix` (K,) is what that holds
    where it knows nothing."""

    mix: Matrix
    strength: float = 1.0


def find_balance(
    names: Sequence[str], tables: Matrix, given: npt.ArrayLike | None, known: Mapping[str, SourceMix]
) -> Matrix:
    """(K,): the mix of the comments, as given, else the mean of what the one says that is taken at its word.

    `tables` (sources, n, K): probabilities, NaN where a source says nothing.
    """
    n_classes = tables.shape[2]
    if given is not None:
        return checked_mix(given, n_classes, "class balance")
    at_its_word = _at_its_word(names, tables, known)
    if at_its_word is None:
        return known[names[0]].mix if names else np.full(n_classes, 1.0 / n_classes)
    return _mean(tables[at_its_word], ONE_COMMENT)


def find_mixes(
    names: Sequence[str], tables: Matrix, balance: Matrix, known: Mapping[str, SourceMix]
) -> dict[str, SourceMix]:
    """Name → what it stands on; what is known as it is."""
    at_its_word = _at_its_word(names, tables, known)
    words = None if at_its_word is None else tables[at_its_word]
    usual = balance if words is None else _mean(words, ONE_COMMENT)
    out: dict[str, SourceMix] = {}
    for s, name in enumerate(names):
        if name in known:
            out[name] = known[name]
        elif words is None:
            out[name] = SourceMix(balance)
        elif s == at_its_word:  # a posterior stays as it is: what is taken out is what is added
            out[name] = SourceMix(np.full_like(balance, 1 / len(balance)) if _are_shares_of_votes(words) else balance)
        else:
            both = _speaks(tables[s]) & _speaks(words)
            evidence = logs(words[both]) - np.log(usual)
            out[name] = _likeliest(logs(tables[s][both]), evidence, usual, _mean(tables[s], PSEUDO_COMMENTS))
    return out


def checked_mix(mix: npt.ArrayLike, n_classes: int, called: str) -> Matrix:
    """(K,) shares that sum to 1. InputError: other than K positive numbers."""
    shares = np.asarray(mix, dtype=np.float64)
    if shares.shape != (n_classes,) or not (shares > 0).all() or not np.isfinite(shares).all():
        raise InputError(f"{called} {shares.tolist()}", expected=f"{n_classes} positive shares")
    return np.asarray(shares / shares.sum())


def logs(table: Matrix) -> Matrix:
    """Natural log of probabilities, of which none is taken to be 0."""
    return np.asarray(np.log(np.maximum(table, SMALLEST)))


def _at_its_word(names: Sequence[str], tables: Matrix, known: Mapping[str, SourceMix]) -> int | None:
    """The crowd; without one, whichever counts for most: its weight times the comments it speaks on."""
    spoken = [0 if name in known else int(_speaks(tables[s]).sum()) for s, name in enumerate(names)]
    if TAKEN_AT_ITS_WORD in names and spoken[list(names).index(TAKEN_AT_ITS_WORD)]:
        return list(names).index(TAKEN_AT_ITS_WORD)
    counted = [n * default_weight(name) for n, name in zip(spoken, names, strict=True)]
    return int(np.argmax(counted)) if any(counted) else None


def _are_shares_of_votes(table: Matrix) -> bool:
    """Whether each row is so many votes of a few, plain or with one more that is spread by the same mix."""
    left = np.unique(table[_speaks(table)][:, 0])
    if len(left) < LEAST_SHARES:
        return False
    sizes = np.arange(1, MOST_VOTES + 2)
    for spread in np.unique(left[0] * sizes % 1.0):
        votes = left[:, None] * sizes - spread
        if (np.abs(votes - np.round(votes)) < 1e-9).any(axis=1).all():
            return True
    return False


def _likeliest(said: Matrix, evidence: Matrix, balance: Matrix, near: Matrix) -> SourceMix:
    """What, taken out of what a source `said`, makes the other's `evidence` likeliest; logs (n, K)."""
    from scipy.optimize import minimize

    likely = np.exp(evidence - evidence.max(axis=1, keepdims=True, initial=-np.inf))
    usual, log_balance, k = np.log(near), np.log(balance), len(balance)

    def loss(x: Matrix) -> tuple[float, Matrix]:  # K logs of the mix, and the log of the strength
        strength = float(np.exp(x[k]))
        before = softmax(strength * said - x[:k] + log_balance)
        joint = before * likely
        total = joint.sum(axis=1, keepdims=True)
        moved, off = joint / total - before, (x[:k] - strength * usual) / SPREAD**2
        value = -np.log(total).sum() + off @ off * SPREAD**2 / 2 + x[k] ** 2 / (2 * STRENGTH_SPREAD**2)
        by_strength = -strength * float((moved * said).sum() + off @ usual) + x[k] / STRENGTH_SPREAD**2
        return float(value), np.append(moved.sum(axis=0) + off, by_strength)

    bounds = [(None, None)] * k + [(0.0, float(np.log(STRONGEST)))]
    found = np.asarray(minimize(loss, np.append(usual, 0.0), jac=True, method="L-BFGS-B", bounds=bounds).x)
    return SourceMix(np.asarray(softmax(found[None, :k])[0]), float(np.exp(found[k])))


def _speaks(table: Matrix) -> npt.NDArray[np.bool_]:
    return np.asarray(~np.isnan(table).any(axis=1))


def _mean(table: Matrix, pseudo: float) -> Matrix:
    """Mean of the rows that are there, and of so many even ones more."""
    rows = table[_speaks(table)]
    return np.asarray((rows.sum(axis=0) + pseudo / table.shape[1]) / (len(rows) + pseudo))
