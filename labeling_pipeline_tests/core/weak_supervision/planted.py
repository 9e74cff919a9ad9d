"""Vote matrices with a known truth. Belongs here: generators for tests and benchmarks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Votes = npt.NDArray[np.int64]


def one_lf(rng: np.random.Generator, truth: Votes, accuracy: float, coverage: float, n_classes: int) -> Votes:
    """Votes that are right with `accuracy`, evenly wrong otherwise, given on `coverage` of the rows."""
    n = len(truth)
    wrong = (truth + rng.integers(1, n_classes, n)) % n_classes
    votes = np.where(rng.random(n) < accuracy, truth, wrong)
    return np.where(rng.random(n) < coverage, votes, -1)


def independent(seed: int, n: int, accuracies: list[float], n_classes: int, coverage: float) -> tuple[Votes, Votes]:
    """(matrix, truth) with functions independent given the class; classes equally frequent."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, n_classes, n)
    return np.stack([one_lf(rng, truth, a, coverage, n_classes) for a in accuracies], axis=1), truth


def with_copies(seed: int, n: int = 20_000, n_classes: int = 5, copies: int = 5) -> tuple[Votes, Votes, Votes]:
    """(matrix, truth, copied function): 8 independent functions, then noisy copies of a weak one."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, n_classes, n)
    columns = [one_lf(rng, truth, a, 0.35, n_classes) for a in np.linspace(0.5, 0.85, 8)]
    weak = one_lf(rng, truth, 0.45, 0.35, n_classes)
    columns += [noisy_copy(rng, weak, n_classes) for _ in range(copies)]
    return np.stack(columns, axis=1), truth, weak


def noisy_copy(rng: np.random.Generator, source: Votes, n_classes: int) -> Votes:
    """The votes of a function, one in twenty drawn anew."""
    noisy = (rng.random(len(source)) < 0.05) & (source >= 0)
    return np.where(noisy, rng.integers(0, n_classes, len(source)), source)


def one_sided(seed: int, n: int = 1700, m: int = 10, activity: float = 0.0, topic: float = 0.0) -> tuple[Votes, Votes]:
    """(matrix, truth) of functions that know one class each; long rows trigger more of all, a topic ties some
    together."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, n)
    long, about = rng.normal(size=n) * activity, rng.normal(size=n) * topic
    votes = np.full((n, m), -1)
    for j in range(m):
        side, coverage, precision = j % 2, rng.uniform(0.05, 0.35), rng.uniform(0.6, 0.97)
        rate = np.where(truth == side, 2 * coverage * precision, 2 * coverage * (1 - precision))
        logit = np.log(rate / (1 - rate)) + long + about * rng.normal()
        votes[rng.random(n) < 1 / (1 + np.exp(-logit)), j] = side
    return votes, truth


def right_share(votes: Votes, truth: Votes) -> npt.NDArray[np.float64]:
    """(m,): share of each function's votes that are right on these rows, about what was planted."""
    return np.array([(column == truth)[column >= 0].mean() for column in votes.T])


def bayes_oracle(votes: Votes, accuracies: list[float], n_classes: int) -> npt.NDArray[np.float64]:
    """Posterior of someone who knows every accuracy, that functions are independent, and that classes are balanced."""
    score = np.zeros((len(votes), n_classes))
    for j, a in enumerate(accuracies):
        rows = np.flatnonzero(votes[:, j] >= 0)
        score[rows, votes[rows, j]] += np.log(a * (n_classes - 1) / (1 - a))
    p = np.exp(score - score.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def accuracy(probabilities: npt.NDArray[np.float64], truth: Votes) -> float:
    """Share of right labels; ties between classes count by their share."""
    top = np.isclose(probabilities, probabilities.max(axis=1, keepdims=True), atol=1e-12)
    return float((top[np.arange(len(truth)), truth] / top.sum(axis=1)).mean())


def calibration_error(probabilities: npt.NDArray[np.float64], truth: Votes, bins: int = 15) -> float:
    """Expected calibration error of the top probability, equal-width bins."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(confidence[place == b].mean() - right[place == b].mean()) * (place == b).mean() for b in np.unique(place)
    ]
    return float(np.sum(gaps))


def loss(probabilities: npt.NDArray[np.float64], truth: Votes) -> float:
    """Mean negative log-likelihood; no probability counts as less than one in a million."""
    return float(-np.log(np.maximum(probabilities[np.arange(len(truth)), truth], 1e-6)).mean())
